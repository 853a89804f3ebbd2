import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Buildkit } from "../support/buildkit.ts";
import { makeCerts } from "../support/certs.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { addToMount, baseStage, mountEnvironment, runStep } from "../support/mount-project.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { startVersitygw } from "../support/s3-server.ts";
import { bucket, tlsTest } from "../support/servers.ts";
import { builderKnows, runWatched } from "../support/watched-run.ts";
import { makeWorkspace } from "../support/workspace.ts";

/* Layers in S3 by way of the relay, for what BuildKit by itself has not: no key of the bucket, a tier, lost layers that are misses. */

const dockerfile = `${baseStage}
FROM base AS api
${runStep("", "dd if=/dev/urandom of=/big bs=1M count=8 2>/dev/null")}${addToMount("id=shop-data")}
FROM base AS web
${runStep("", "echo web > /web")}`;

const test = tlsTest.extend(
  "project",
  ({ busybox }) =>
    (prefix: string, backend: Readonly<Record<string, unknown>>) =>
      makeWorkspace({
        "bkcache.config.json": JSON.stringify({
          project: "shop",
          backends: { remote: { type: "s3", bucket, prefix, ...backend } },
          cache: { read: ["remote"], write: ["remote"] },
          mounts: { data: { target: "/data", id: "shop-data" } },
          targets: { api: { target: "api", contexts: { busybox } }, web: { target: "web", contexts: { busybox } } },
        }),
        Dockerfile: dockerfile,
        "src/a.txt": "one",
      }),
);

const environment = (builder: Buildkit, s3: { readonly env: Readonly<Record<string, string>> }, more = {}) =>
  mountEnvironment(builder, { ...s3.env, BKCACHE: "read-write", ...more });

test("relay: always: two empty builders, and no key of the bucket in either", async ({ s3, newBuilder, project }) => {
  const workspace = project("always/", { relay: "always" });
  const [one, two] = [await newBuilder(), await newBuilder()];
  const first = await runWatched(workspace, ["bake", "api", "web"], environment(one, s3));
  expect([first.exitCode, first.warnings, first.report.failures], first.stderr).toEqual([0, [], []]);
  expect(first.report.ways).toEqual({ remote: { way: "loopback", why: "relay: always says so" } });
  expect(first.report.targets["api"]?.relay?.bytesToStore).toBeGreaterThan(8e6);
  expect(first.report.targets["api"]?.written).toMatchObject([{ cacheBytes: expect.any(Number) as number }]);
  const second = await runWatched(workspace, ["bake", "api", "web"], environment(two, s3));
  for (const target of Object.values(second.report.targets)) {
    expect(target, second.stderr).toMatchObject({ source: { backend: "remote" }, steps: { ran: [] } });
    expect(target.relay).toMatchObject({ refused: 0, hits: 1 });
  }
  for (const { stdout, stderr, argv, report } of [first, second]) {
    expect(stdout + stderr + argv + JSON.stringify(report)).not.toContain(s3.secretKey);
    expect(argv).not.toContain("BKCA");
  }
  expect([one, two].map((builder) => builderKnows(builder, [s3.secretKey, s3.accessKey]))).toEqual([false, false]);
  expect(builderKnows(two, ["BKCA"])).toBe(true);
});

test("a run that only reads writes nothing, and its keys could not", async ({ s3, newBuilder, project }) => {
  const workspace = project("read/", { relay: "always" });
  const first = await runWatched(workspace, ["bake", "web"], environment(await newBuilder(), s3));
  expect(first.exitCode, first.stderr).toBe(0);
  const before = await s3.objects(bucket);
  workspace.write("src/a.txt", "two");
  const reading = await runWatched(
    workspace,
    ["bake", "web"],
    environment(await newBuilder(), s3, { BKCACHE: "read" }),
  );
  expect([reading.exitCode, reading.warnings, reading.report.failures], reading.stderr).toEqual([0, [], []]);
  expect(reading.report.targets["web"]).toMatchObject({ source: { backend: "remote" }, relay: { bytesToStore: 0 } });
  expect(await s3.objects(bucket)).toEqual(before);
});

test("a tier has what was written and read once, and a layer that the bucket has lost is a miss", async ({
  s3,
  newBuilder,
  project,
}) => {
  const tier = join(makeTempDir("tier"), "layers");
  const workspace = project("tier/", { tier: { path: tier, maxSize: "1GB" } });
  const args = ["bake", "api", "--set", "api.args.X=1"];
  const first = await runWatched(workspace, args, environment(await newBuilder(), s3));
  expect([first.exitCode, first.warnings], first.stderr).toEqual([0, []]);
  expect(first.report.ways).toMatchObject({ remote: { why: "it has a tier" } });
  // A later step runs, so that the layers below it are pulled.
  workspace.write("Dockerfile", dockerfile.replace("FROM base AS web", `${runStep("", "ls /big")}\nFROM base AS web`));
  const warm = await runWatched(workspace, args, environment(await newBuilder(), s3));
  expect([warm.exitCode, warm.warnings], warm.stderr).toEqual([0, []]);
  expect(warm.report.targets["api"]?.relay?.bytesFromTier).toBeGreaterThan(8e6);
  expect(warm.report.targets["api"]?.relay?.bytesFromStore).toBeLessThan(1e6);

  const blobs = (await s3.objects(bucket)).filter(({ key }) => key.startsWith("tier/blobs/"));
  const biggest = blobs.toSorted((a, b) => b.bytes - a.bytes)[0]?.key ?? "";
  rmSync(join(s3.dir, bucket, biggest));
  rmSync(tier, { recursive: true });
  const lost = await runWatched(workspace, args, environment(await newBuilder(), s3));
  expect([lost.exitCode, lost.report.failures], lost.stderr).toEqual([0, []]);
  expect(lost.report.targets["api"]?.relay?.droppedResults).toBeGreaterThan(0);
});

