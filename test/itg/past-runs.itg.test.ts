import { expect } from "vitest";
import type { Report } from "../../src/outcome/report.ts";
import { readRecords, writeRecords } from "../../src/outcome/run-records.ts";
import { openStore } from "../../src/store/open.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { emptyBuilder } from "../support/mount-project.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { bucket, test } from "../support/servers.ts";
import { makeWorkspace } from "../support/workspace.ts";

/* What runs have taken is kept in the bucket, and later ones say what the cache has saved. */

const dockerfile = `FROM scratch
COPY --link --from=busybox /bin/busybox /bin/busybox
RUN ["/bin/busybox", "sleep", "1"]
`;

test("the first bake is what later ones are compared with", async ({ environment, builder, busybox }) => {
  const url = `s3://${bucket}/past/`;
  const workspace = makeWorkspace({
    Dockerfile: dockerfile,
    "bkcache.config.json": JSON.stringify({
      project: "shop",
      backends: { remote: { type: "s3", url, insecure: true } },
      cache: { read: ["remote"], write: ["remote"] },
      targets: { app: { contexts: { busybox } } },
    }),
  });
  const home = makeTempDir("home");
  const bake = async (more: Readonly<Record<string, string>> = {}) => {
    await emptyBuilder(builder);
    const env = environment(builder, { HOME: home, ...more });
    const { exitCode, stderr } = await runBkcache(["bake", "--report", "report.json"], { cwd: workspace.dir, env });
    expect(exitCode, stderr).toBe(0);
    return { stderr, report: JSON.parse(workspace.read("report.json")) as Report };
  };
  const backend = { name: "remote", type: "s3", bucket, prefix: "past/", insecure: true };
  const store = await openStore(backend, { env: environment(null), signal: new AbortController().signal });
  const records = async () => {
    const keys: string[] = [];
    for await (const each of store.list("v1/r/")) keys.push(each.key);
    expect(keys.length).toBeLessThan(2);
    const [key = ""] = keys;
    const body = key === "" ? null : await store.get(key);
    return { key, runs: body === null ? [] : readRecords(body) };
  };

  // A run that others can start is no measure for those of the project.
  expect((await bake({ BKCACHE: "", CI: "true", CHANGE_ID: "7" })).report.baseline).toBeNull();
  expect((await records()).runs).toEqual([]);
  const first = await bake();
  expect(first.stderr).toMatch(/^0 of 2 steps cached, 0 B pulled, .*, saved -$/m);
  const { key, runs } = await records();
  expect(key).toMatch(/^v1\/r\/shop_3Aapp\/none_3A/);
  expect(runs).toMatchObject([{ ms: first.report.ms, isCold: true }]);
  expect(runs[0]?.targets["app"]?.steps).toBeGreaterThan(1_000);

  const second = await bake();
  expect(second.report.baseline).toEqual({ ms: first.report.ms, runs: 1 });
  expect(second.stderr).toMatch(/^2 of 2 steps cached, .*, saved .* of /m);

  const costly = { app: { steps: 0, import: 5_000, export: 9_000, hasSource: true } };
  const many = Array.from({ length: 6 }, () => ({ ms: 15_000, isCold: false, targets: costly }));
  await store.put(key, writeRecords([...many, ...runs]));
  const { stderr } = await bake();
  expect(stderr.match(/warning BK5\d+/g)).toEqual(["warning BK5019"]);
  expect(stderr).toContain('targets: { "app": { cache: false } }');

  // Anybody may have written it.
  await store.put(key, Buffer.from("[".repeat(100_000)));
  expect((await bake()).report.baseline).toBeNull();
  store.close();
}, 120_000);
