import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished } from "vitest";
import { takeExclusively } from "../../src/host/exclusive.ts";
import type { Buildkit } from "../support/buildkit.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { freePort } from "../support/poll.ts";
import { binFile, runBkcache, runCommand } from "../support/run-bkcache.ts";
import { startVersitygw } from "../support/s3-server.ts";
import { bucket, test as serverTest } from "../support/servers.ts";
import { findTool } from "../support/toolchain.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

/** Two targets that share two steps; COPY --link, so that a concurrent cold bake keeps what it imports. */
const dockerfile = `FROM scratch AS base
COPY --link --from=busybox /bin/busybox /bin/busybox
COPY --link src /src
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox sha256sum /src/a.txt > /sum"]

FROM base AS api
RUN ["/bin/busybox", "sh", "-c", "echo api > /api"]

FROM base AS worker
RUN ["/bin/busybox", "sh", "-c", "echo worker > /worker"]
`;

interface Options {
  readonly backend?: Record<string, unknown>;
  readonly builder?: Record<string, unknown>;
}

const test = serverTest
  .extend("project", { scope: "file" }, ({ busybox }) => (options: Options = {}): Workspace => {
    const config = {
      project: `p${crypto.randomUUID().slice(0, 8)}`,
      backends: { remote: { type: "s3", bucket, prefix: "layers", insecure: true, ...options.backend } },
      cache: { read: ["remote"], write: ["remote"] },
      targets: {
        api: { target: "api", contexts: { busybox } },
        worker: { target: "worker", contexts: { busybox } },
      },
      ...(options.builder === undefined ? {} : { builder: options.builder }),
    };
    return makeWorkspace({
      "bkcache.config.json": JSON.stringify(config),
      Dockerfile: dockerfile,
      "src/a.txt": crypto.randomUUID(),
    });
  })
  /** What a run without a config has. */
  .extend(
    "session",
    { scope: "file" },
    ({ environment }) =>
      (builder: Buildkit, scheme = "s3", extra: Record<string, string | undefined> = {}) =>
        environment(builder, {
          BKCACHE: undefined,
          DOCKER_BUILDKIT: "1",
          BUILDKIT_INSECURE: "true",
          BUILDKIT_REMOTE_CACHE: `${scheme}://${bucket}/build-cache/`,
          ...extra,
        }),
  );

/** bkcache with a report. */
async function bake(workspace: Workspace, args: readonly string[], env: Record<string, string>) {
  const file = workspace.path("report.json");
  const result = await runBkcache([...args, "--report", file], { cwd: workspace.dir, env });
  const report = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
  return { ...result, report };
}

/** What the second report must say of a target: as many steps as the first had, none of which ran. */
function allCached({ report }: { report: { targets: Record<string, { steps: { total: number } }> } }, name: string) {
  const total = report.targets[name]?.steps.total ?? 0;
  expect(total).toBeGreaterThanOrEqual(4);
  return { total, cached: total, ran: [] };
}

