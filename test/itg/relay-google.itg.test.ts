import { expect } from "vitest";
import type { Buildkit } from "../support/buildkit.ts";
import { startGcsGate } from "../support/gcs-auth.ts";
import { startGoogleProxy } from "../support/google-proxy.ts";
import { baseStage, mountEnvironment, runStep } from "../support/mount-project.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { bucket, test as serverTest } from "../support/servers.ts";
import { builderKnows, runWatched, secretsOfGate, type WatchedRun } from "../support/watched-run.ts";
import { makeWorkspace } from "../support/workspace.ts";

/*
 * Layers and mounts in Google's store with the key file of a service account: what goes to storage.googleapis.com passes a
 * proxy that opens TLS and a gate that takes no request without a token that the key has bought.
 */

const test = serverTest
  .extend("gate", { scope: "file" }, async ({ gcs }, { onCleanup }) => {
    const gate = await startGcsGate(gcs.endpoint);
    onCleanup(() => gate.stop());
    return gate;
  })
  .extend("proxy", { scope: "file" }, async ({ gate }, { onCleanup }) => {
    const proxy = await startGoogleProxy(gate.endpoint);
    onCleanup(() => proxy.stop());
    return proxy;
  })
  .extend(
    "session",
    ({ proxy, gate }) =>
      (builder: Buildkit, prefix: string, more: Record<string, string> = {}) =>
        mountEnvironment(builder, {
          ...proxy.env,
          BUILDKIT_REMOTE_CACHE: `gcs://${bucket}/${prefix}/`,
          // The token endpoint of the key file is plain http.
          BUILDKIT_INSECURE: "true",
          GOOGLE_APPLICATION_CREDENTIALS: gate.keyFile,
          ...more,
        }),
  );

/** The Dockerfile that people copy, with busybox for Go and its own mistake mended. */
const dockerfile = `${baseStage}
FROM base AS builder
COPY --link go.mod /src/go.mod
${runStep("--mount=type=cache,target=/go/pkg/mod", "cat /go/pkg/mod/* 2>/dev/null; cp /src/go.mod /go/pkg/mod/$(cat /src/go.mod); mkdir -p /app; cat /src/a.txt > /app/my-app")}${runStep("", "mkdir -p /output && cp /app/my-app /output/my-app")}
FROM scratch
COPY --from=builder /output/my-app /my-app
`;

function makeProject() {
  return makeWorkspace({
    "my-go-app/Dockerfile": dockerfile,
    "my-go-app/src/a.txt": "one",
    "my-go-app/go.mod": "modules",
  });
}

function expectSecret({ stdout, stderr, report, argv }: WatchedRun, secrets: readonly string[]): void {
  const shown = [stdout, stderr, JSON.stringify(report), argv].join("\n");
  expect(argv).toContain("buildx");
  for (const secret of secrets) expect(shown).not.toContain(secret);
}

