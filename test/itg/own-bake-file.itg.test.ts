import { existsSync, readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { makeTempDir } from "../support/cleanup.ts";
import { makeBusyboxContext } from "../support/contexts.ts";
import { runBkcache, type RunResult } from "../support/run-bkcache.ts";
import { bucket, test as serverTest } from "../support/servers.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

/** COPY --link, so that a concurrent bake on a cold builder keeps what it imports. */
const dockerfile = `FROM scratch AS base
COPY --link --from=busybox /bin/busybox /bin/busybox
COPY --link src /src
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox sha256sum /src/a.txt > /sum"]

FROM base AS service
ARG NAME
ARG TAG
RUN ["/bin/busybox", "sh", "-c", "echo $NAME $TAG > /service"]

FROM base AS tool
RUN --mount=type=secret,id=token ["/bin/busybox", "sh", "-c", "/bin/busybox wc -c /run/secrets/token > /tool"]

FROM service AS bundle
COPY --link --from=linked /service /linked
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox cat /service /linked > /bundle"]
`;

/** Variables, functions, a matrix, a base, links, a secret, groups, and a cache that all targets would share. */
const bakeFile = `variable "TAG" { default = "dev" }
variable "REGISTRY" { default = "acme" }

function "image" {
  params = [name]
  result = "\${REGISTRY}/\${lower(name)}:\${TAG}"
}

group "default" {
  targets = ["service", "tool", "bundle"]
}

target "_base" {
  contexts   = { busybox = "busybox" }
  cache-from = ["type=registry,ref=cache.invalid/shared"]
  cache-to   = ["type=registry,ref=cache.invalid/shared"]
}

target "service" {
  inherits = ["_base"]
  matrix   = { name = ["Api", "Worker"] }
  name     = "service-\${lower(name)}"
  target   = "service"
  args     = { NAME = name, TAG = TAG }
  tags     = [image(name)]
}

target "tool" {
  inherits = ["_base"]
  target   = "tool"
  secret   = ["type=env,id=token,env=TOKEN"]
}

target "bundle" {
  inherits = ["_base"]
  target   = "bundle"
  contexts = { linked = "target:service-api" }
  args     = { NAME = "bundle" }
}
`;

const overrideFile = `TAG = "override"

target "tool" {
  description = "from the override file"
}
`;

interface Config {
  readonly bake?: string | readonly string[];
  readonly cache?: object;
  readonly targets?: object;
  readonly groups?: object;
  readonly variables?: object;
  readonly mounts?: object;
  readonly backends?: object;
}

/** The project, with a config in JSON on top of what every one of them needs. */
function project(config: Config = {}, files: Record<string, string> = {}): Workspace {
  const workspace = makeWorkspace({
    "docker-bake.hcl": bakeFile,
    "docker-bake.override.hcl": overrideFile,
    "bkcache.config.json": JSON.stringify({
      project: projectName(),
      bake: ["docker-bake.hcl", "docker-bake.override.hcl"],
      backends: { remote },
      cache: { read: ["remote"], write: ["remote"] },
      ...config,
    }),
    Dockerfile: dockerfile,
    "src/a.txt": crypto.randomUUID(),
    ...files,
  });
  makeBusyboxContext(workspace.path("busybox"));
  return workspace;
}

const remote = { type: "s3", bucket, prefix: "layers", insecure: true };
const projectName = () => `p${crypto.randomUUID().slice(0, 8)}`;

const test = serverTest
  /** bkcache bake with a report, on a new, empty builder. */
  .extend(
    "bake",
    ({ environment, newBuilder }) =>
      async (workspace: Workspace, args: readonly string[] = [], env: Record<string, string | undefined> = {}) => {
        const file = `${makeTempDir("report")}/report.json`;
        const result = await runBkcache(["bake", ...args, "--report", file], {
          cwd: workspace.dir,
          env: environment(await newBuilder(), { TOKEN: "sesame", ...env }),
        });
        const report = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
        return { ...result, report };
      },
  )
  /** bkcache without a builder. */
  .extend(
    "run",
    ({ environment }) =>
      (workspace: Workspace, args: readonly string[]) =>
        runBkcache(args, { cwd: workspace.dir, env: environment(null, { TOKEN: "sesame" }) }),
  );

type Baked = RunResult & { readonly report: any };

const ranOf = ({ report }: Baked): Record<string, number> =>
  Object.fromEntries(Object.entries<any>(report.targets).map(([name, { steps }]) => [name, steps.ran.length]));
const totalOf = ({ report }: Baked) =>
  Object.values<any>(report.targets).reduce((sum: number, { steps }) => sum + steps.total, 0);

/** Every file of the folder with its bytes. */
const snapshot = (workspace: Workspace) =>
  Object.fromEntries(workspace.list().map((name) => [name, readFileSync(workspace.path(name)).toString("base64")]));

describe("bake files that stay the source", () => {
  test("a config of two lines: a second, empty builder re-runs nothing, and no file is touched", async ({ bake }) => {
    const workspace = makeWorkspace({
      "shared/cache.yaml": `project: ${projectName()}\nbackends: { remote: ${JSON.stringify(remote)} }\ncache: { read: [remote], write: [remote] }\n`,
      "app/bkcache.config.yaml": "extends: ../shared/cache.yaml\nbake: [docker-bake.hcl, docker-bake.override.hcl]\n",
      "app/docker-bake.hcl": bakeFile,
      "app/docker-bake.override.hcl": overrideFile,
      "app/Dockerfile": dockerfile,
      "app/src/a.txt": crypto.randomUUID(),
    });
    makeBusyboxContext(workspace.path("app/busybox"));
    const app: Workspace = { ...workspace, dir: workspace.path("app") };
    const before = snapshot(workspace);

    const first = await bake(app);
    expect(first).toMatchObject({ exitCode: 0 });
    expect(ranOf(first)).toMatchObject({ tool: expect.any(Number), bundle: expect.any(Number) });
    expect(Object.keys(first.report.targets).sort()).toEqual(["bundle", "service-api", "service-worker", "tool"]);
    expect(first.report.targets.tool).toMatchObject({ source: null, steps: { cached: 0 } });

    const second = await bake(app);
    expect(second).toMatchObject({ exitCode: 0 });
    expect(ranOf(second)).toEqual({ bundle: 0, "service-api": 0, "service-worker": 0, tool: 0 });
    expect(totalOf(second)).toBe(totalOf(first));
    expect(totalOf(second)).toBeGreaterThanOrEqual(16);
    for (const { source } of Object.values<any>(second.report.targets)) expect(source).toMatchObject({ scope: "main" });
    expect(second.report.failures).toEqual([]);
    // The registry that the file names for all targets was neither asked nor written.
    expect(first.stderr + second.stderr).not.toContain("cache.invalid");
    expect(snapshot(workspace)).toEqual(before);
  });

  test("a target without cache runs again, the others do not; cache and scope of a target are its own", async ({
    bake,
  }) => {
    const workspace = project({
      targets: { tool: { cache: false }, "service-api": { cache: { scope: "apis" } } },
    });
    const first = await bake(workspace, ["service", "tool"]);
    expect(first).toMatchObject({ exitCode: 0 });
    const second = await bake(workspace, ["service", "tool"]);
    expect(second.report.targets.tool).toMatchObject({ source: null, written: [] });
    // At least its own step. Those that it shares with the others are run once, by it or from their cache, as it comes.
    const namesOf = (target: string) => second.report.targets[target].steps.ran.map(({ name }: any) => name);
    const ofTool = namesOf("tool");
    expect(ofTool.length).toBeGreaterThan(0);
    for (const target of ["service-api", "service-worker"])
      expect(namesOf(target).filter((name: string) => !ofTool.includes(name))).toEqual([]);
    expect(second.report.targets["service-api"].source).toMatchObject({ scope: "apis" });
  });

  test("a compose file", async ({ bake }) => {
    const service = { context: ".", target: "service", additional_contexts: { busybox: "./busybox" } };
    const workspace = project(
      { bake: "compose.yaml", targets: { a_b: { cache: false } } },
      {
        "compose.yaml": JSON.stringify({
          services: {
            web: { image: "acme/web", build: { ...service, args: { NAME: "web", TAG: "${TAG:-1}" } } },
            "a.b": { build: { ...service, args: { NAME: "b" } } },
          },
        }),
      },
    );
    const first = await bake(workspace);
    expect(first).toMatchObject({ exitCode: 0 });
    const second = await bake(workspace);
    expect(ranOf(second)).toMatchObject({ web: 0 });
    expect(ranOf(second)["a_b"]).toBeGreaterThan(0);
    const other = await bake(workspace, ["web"], { TAG: "2" });
    expect(other.report.targets.web.steps.ran).toHaveLength(1);
  });
});

describe("what decides beside the files", () => {
  test("environment, --var and --set change the definition, and the cache follows", async ({ bake }) => {
    const workspace = project({
      variables: { BUCKET: "nowhere" },
      backends: { remote: { ...remote, bucket: "${BUCKET}" } },
    });
    const env = { BUCKET: bucket };
    await bake(workspace, ["service-api"], env);
    expect(ranOf(await bake(workspace, ["service-api"], env))).toEqual({ "service-api": 0 });
    const changes: readonly (readonly [readonly string[], object])[] = [
      [["service-api"], { ...env, TAG: "env" }],
      [["service-api", "--var", "TAG=var"], env],
      [["service-api", "--set", "service-api.args.TAG=set", "--set", "tool.pull=true"], env],
    ];
    for (const [args, variables] of changes) {
      expect(ranOf(await bake(workspace, args, { ...variables }))).toEqual({ "service-api": 1 });
    }
    // A variable of the config, from the command line.
    const byFlag = await bake(workspace, ["service-api", "--var", `BUCKET=${bucket}`, "--set", "*.pull=false"]);
    expect(byFlag.report).toMatchObject({ leftOut: [], failures: [] });
    expect(byFlag.report.targets["service-api"].source).toMatchObject({ backend: "remote" });
  });

  test("a target of the config's own links, inherits and groups those of the files", async ({ bake }) => {
    const workspace = project({
      targets: {
        service: { cache: { scope: "never" } },
        "service-worker": { cache: { scope: "workers" } },
        extra: { inherits: ["service-worker"], target: "bundle", contexts: { linked: "target:service-api" } },
      },
      groups: { mine: ["extra", "tool"] },
    });
    const refused = await bake(workspace, ["mine"]);
    expect(refused).toMatchObject({ exitCode: 2 });
    expect(refused.stderr).toContain("BK2092");
    const config = JSON.parse(workspace.read("bkcache.config.json"));
    delete config.targets.service;
    workspace.write("bkcache.config.json", JSON.stringify(config));

    const args = ["mine", "--set", "extra.output=type=local,dest=out"];
    const first = await bake(workspace, args);
    expect(first).toMatchObject({ exitCode: 0 });
    const result = workspace.read("out/bundle");
    expect(result).toBe("Worker override\nApi override\n");
    // A target that links another may lose what it imports, if seldom with COPY --link (moby/buildkit#4674): one builder in
    // three has to be served.
    let ran: Record<string, number> = {};
    for (let tries = 0; tries < 3 && ran["extra"] !== 0; tries++) {
      const second = await bake(workspace, args);
      expect(second).toMatchObject({ exitCode: 0 });
      ran = ranOf(second);
      expect(ran).toMatchObject({ tool: 0 });
      const { extra, tool } = second.report.targets;
      expect(extra.source).toMatchObject({ scope: "workers" });
      expect(tool.source).toMatchObject({ scope: "main" });
      expect(extra.written).toMatchObject([{ scope: "workers" }]);
      expect(workspace.read("out/bundle")).toBe(result);
    }
    expect(ran).toMatchObject({ extra: 0 });
  });

  test("-f adds files on top, whose targets have the policy too", async ({ bake }) => {
    const workspace = project(
      {},
      { "more.hcl": 'target "more" {\n  inherits = ["service-api"]\n  args = { NAME = "more" }\n}\n' },
    );
    const first = await bake(workspace, ["-f", "more.hcl", "more"]);
    expect(first).toMatchObject({ exitCode: 0 });
    expect(ranOf(await bake(workspace, ["-f", "more.hcl", "more"]))).toEqual({ more: 0 });
  });
});

describe("the cache that the files name themselves", () => {
  const withOwnCache = (dest: string) =>
    bakeFile
      .replace('["type=registry,ref=cache.invalid/shared"]\n  cache-to', `["type=local,src=${dest}"]\n  cache-to`)
      .replace('["type=registry,ref=cache.invalid/shared"]', `["type=local,dest=${dest}"]`);

  test("stands where the config has no policy for it, and --cache off switches it off for that run", async ({
    bake,
  }) => {
    const files = { "docker-bake.hcl": withOwnCache("own-cache"), ".dockerignore": "own-cache\n" };
    const workspace = project({ cache: { read: [] } }, files);
    const first = await bake(workspace, ["tool"]);
    expect(first).toMatchObject({ exitCode: 0 });
    expect(workspace.has("own-cache/index.json")).toBe(true);
    // read: [] is a policy: nothing is read, not even what the file names.
    expect(ranOf(await bake(workspace, ["tool"]))["tool"]).toBeGreaterThan(0);
    const written = workspace.read("own-cache/index.json");
    const off = await bake(workspace, ["tool", "--cache", "off"]);
    expect(off).toMatchObject({ exitCode: 0 });
    expect(ranOf(off)["tool"]).toBeGreaterThan(0);
    expect(workspace.read("own-cache/index.json")).toBe(written);

    const silent = project({ cache: {} }, files);
    expect(await bake(silent, ["tool"])).toMatchObject({ exitCode: 0 });
    expect(ranOf(await bake(silent, ["tool"]))).toEqual({ tool: 0 });
  });

  test("what it needs outside of the folder has to be allowed, as without bkcache; the config's own has not", async ({
    bake,
  }) => {
    const outside = makeTempDir("outside");
    const disk = makeTempDir("disk");
    const backends = { disk: { type: "local", path: disk } };
    const asks = project({ backends, cache: { read: ["disk"] } }, { "docker-bake.hcl": withOwnCache(outside) });
    const refused = await bake(asks, ["tool"]);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("BK1004");
    expect(refused.stderr).toContain(`--allow=fs.write=${outside}`);
    expect(await bake(asks, ["tool", `--allow=fs.write=${outside}`])).toMatchObject({ exitCode: 0 });

    const agreed = project({ backends, cache: { read: ["disk"], write: ["disk"] } });
    const set = ["tool", "--set", `tool.output=type=local,dest=${outside}/out`];
    expect(await bake(agreed, set)).toMatchObject({ exitCode: 0 });
    expect(existsSync(`${outside}/out/tool`)).toBe(true);
    expect(ranOf(await bake(agreed, ["tool"]))).toEqual({ tool: 0 });
  });
});

describe("without a build", () => {
  test("plan shows the targets that the files have", async ({ run }) => {
    const workspace = project({ targets: { tool: { cache: false } } });
    const { exitCode, stdout } = await run(workspace, ["plan", "--json", "default"]);
    expect(exitCode).toBe(0);
    const { targets } = JSON.parse(stdout);
    expect(Object.keys(targets).sort()).toEqual(["bundle", "service-api", "service-worker", "tool"]);
    expect(targets.tool).toMatchObject({ isRequested: true, sources: [], destinations: [] });
    expect(targets.bundle.sources).toMatchObject([{ backend: "remote", scope: "main" }]);
    const linked = await run(workspace, ["plan", "--json", "bundle"]);
    expect(JSON.parse(linked.stdout).targets).toMatchObject({
      bundle: { isRequested: true },
      "service-api": { isRequested: false },
    });
  });

  test("mounts snippet knows the targets of the files", async ({ run }) => {
    const workspace = project({ mounts: { js: "npm", go: "go-mod" }, targets: { tool: { mounts: ["go"] } } });
    const mountsOf = async (name: string) => {
      const { stdout } = await run(workspace, ["mounts", "snippet", name, "--json"]);
      return JSON.parse(stdout).mounts.map(({ name: mount }: { name: string }) => mount);
    };
    expect(await mountsOf("tool")).toEqual(["go"]);
    expect(await mountsOf("service")).toEqual(["go", "js"]);
  });

  test("bake --list and --print are bake's own, and a list needs no secret", async ({ run }) => {
    const file = `${bakeFile}\ntarget "locked" {\n  secret = ["id=x,src=nowhere"]\n}\n`;
    const workspace = project({ targets: { extra: { context: "." } } }, { "docker-bake.hcl": file });
    const listed = await run(workspace, ["bake", "--list=type=targets,format=json"]);
    const names = JSON.parse(listed.stdout).map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(["bundle", "extra", "locked", "service-api"]));
    const printed = await run(workspace, ["bake", "--print", "tool"]);
    expect(JSON.parse(printed.stdout).target.tool).toMatchObject({ target: "tool" });
    const unknown = await run(workspace, ["bake", "--print", "tol"]);
    expect(unknown).toMatchObject({ exitCode: 2 });
    expect(unknown.stderr).toContain("BK4020");
  });
});
