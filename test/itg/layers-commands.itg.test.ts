import { readdirSync } from "node:fs";
import { expect, onTestFinished } from "vitest";
import { openLayerBucket } from "../../src/layers/layer-place.ts";
import { openStore } from "../../src/store/open.ts";
import { putCache } from "../layers/support.ts";
import { cleanEnv } from "../support/env.ts";
import { startGcsGate } from "../support/gcs-auth.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { bucket, test } from "../support/servers.ts";
import { makeWorkspace } from "../support/workspace.ts";

const dockerfile = `FROM scratch
COPY --from=busybox /bin/busybox /bin/busybox
COPY input /input
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox cat /input > /made"]
`;

interface Listed {
  readonly backends: readonly { readonly backend: string; readonly caches: readonly Record<string, unknown>[] }[];
}

test("caches that bakes have written to a bucket and a folder: listed, measured, verified and removed", async ({
  s3,
  environment,
  builder,
  busybox,
}) => {
  const config = {
    project: "shop",
    backends: {
      disk: { type: "local", path: "store" },
      remote: { type: "s3", bucket, prefix: "commands/", insecure: true },
    },
    cache: { read: ["disk", "remote"], write: ["disk", "remote"] },
    targets: { api: { contexts: { busybox } } },
  };
  const workspace = makeWorkspace({
    "bkcache.config.json": JSON.stringify(config),
    Dockerfile: dockerfile,
    input: "1",
  });
  const env = environment(builder, { CI: "true", GITHUB_ACTIONS: undefined });
  const run = async (...args: readonly string[]) => {
    const result = await runBkcache(args, { cwd: workspace.dir, env });
    expect({ args, ...result }).toMatchObject({ exitCode: 0 });
    return result;
  };
  const json = async (...args: readonly string[]) => JSON.parse((await run(...args, "--json")).stdout) as Listed;
  await run("bake", "--write-scope", "main");
  workspace.write("input", "2");
  await run("bake", "--write-scope", "feature/x");

  const { backends } = await json("layers", "ls");
  expect(backends.map(({ backend }) => backend)).toEqual(["disk", "remote"]);
  for (const { caches } of backends) {
    expect(new Set(caches.map(({ scope }) => scope))).toEqual(new Set(["feature/x", "main"]));
    expect(caches[0]).toMatchObject({
      target: "api",
      project: "shop",
      layers: 3,
      writer: { version: expect.any(String) as string },
    });
    expect(caches[0]?.["bytes"]).toBeGreaterThan(100_000);
    expect(caches[0]?.["steps"]).toBeGreaterThan(2);
  }
  // Busybox is one layer of both.
  expect(backends[1]?.caches[0]).toMatchObject({ sharedLayers: 1 });
  const used = (await json("layers", "du")).backends;
  // Two of what targets were made of, and one of the runs.
  expect(used).toMatchObject([
    { backend: "disk", unused: { count: 0 } },
    { backend: "remote", used: { count: 5 }, unused: { count: 0 }, manifests: { count: 2 }, records: { count: 3 } },
  ]);
  expect((await json("layers", "verify", "--contents")).backends).toMatchObject([
    { broken: [], caches: 2 },
    { broken: [], caches: 2, read: { count: 5 } },
  ]);

  await run("layers", "rm", "api", "--scope", "feature/x", "--yes");
  expect(readdirSync(workspace.path("store")).filter((name) => name.startsWith("shop."))).toEqual(["shop.api.main"]);
  const left = (await s3.objects(bucket, "commands/")).map(({ key }) => key);
  expect(left.filter((key) => !/\/(?:blobs|v1\/r)\//.test(key)).sort()).toEqual([
    "commands/manifests/shop.api.main",
    "commands/v1/t/shop.api.main",
  ]);
  expect((await json("layers", "du", "--backend", "remote")).backends).toMatchObject([{ unused: { count: 2 } }]);
  const pruned = await json("prune", "--yes");
  expect(pruned).toMatchObject({
    layers: { backends: [{ backend: "disk" }, { waiting: { count: 2 }, kept: { caches: 1, count: 3 } }] },
  });
  // What is left still serves.
  await run("bake", "--write-scope", "main");
});

test.for(["s3", "gcs"] as const)("%s: what nobody names is noted, then deleted", async (type, { s3, gcs }) => {
  const gate = await startGcsGate(gcs.endpoint);
  // Google's SDK reads the environment of its process.
  if (type === "gcs") process.env["GOOGLE_APPLICATION_CREDENTIALS"] = gate.keyFile;
  onTestFinished(() => {
    delete process.env["GOOGLE_APPLICATION_CREDENTIALS"];
    gate.stop();
  });
  const endpointUrl = type === "s3" ? s3.endpoint : gate.endpoint;
  const env = cleanEnv(type === "s3" ? s3.env : { GOOGLE_APPLICATION_CREDENTIALS: gate.keyFile });
  const { signal } = new AbortController();
  const backend = { name: "b", type, bucket, prefix: "pruned/", endpointUrl, insecure: true };
  const store = await openStore(backend, { env, signal });
  const layout = { manifestPrefixes: ["manifests/"], blobsPrefix: "blobs/" };
  const place = openLayerBucket(store, layout, { touchRefresh: 0, signal });
  await putCache(store, "shop.api.main", ["a", "b", "c"]);
  await putCache(store, "shop.api.main", ["c"]);
  const prune = () => place.prune({ keep: {}, grace: 0, now: Date.now() });
  expect(await prune()).toMatchObject({ deleted: { count: 0 }, waiting: { count: 2, bytes: 2 } });
  expect(await prune()).toMatchObject({ deleted: { count: 2, bytes: 2 }, waiting: { count: 0 }, kept: { count: 1 } });
  expect(await place.verify({ isWanted: () => true, contents: true })).toMatchObject({ broken: [] });
  store.close();
});