test("the session that people copy: two empty builders, layers and mounts in the bucket", async ({
  gcs,
  gate,
  proxy,
  busybox,
  newBuilder,
  session,
}) => {
  const workspace = makeProject();
  const args = ["build", "my-go-app", "-t", "my-go-app", "--build-context", `busybox=${busybox}`];
  const before = { ...gate.counts };
  const [one, two, three] = [await newBuilder(), await newBuilder(), await newBuilder()];

  const first = await runWatched(workspace, args, session(one, "build-cache"));
  expect([first.exitCode, first.warnings], first.stderr).toEqual([0, []]);
  expect(first.report.ways).toMatchObject({ remote: { way: "loopback" } });
  expect(first.mounts).toMatchObject([{ restore: { outcome: "absent" }, save: { outcome: "saved" } }]);
  const [target] = Object.values(first.report.targets);
  expect(target).toMatchObject({ written: [{ backend: "remote", cacheBytes: expect.any(Number) as number }] });
  expect(target?.relay?.bytesToStore).toBeGreaterThan(0);
  const keys = (await gcs.objects(bucket)).map(({ key }) => key);
  for (const kind of ["blobs/", "manifests/", "v1/"]) {
    expect(
      keys.some((key) => key.startsWith(`build-cache/${kind}`)),
      kind,
    ).toBe(true);
  }
  expect(keys.filter((key) => !key.startsWith("build-cache/") || key.includes(".unfinished/"))).toEqual([]);

  const second = await runWatched(workspace, args, session(two, "build-cache"));
  expect([second.exitCode, second.warnings], second.stderr).toEqual([0, []]);
  expect(Object.values(second.report.targets)).toMatchObject([{ source: { backend: "remote" }, steps: { ran: [] } }]);
  expect(second.mounts).toMatchObject([{ restore: { outcome: "restored" } }]);

  // One input more: only what depends on it runs, with what was in its mount.
  workspace.write("my-go-app/src/a.txt", "two");
  const third = await runWatched(workspace, args, session(three, "build-cache"));
  expect([third.exitCode, third.warnings], third.stderr).toEqual([0, []]);
  const ran = Object.values(third.report.targets)[0]?.steps?.ran.map(({ name }) => name) ?? [];
  expect(ran.filter((name) => name.includes("--from=busybox") || name.includes("--install"))).toEqual([]);
  expect(ran.filter((name) => name.includes("--mount"))).toHaveLength(1);
  expect(third.stderr).toMatch(/^#\d+ [\d.]+ modules/m);

  expect(gate.counts.let - before.let).toBeGreaterThan(20);
  expect(gate.counts.refused).toBe(before.refused);
  expect(new Set(proxy.hosts)).toEqual(new Set(["storage.googleapis.com:443"]));
  const secrets = secretsOfGate(gate);
  for (const each of [first, second, third]) expectSecret(each, secrets);
  for (const builder of [one, two, three]) {
    expect(builderKnows(builder, secrets)).toBe(false);
    for (const secret of secrets) expect(builder.server.log()).not.toContain(secret);
  }
  // The history has the keys of a cache that was read: here those of the run's relay, which has ended.
  expect([one, two].map((builder) => builderKnows(builder, ["BKCA"]))).toEqual([false, true]);
  for (const file of workspace.list()) expect(secrets.some((each) => workspace.read(file).includes(each))).toBe(false);
});

test("large objects go both ways, and tokens that end in the middle of a build and its export are renewed", async ({
  gcs,
  gate,
  busybox,
  newBuilder,
  session,
}) => {
  // What the cache was looked for with ends before there is anything to export.
  const dockerfile = `${baseStage}${runStep("", "sleep 11")}${[1, 2].map((n) => runStep("", `dd if=/dev/urandom of=/big${n} bs=1M count=40 2>/dev/null`)).join("")}`;
  const digests = "sha256sum /big* /data/*";
  const use = (script: string) =>
    runStep("--mount=type=cache,target=/data", `${script}; echo "found all: "$(${digests})`);
  const workspace = makeWorkspace({
    "long/Dockerfile": `${dockerfile}${use("dd if=/dev/urandom of=/data/big bs=1M count=40 2>/dev/null")}`,
    "long/src/a.txt": "one",
  });
  const args = ["build", "long", "--build-context", `busybox=${busybox}`];
  const before = { ...gate.counts };
  gate.limit(10_000);
  try {
    const first = await runWatched(workspace, args, session(await newBuilder(), "long"));
    expect([first.exitCode, first.warnings, first.report.failures], first.stderr).toEqual([0, [], []]);
    // Another step needs all that the first run has made.
    workspace.write("long/Dockerfile", `${dockerfile}${use("true")}`);
    const second = await runWatched(workspace, args, session(await newBuilder(), "long"));
    expect([second.exitCode, second.warnings, second.report.failures], second.stderr).toEqual([0, [], []]);
    expect(second.report.targets["default"]?.steps?.ran, second.stderr).toHaveLength(1);
    expect(second.found).toEqual(first.found);
    expect(first.found["all"]?.split("/")).toHaveLength(5);
  } finally {
    gate.limit(undefined);
  }
  const objects = await gcs.objects(bucket);
  expect(objects.filter(({ key, bytes }) => key.startsWith("long/blobs/") && bytes > 30e6)).toHaveLength(2);
  expect(gate.counts.tokens - before.tokens).toBeGreaterThan(4);
  expect(gate.counts.refused).toBe(before.refused);
});

test("a builder that does not reach the relay builds without the layers, and with its mounts", async ({
  busybox,
  newBuilder,
  session,
}) => {
  const workspace = makeProject();
  const args = ["build", "my-go-app", "--build-context", `busybox=${busybox}`];
  const builder = await newBuilder({ isApart: true });
  const run = await runWatched(workspace, args, session(builder, "apart"));
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.warnings).toEqual([expect.stringMatching(/^warning BK4017: backend "remote": .* building without it$/)]);
  expect(run.report).toMatchObject({ ways: {}, leftOut: [{ backend: "remote", code: "BK4017" }] });
  expect(run.mounts).toMatchObject([{ restore: { outcome: "absent" }, save: { outcome: "saved" } }]);
  const strict = await runBkcache([...args, "--strict"], { cwd: workspace.dir, env: session(builder, "apart") });
  expect([strict.exitCode, strict.stderr]).toEqual([3, expect.stringContaining("BK4017")]);
});