describe("a second, empty builder serves every step from the bucket", () => {
  test("over a unix socket", async ({ s3, project, environment, newBuilder }) => {
    const workspace = project();
    const first = await bake(workspace, ["bake"], environment(await newBuilder()));
    expect(first).toMatchObject({ exitCode: 0 });
    expect(first.report.targets.api).toMatchObject({ steps: { cached: 0 }, source: null });
    expect(first.report.targets.api.steps).toMatchObject({ total: 4 });
    expect(first.report.targets.api.steps.ran).toHaveLength(4);
    expect(JSON.stringify(first.report)).not.toContain("LINK COPY");
    expect(first.stderr).toMatch(/^no source: nothing cached yet/m);
    expect(first.report.targets.api.written[0].bytes).toBeGreaterThan(0);

    const second = await bake(workspace, ["bake"], environment(await newBuilder()));
    expect(second).toMatchObject({ exitCode: 0 });
    for (const name of ["api", "worker"]) {
      expect(second.report.targets[name]).toMatchObject({
        steps: allCached(first, name),
        source: { backend: "remote", scope: "main" },
      });
    }
    expect(second.report.failures).toEqual([]);
    const keys = (await s3.objects(bucket, "layers/manifests/")).map(({ key }) => key);
    expect(keys.filter((key) => key.endsWith(".api.main"))).not.toEqual([]);
  });

  // What is certain is not asked for.
  test.for([
    { said: "by the environment", args: ["bake"], env: { STORE: bucket }, isAsked: false },
    { said: "by its default", args: ["bake"], default: bucket, isAsked: false },
    {
      said: "by a flag, against the environment",
      args: ["bake", "--var", `STORE=${bucket}`],
      env: { STORE: "no-such" },
      isAsked: true,
    },
  ])("a bucket in a variable, whose value is said $said", async (row, { project, environment, newBuilder }) => {
    const { args, isAsked } = row;
    const workspace = project({ backend: { bucket: "${STORE}" } });
    const config = JSON.parse(workspace.read("bkcache.config.json"));
    const variables = { STORE: row.default ?? "no-such-bucket-either" };
    workspace.write("bkcache.config.json", JSON.stringify({ ...config, variables }));
    const bin = makeTempDir("bin");
    const calls = join(bin, "calls");
    const script = `#!/bin/sh\necho "$@" >> '${calls}'\nexec '${findTool("buildx")}' "$@"\n`;
    writeFileSync(join(bin, "buildx"), script, { mode: 0o755 });
    const docker = { DOCKER_CONFIG: bin, PATH: `${bin}:/usr/bin:/bin` };
    const env = { ...row.env, ...docker };
    const run = async () => bake(workspace, args, environment(await newBuilder(), env));
    const first = await run();
    expect(first).toMatchObject({ exitCode: 0, report: { failures: [], leftOut: [] } });
    const second = await run();
    expect(second).toMatchObject({ exitCode: 0, report: { leftOut: [] } });
    expect(second.report.targets["api"].steps).toEqual(allCached(first, "api"));
    const asked = readFileSync(calls, "utf8")
      .split("\n")
      .filter((line) => line.includes("--print"));
    expect(asked.length > 0).toBe(isAsked);
    expect(first.stderr + second.stderr).not.toContain("no-such");
  });

  test("over TCP with mutual TLS", async ({ certs, project, environment, newBuilder }) => {
    const workspace = project();
    const bakeOverTls = async () => {
      const builder = await newBuilder({ tls: certs });
      const config = JSON.parse(workspace.read("bkcache.config.json"));
      const tls = { ca: certs.ca, cert: certs.clientCert, key: certs.clientKey };
      workspace.write(
        "bkcache.config.json",
        JSON.stringify({ ...config, builder: { driver: "remote", endpoint: builder.address, tls } }),
      );
      expect(builder.address).toMatch(/^tcp:\/\//);
      return bake(workspace, ["bake"], environment(null));
    };
    const first = await bakeOverTls();
    expect(first.exitCode).toBe(0);
    const second = await bakeOverTls();
    expect(second.report.targets.api.steps).toEqual(allCached(first, "api"));
    expect(second.report.targets.worker.steps).toEqual(allCached(first, "worker"));
  });

  test("a scope of its own reads the default scope until it exists", async ({ project, environment, newBuilder }) => {
    const workspace = project();
    await bake(workspace, ["bake", "api"], environment(await newBuilder()));
    const branch = ["bake", "api", "--write-scope", "feature/x"];
    const first = await bake(workspace, branch, environment(await newBuilder()));
    expect(first.report.targets.api).toMatchObject({ source: { scope: "main" }, steps: { ran: [] } });
    const second = await bake(workspace, branch, environment(await newBuilder()));
    expect(second.report.targets.api).toMatchObject({ source: { scope: "feature/x" }, steps: { ran: [] } });
  });

  test("two backends: the first that has it is taken, both are written", async ({
    project,
    environment,
    newBuilder,
  }) => {
    const workspace = project();
    const config = JSON.parse(workspace.read("bkcache.config.json"));
    const disk = makeTempDir("disk");
    config.backends.disk = { type: "local", path: disk };
    config.cache = { read: ["disk", "remote"], write: ["disk", "remote"] };
    workspace.write("bkcache.config.json", JSON.stringify(config));
    const first = await bake(workspace, ["bake"], environment(await newBuilder()));
    expect(first.exitCode).toBe(0);
    expect(first.report.targets.api.written.map(({ backend }: { backend: string }) => backend)).toEqual([
      "disk",
      "remote",
    ]);
    const second = await bake(workspace, ["bake"], environment(await newBuilder()));
    expect(second.report.targets.api).toMatchObject({ source: { backend: "disk" }, steps: { ran: [] } });
  });

  test("a local cache that another run writes is left to that one, and nothing fails", async ({
    project,
    environment,
    newBuilder,
  }) => {
    const workspace = project();
    const config = JSON.parse(workspace.read("bkcache.config.json"));
    const disk = makeTempDir("disk");
    config.backends = { disk: { type: "local", path: disk } };
    config.cache = { read: ["disk"], write: ["disk"] };
    // Of two targets that share a layer, BuildKit may say of one that its blob is locked.
    config.targets = { api: config.targets.api };
    workspace.write("bkcache.config.json", JSON.stringify(config));
    const run = (builder: Buildkit) => bake(workspace, ["bake"], environment(builder));
    const builder = await newBuilder();
    expect(await run(builder)).toMatchObject({ exitCode: 0, report: { failures: [] } });
    const folder = readdirSync(disk).find((name) => name.includes("api"));
    const release = await takeExclusively(join(disk, folder ?? ""));
    const beside = await run(builder);
    expect(beside).toMatchObject({ exitCode: 0, report: { targets: { api: { written: [] } }, failures: [] } });
    expect(beside.stderr).toMatch(/another run writes .*api/);
    release?.();
    const together = await Promise.all([run(builder), run(builder)]);
    expect(together.map(({ exitCode, stderr }) => [exitCode, /could not lock/.test(stderr)])).toEqual([
      [0, false],
      [0, false],
    ]);
  });

  test("a disk that cannot be written is left out, and an error under --strict", async ({
    project,
    environment,
    newBuilder,
  }) => {
    const workspace = project();
    const config = JSON.parse(workspace.read("bkcache.config.json"));
    workspace.write("file", "no folder");
    config.backends.disk = { type: "local", path: "file/below" };
    config.cache = { read: ["disk", "remote"], write: ["disk", "remote"] };
    workspace.write("bkcache.config.json", JSON.stringify(config));
    const builder = await newBuilder();
    const { exitCode, stderr, report } = await bake(workspace, ["bake"], environment(builder));
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/warning BK50(?:13|22): backend "disk": .*; building without it/);
    expect(report.leftOut).toMatchObject([{ backend: "disk" }]);
    expect(report.targets.api.written).toMatchObject([{ backend: "remote" }]);
    const strict = await runBkcache(["bake", "--strict"], { cwd: workspace.dir, env: environment(builder) });
    expect(strict.exitCode).toBe(3);
    expect(strict.stderr).toMatch(/error BK50(?:13|22): backend "disk"/);
  });

  test("a report goes to a pipe as it is, and where none can be written nothing is built", async ({
    project,
    environment,
    newBuilder,
  }) => {
    const workspace = project();
    workspace.write("file", "no folder");
    const builder = await newBuilder();
    const options = { cwd: workspace.dir, env: environment(builder) };
    for (const report of ["file/report.json", "."]) {
      const { exitCode, stderr } = await runBkcache(["bake", "--report", report, "--progress", "plain"], options);
      expect([report, exitCode]).toEqual([report, 2]);
      expect(stderr).toContain("error BK3003: cannot write");
      expect(stderr).not.toContain("#1 ");
    }
    // One of an earlier run is not left behind for one of this run.
    workspace.write("old.json", "{}");
    const unknown = await runBkcache(["bake", "nope", "--report", "old.json"], options);
    expect([unknown.exitCode, workspace.has("old.json")]).toEqual([2, false]);
    const script = '"$0" "$1" bake --progress quiet --report /dev/stdout | cat';
    const piped = await runCommand("sh", ["-c", script, process.execPath, binFile], options);
    expect(JSON.parse(piped.stdout)).toMatchObject({ exitCode: 0 });
    expect(lstatSync("/dev/stdout").isSymbolicLink()).toBe(true);
  });

  test("gcs: HMAC keys reach the builder, and neither an argument nor a file of the project", async ({
    project,
    environment,
    newBuilder,
  }) => {
    const google = await startVersitygw({ region: "auto" });
    onTestFinished(() => google.stop());
    await google.createBucket(bucket);
    const workspace = project({ backend: { type: "gcs", endpointUrl: google.endpoint } });
    const keys = { GCS_HMAC_ACCESS_ID: google.accessKey, GCS_HMAC_SECRET: google.secretKey };
    const env = (builder: Buildkit) =>
      environment(builder, { ...keys, AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });
    const first = await bake(workspace, ["bake"], env(await newBuilder()));
    expect(first.exitCode).toBe(0);
    expect(first.report).toMatchObject({ failures: [], leftOut: [] });
    const second = await bake(workspace, ["bake"], env(await newBuilder()));
    expect(second.report.targets.api).toMatchObject({ source: { backend: "remote" }, steps: { ran: [] } });
    for (const file of workspace.list()) expect(workspace.read(file)).not.toContain(google.secretKey);
    for (const { stdout, stderr } of [first, second]) expect(stdout + stderr).not.toContain(google.secretKey);
  });
});