test("a warm tier needs no bucket for what it has", async ({ certs, newBuilder, busybox, project }) => {
  const s3 = await startVersitygw({ tls: certs });
  await s3.createBucket(bucket);
  const workspace = project("offline/", { tier: { path: join(makeTempDir("tier"), "layers"), maxSize: "1GB" } });
  try {
    const first = await runWatched(workspace, ["bake", "web"], environment(await newBuilder(), s3));
    expect([first.exitCode, first.warnings], first.stderr).toEqual([0, []]);
    const reading = environment(await newBuilder(), s3, { BKCACHE: "read" });
    expect((await runWatched(workspace, ["bake", "web"], reading)).exitCode).toBe(0);
  } finally {
    await s3.stop();
  }
  const offline = await runWatched(workspace, ["bake", "web"], environment(await newBuilder(), s3));
  expect(offline.exitCode, offline.stderr).toBe(0);
  expect(offline.warnings).toEqual([
    expect.stringMatching(/^warning BK5007: backend "remote": .* has of it is read$/) as string,
  ]);
  expect(offline.report.targets["web"], offline.stderr).toMatchObject({
    source: { backend: "remote" },
    steps: { ran: [] },
    written: [],
  });
  const stopped = await runBkcache(["bake", "web", "--strict"], {
    cwd: workspace.dir,
    env: environment(await newBuilder(), s3),
  });
  expect(stopped.exitCode).toBe(3);
  expect(busybox).not.toBe("");
});

test("an authority that a builder does not know: the relay there, and directly where it is known", async ({
  s3,
  newBuilder,
  project,
}) => {
  const workspace = project("authority/", {});
  const stranger = await newBuilder({ trusts: makeCerts(makeTempDir("foreign")).ca });
  const first = await runWatched(workspace, ["bake", "api", "web"], environment(stranger, s3));
  expect([first.exitCode, first.warnings, first.report.failures], first.stderr).toEqual([0, [], []]);
  const why = "the builder does not trust the store's certificate";
  expect(first.report.ways).toEqual({ remote: { way: "loopback", why } });
  const doctor = await runBkcache(["doctor"], { cwd: workspace.dir, env: environment(stranger, s3) });
  expect(doctor.stdout).toMatch(/^ok +way remote +the builder reaches the relay of this machine/m);

  const second = await runWatched(workspace, ["bake", "api", "web"], environment(await newBuilder(), s3));
  expect([second.exitCode, second.warnings, second.report.failures], second.stderr).toEqual([0, [], []]);
  expect(second.report.ways).toMatchObject({ remote: { way: "direct" } });
  for (const target of Object.values(second.report.targets)) {
    expect(target, second.stderr).toMatchObject({ source: { backend: "remote" }, steps: { ran: [] } });
  }
  // One input more: the step gets its layers and its mount from the bucket, and both go back there.
  workspace.write("src/a.txt", "two");
  const third = await runWatched(workspace, ["bake", "api", "web"], environment(await newBuilder(), s3));
  expect([third.exitCode, third.warnings, third.report.failures], third.stderr).toEqual([0, [], []]);
  expect(third.found).toEqual({ data: "one" });
  expect(third.mounts).toMatchObject([{ restore: { outcome: "restored" }, save: { outcome: "saved" } }]);
  expect(third.report.targets["api"]).toMatchObject({ written: [{ cacheBytes: expect.any(Number) as number }] });
});

test("bkcache build takes one pair of keys, the relay's, in the environment of buildx", async ({
  s3,
  newBuilder,
  busybox,
  project,
}) => {
  const workspace = project("build/", { relay: "always" });
  const args = ["build", ".", "--target", "web", "--build-context", `busybox=${busybox}`];
  const [one, two] = [await newBuilder(), await newBuilder()];
  const session = { AWS_SESSION_TOKEN: undefined };
  const first = await runWatched(workspace, args, environment(one, s3, session));
  expect([first.exitCode, first.warnings], first.stderr).toEqual([0, []]);
  const second = await runWatched(workspace, args, environment(two, s3, session));
  expect(Object.values(second.report.targets), second.stderr).toMatchObject([{ steps: { ran: [] } }]);
  expect([first.argv, second.argv].join("")).not.toMatch(/BKCA|secret_access_key/);
  expect(builderKnows(two, [s3.secretKey])).toBe(false);
});

test("plan says what will be tried, and starts nothing", async ({ s3, busybox, project }) => {
  const workspace = project("plan/", { tier: { path: "~/tier", maxSize: "1GB" } });
  const env = environment({ address: "unix:///nowhere" } as Buildkit, s3);
  const { stdout } = await runBkcache(["plan"], { cwd: workspace.dir, env });
  expect(stdout).toContain(
    "layers go to remote through the relay, since it has a tier; directly where the builder does not reach it",
  );
  const json = await runBkcache(["plan", "--json"], { cwd: workspace.dir, env });
  expect(JSON.parse(json.stdout)).toMatchObject({ ways: { remote: { way: "relay", otherwise: "direct" } } });
  expect(busybox).not.toBe("");
});
