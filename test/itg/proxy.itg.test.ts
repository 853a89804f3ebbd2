import { expect } from "vitest";
import type { Buildkit } from "../support/buildkit.ts";
import { makeCerts } from "../support/certs.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { type ConnectProxy, startConnectProxy } from "../support/connect-proxy.ts";
import { addToMount, baseStage, mountEnvironment, runStep } from "../support/mount-project.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import type { S3Server } from "../support/s3-server.ts";
import { bucket, tlsTest } from "../support/servers.ts";
import { runWatched } from "../support/watched-run.ts";
import { makeWorkspace } from "../support/workspace.ts";

/* A bucket whose host only the proxy of this machine knows, and builders with and without that proxy. */

const host = "s3.corp.test";
const password = "p%40ss%2Fw%20rd";
const withUser = (url: string): string => url.replace("//", `//ci:${password}@`);
/** Bytes of a large object. */
const large = 40 * 2 ** 20;

const fill = "dd if=/dev/urandom of=/data/big bs=1M count=41 2>/dev/null; cp /data/big /big";
const dockerfile = `${baseStage.replace("COPY --link src /src\n", "")}
${runStep("--mount=type=cache,target=/data,id=shop-data", fill)}COPY --link src /src
FROM base AS api
${addToMount("id=shop-data")}`;

const test = tlsTest
  .extend("certs", { scope: "file" }, () => makeCerts(makeTempDir("certs"), host))
  .extend("proxy", { scope: "file" }, async ({ s3 }, { onCleanup }) => {
    const names = { [`${host}:443`]: new URL(s3.endpoint).host };
    const proxy = await startConnectProxy({ names, user: `ci:${decodeURIComponent(password)}` });
    onCleanup(() => proxy.stop());
    return proxy;
  })
  .extend(
    "project",
    ({ busybox }) =>
      (prefix: string) =>
        makeWorkspace({
          "bkcache.config.json": JSON.stringify({
            project: "shop",
            backends: { remote: { type: "s3", bucket, prefix } },
            cache: { read: ["remote"], write: ["remote"], mounts: "remote" },
            mounts: { data: { target: "/data", id: "shop-data" } },
            targets: { api: { target: "api", contexts: { busybox } } },
          }),
          Dockerfile: dockerfile,
          "src/a.txt": "one",
        }),
  );

interface Network {
  readonly s3: S3Server;
  readonly proxy: ConnectProxy;
}

const environmentOf = (builder: Buildkit, { s3, proxy }: Network) =>
  mountEnvironment(builder, {
    ...s3.env,
    AWS_ENDPOINT_URL: `https://${host}`,
    HTTPS_PROXY: withUser(proxy.url),
    BKCACHE: "read-write",
  });

test("a builder without the proxy has layers by the relay, and one with it directly; no password is shown", async ({
  s3,
  newBuilder,
  project,
  proxy,
}) => {
  const workspace = project("ways/");
  const [one, two, own] = [await newBuilder(), await newBuilder(), await newBuilder({ proxy: withUser(proxy.url) })];
  const env = (builder: Buildkit) => environmentOf(builder, { s3, proxy });
  const first = await runWatched(workspace, ["bake", "api"], env(one));
  expect([first.exitCode, first.warnings, first.report.failures], first.stderr).toEqual([0, [], []]);
  expect(first.report.ways).toEqual({ remote: { way: "loopback", why: "the builder does not reach the store" } });
  expect(first.mounts).toMatchObject([{ save: { outcome: "saved" } }]);
  expect(first.report.targets["api"]?.relay?.bytesToStore).toBeGreaterThan(large);
  expect(proxy.bytes()).toBeGreaterThan(2 * large);
  const doctor = await runBkcache(["doctor"], { cwd: workspace.dir, env: env(one) });
  expect(doctor.stdout).toMatch(/^ok +way remote +the builder reaches the relay of this machine/m);
  const plan = await runBkcache(["plan"], { cwd: workspace.dir, env: env(one) });
  expect(plan.stdout).toContain("; through the relay where the builder does not reach or trust it");

  // One input more: the step gets its layers and its mount from the bucket, and both go back there.
  workspace.write("src/a.txt", "two");
  const second = await runWatched(workspace, ["bake", "api"], env(two));
  expect([second.exitCode, second.warnings, second.report.failures], second.stderr).toEqual([0, [], []]);
  expect(second.found).toEqual({ data: "big one" });
  expect(second.mounts).toMatchObject([{ restore: { outcome: "restored" }, save: { outcome: "saved" } }]);
  expect(second.report.targets["api"]?.relay?.bytesFromStore).toBeGreaterThan(large);

  const third = await runWatched(workspace, ["bake", "api"], env(own));
  expect([third.exitCode, third.warnings, third.report.failures], third.stderr).toEqual([0, [], []]);
  expect(third.report.ways).toMatchObject({ remote: { way: "direct" } });
  expect(third.report.targets["api"], third.stderr).toMatchObject({ steps: { ran: [] } });
  for (const { stdout, stderr } of [first, second, third, doctor, plan]) {
    for (const each of [password, decodeURIComponent(password)]) expect(stdout + stderr).not.toContain(each);
  }
});

test.for([
  [
    "wants a user",
    (url: string) => url,
    /the proxy of HTTPS_PROXY, \S+, asks for a user .*s3\.corp\.test \(status 407\)/,
  ],
  ["is dead", () => "http://ci:hidden-word@127.0.0.1:9", /the proxy of HTTPS_PROXY, \S+, .* nothing listens there/],
] as const)(
  "a proxy that %s is named as the reason, and the build goes on",
  async ([, urlOf, says], { s3, proxy, builder, project }) => {
    const workspace = project("refused/");
    const env = { ...environmentOf(builder, { s3, proxy }), HTTPS_PROXY: urlOf(proxy.url) };
    const run = await runWatched(workspace, ["bake", "api"], env);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.warnings.join("\n"), run.stderr).toMatch(says);
    const doctor = await runBkcache(["doctor"], { cwd: workspace.dir, env });
    expect(doctor.stdout + doctor.stderr).toMatch(says);
    expect(run.stdout + run.stderr + doctor.stdout + doctor.stderr).not.toContain("hidden-word");
  },
);