describe("a cache that fails: one message that names the backend", () => {
  interface Fault {
    readonly name: string;
    readonly backend?: Record<string, unknown>;
    readonly env: () => Record<string, string | undefined> | Promise<Record<string, string | undefined>>;
    readonly says: RegExp;
    readonly stops?: boolean;
  }
  const faults: readonly Fault[] = [
    {
      name: "wrong secret",
      env: () => ({ AWS_SECRET_ACCESS_KEY: "wrong-secret-key" }),
      says: /remote.*(secret|signature)/i,
    },
    { name: "missing bucket", backend: { bucket: "nowhere" }, env: () => ({}), says: /remote.*nowhere/ },
    {
      name: "dead endpoint",
      env: async () => ({ AWS_ENDPOINT_URL: `http://127.0.0.1:${await freePort()}` }),
      says: /remote.*(answer|refused)/i,
    },
    {
      name: "no credentials",
      env: () => ({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, HOME: makeTempDir("home") }),
      says: /credentials.*remote/i,
    },
    { name: "missing region", env: () => ({ AWS_REGION: undefined }), says: /remote.*region/i, stops: true },
  ];

  test.for(faults)("$name", async ({ backend, env, says, stops = false }, { project, environment, newBuilder }) => {
    const workspace = project(backend === undefined ? {} : { backend });
    const extra = await env();
    const builder = await newBuilder();
    const free = await bake(workspace, ["bake", "api", "--progress", "plain"], environment(builder, extra));
    const lines = free.stderr.split("\n").filter((line) => says.test(line) && /^(warning|error) BK/.test(line));
    expect(lines, free.stderr).toHaveLength(1);
    expect(free.exitCode).toBe(stops ? 2 : 0);
    if (stops) expect(free.stderr).not.toContain("[internal]");
    else {
      expect(free.report.targets.api.steps.cached).toBe(0);
      expect(free.report.leftOut).toMatchObject([{ backend: "remote" }]);
      expect(free.report.targets.api.written).toEqual([]);
    }
    const strict = await bake(workspace, ["bake", "api", "--strict"], environment(builder, extra));
    expect(strict.exitCode).toBe(stops ? 2 : 3);
    expect(strict.stderr).toMatch(/^error BK/m);
    expect(strict.stderr).not.toContain("[internal]");
  });

  test("a blob that is gone behind its manifest: the failure is said with the backend", async ({
    s3,
    project,
    environment,
    newBuilder,
  }) => {
    const workspace = project({ backend: { prefix: "holes" } });
    await bake(workspace, ["bake", "api"], environment(await newBuilder()));
    for (const { key } of await s3.objects(bucket, "holes/blobs/")) {
      const { DeleteObjectCommand } = await import("@aws-sdk/client-s3");
      await s3.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    }
    workspace.write("src/b.txt", "changed, so that the layers below are pulled");
    const second = await bake(workspace, ["bake", "api"], environment(await newBuilder()));
    expect(second.report).not.toBeNull();
    expect(second.stderr).toMatch(/remote/);
  });
});

describe("buildx and the user", () => {
  test("a build that fails passes its exit code through, and the report is written", async ({
    project,
    environment,
    sharedBuilder,
  }) => {
    const workspace = project();
    workspace.write("Dockerfile", dockerfile.replace("echo api > /api", "exit 7"));
    const { exitCode, report, stderr } = await bake(workspace, ["bake", "api"], environment(sharedBuilder));
    expect(exitCode).toBe(1);
    expect(stderr).toContain("exit code: 7");
    expect(report).toMatchObject({ exitCode: 1 });
    expect(report.targets.api.steps.ran.length).toBeGreaterThan(0);
  });

  test("Ctrl-C reaches buildx", async ({ project, environment, sharedBuilder }) => {
    const workspace = project();
    workspace.write("Dockerfile", dockerfile.replace("echo api > /api", "/bin/busybox sleep 300"));
    const env = environment(sharedBuilder);
    let said = "";
    const result = await runBkcache(["bake", "api", "--progress", "plain"], {
      cwd: workspace.dir,
      env,
      onStart(child) {
        child.stderr?.on("data", (text: string) => {
          if (!said.includes("sleep 300") && (said + text).includes("sleep 300")) child.kill("SIGINT");
          said += text;
        });
      },
    });
    expect(result.exitCode).toBe(130);
    expect(result.stderr).toMatch(/cancel/i);
  });

  test("flags of bake pass through, also new values", async ({ project, environment, sharedBuilder }) => {
    const workspace = project();
    const out = join(workspace.dir, "out");
    const { exitCode } = await bake(
      workspace,
      ["bake", "api", "--set", "api.output=type=local,dest=out", "--set=api.args.X=1", "--no-cache"],
      environment(sharedBuilder),
    );
    expect(exitCode).toBe(0);
    expect(readFileSync(join(out, "api"), "utf8")).toBe("api\n");
  });

  test("-f adds a file on top, and an external target takes effect", async ({
    project,
    environment,
    sharedBuilder,
  }) => {
    const workspace = project();
    const config = JSON.parse(workspace.read("bkcache.config.json"));
    config.external = ["meta"];
    config.targets.api.inherits = ["meta"];
    workspace.write("bkcache.config.json", JSON.stringify(config));
    workspace.write("below/meta.hcl", 'target "meta" { labels = { from = "meta" } }\n');
    const { exitCode, stdout } = await runBkcache(["bake", "-f", "meta.hcl", "--print", "api"], {
      cwd: workspace.path("below"),
      env: environment(sharedBuilder),
    });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).target.api.labels).toEqual({ from: "meta" });
  });

  test("--set of cache-from is an error that says why", async ({ project, environment, sharedBuilder }) => {
    const { exitCode, stderr } = await bake(
      project(),
      ["bake", "--set", "*.cache-from=type=local,src=x"],
      environment(sharedBuilder),
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain("error BK1003");
  });

  test("a stale docker-bake.hcl is said, and an error with --locked", async ({
    project,
    environment,
    sharedBuilder,
  }) => {
    const workspace = project();
    const env = environment(sharedBuilder);
    await runBkcache(["generate"], { cwd: workspace.dir, env });
    const config = JSON.parse(workspace.read("bkcache.config.json"));
    config.targets.api.tags = ["acme/api:new"];
    workspace.write("bkcache.config.json", JSON.stringify(config));
    const free = await bake(workspace, ["bake", "api"], env);
    expect(free.exitCode).toBe(0);
    expect(free.stderr).toContain("warning BK3001: docker-bake.hcl is stale");
    // The terminal is buildx's own while it builds.
    expect(free.stderr.indexOf("BK3001")).toBeGreaterThan(free.stderr.indexOf("[internal] load build definition"));
    const locked = await bake(workspace, ["bake", "api", "--locked"], env);
    expect(locked.exitCode).toBe(1);
    expect(locked.stderr).toContain("error BK3001");
    workspace.write("docker-bake.hcl", 'target "mine" {}\n');
    const foreign = await bake(workspace, ["bake", "api", "--locked"], env);
    expect(foreign.exitCode).toBe(1);
    expect(foreign.stderr).toContain("error BK3001: docker-bake.hcl was not written by bkcache");
  });

  test.for([["bake"], ["bake", "--print"], ["bake", "--check"]])(
    "%s %s: an unknown target names the nearest",
    async (args, { project, environment, sharedBuilder }) => {
      const { exitCode, stderr } = await bake(project(), [...args, "apii"], environment(sharedBuilder));
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/error BK1002: no target or group "apii"[\s\S]*did you mean api\?/);
    },
  );

  test("the emitted file builds by plain bake, and asks no bucket", async ({
    busybox,
    project,
    environment,
    sharedBuilder,
  }) => {
    const workspace = project();
    const env = environment(sharedBuilder, { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });
    await runBkcache(["generate"], { cwd: workspace.dir, env });
    await runBkcache(["bake", "api"], { cwd: workspace.dir, env }); // makes the builder
    const { runCommand } = await import("../support/run-bkcache.ts");
    const list = await runCommand("docker", ["buildx", "ls", "--format", "{{.Name}}"], { cwd: workspace.dir, env });
    const name = list.stdout.split("\n").find((line) => line.startsWith("bkcache-"));
    const plain = await runCommand(
      "docker",
      ["buildx", "bake", "--builder", name ?? "", "--allow", `fs.read=${busybox}`, "--progress", "plain"],
      { cwd: workspace.dir, env },
    );
    expect(plain.exitCode, plain.stderr).toBe(0);
    expect(plain.stderr).not.toContain("cache manifest");
    expect(plain.stderr).not.toContain("exporting cache");
  });

  test("a builder that is not there is one error with exit code 2", async ({ project, environment }) => {
    const { exitCode, stderr } = await bake(
      project(),
      ["bake"],
      environment(null, { BUILDKIT_HOST: "unix:///nowhere/buildkitd.sock" }),
    );
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error BK4003: .*nowhere/m);
  });
});

describe("without a config", () => {
  const goDockerfile = `FROM scratch AS builder
COPY --from=busybox /bin/busybox /bin/busybox
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod ["/bin/busybox", "sh", "-c", "/bin/busybox cat src.txt > /my-app"]
FROM scratch
COPY --from=builder /my-app /my-app
`;
  test("bkcache build . -t my-go-app: the second, on an empty builder, re-runs nothing", async ({
    busybox,
    session,
    newBuilder,
  }) => {
    const workspace = makeWorkspace({ Dockerfile: goDockerfile, "src.txt": crypto.randomUUID() });
    const args = ["build", ".", "-t", "my-go-app", "--build-context", `busybox=${busybox}`];
    workspace.write(".dockerignore", "report.json\n");
    const first = await bake(workspace, args, session(await newBuilder()));
    expect(first.exitCode, first.stderr).toBe(0);
    const second = await bake(workspace, args, session(await newBuilder()));
    expect(second.exitCode).toBe(0);
    expect(second.report.targets.default).toMatchObject({
      steps: allCached(first, "default"),
      source: { backend: "remote" },
    });
    expect(second.stderr).toMatch(/warning.*127\.0\.0\.1/); // plain http is never silent
  });

  test("bkcache bake takes the bake file of the folder", async ({ busybox, session, newBuilder }) => {
    const workspace = makeWorkspace({
      "docker-bake.hcl": `variable "B" { default = "" }
target "default" {
  matrix   = { v = ["a", "b"] }
  name     = "t-\${v}"
  args     = { V = v }
  contexts = { busybox = B }
}
`,
      Dockerfile: goDockerfile.replace("WORKDIR", "ARG V\nWORKDIR"),
      "src.txt": crypto.randomUUID(),
      ".dockerignore": "report.json\n",
    });
    const args = ["bake", "--allow", `fs.read=${busybox}`, "-j", "1"];
    const run = async () => bake(workspace, args, session(await newBuilder(), "s3", { B: busybox }));
    const first = await run();
    expect(first.exitCode, first.stderr).toBe(0);
    const second = await run();
    expect(second.report.targets["t-a"].steps).toEqual(allCached(first, "t-a"));
    expect(second.report.targets["t-b"].steps).toEqual(allCached(first, "t-b"));
  });

  test("bkcache bake takes a folder with a Dockerfile alone", async ({ session, newBuilder }) => {
    const workspace = makeWorkspace({ Dockerfile: "FROM scratch\nCOPY src.txt /\n", "src.txt": crypto.randomUUID() });
    const first = await bake(workspace, ["bake"], session(await newBuilder()));
    expect(first.exitCode, first.stderr).toBe(0);
    const second = await bake(workspace, ["bake"], session(await newBuilder()));
    expect(second.report.targets.default.steps).toMatchObject({ total: 1, cached: 1 });
  });

  test("gcs:// without HMAC keys names what is missing, and the build goes on", async ({ session, newBuilder }) => {
    const workspace = makeWorkspace({ Dockerfile: "FROM scratch\nCOPY src.txt /\n", "src.txt": "x" });
    const builder = await newBuilder();
    const { exitCode, stderr } = await bake(workspace, ["build", "."], session(builder, "gcs"));
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/GCS_HMAC_ACCESS_ID/);
  });

  test("plain http without BUILDKIT_INSECURE is refused before the build", async ({ session, newBuilder }) => {
    const workspace = makeWorkspace({ Dockerfile: "FROM scratch\nCOPY src.txt /\n", "src.txt": "x" });
    const builder = await newBuilder();
    const env = session(builder, "s3", { BUILDKIT_INSECURE: undefined });
    const { exitCode, stderr } = await bake(workspace, ["build", "."], env);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/http:\/\/127\.0\.0\.1/);
    expect(stderr).toContain("BUILDKIT_INSECURE");
  });

  test("a builder that does not come up in time is no hang", async ({ environment }) => {
    const port = await freePort();
    const started = Date.now();
    const { exitCode } = await bake(
      makeWorkspace({ Dockerfile: "FROM scratch\n" }),
      ["build", "."],
      environment(null, {
        BUILDKIT_HOST: `tcp://127.0.0.1:${port}`,
        BUILDKIT_INSECURE: "true",
        BUILDKIT_REMOTE_CACHE: `s3://${bucket}/x/`,
      }),
    );
    expect(exitCode).toBe(2);
    expect(Date.now() - started).toBeLessThan(60_000);
  });
});
