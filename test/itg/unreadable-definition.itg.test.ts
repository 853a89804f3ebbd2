import { describe, expect, test } from "vitest";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { makeWorkspace } from "../support/workspace.ts";

/** What a machine lacks, or a file does not say, stops only what needs it. */
describe("a bake file that cannot be read entirely here", () => {
  const { env } = makeDockerConfig();
  const open = (bakeFile: string, extra: Readonly<Record<string, string>> = {}) => {
    const workspace = makeWorkspace({
      "bkcache.config.yaml": "project: shop\nbake: docker-bake.hcl\nmounts: { npm: npm }\n",
      "docker-bake.hcl": bakeFile,
      Dockerfile: "FROM node:24\n# bkcache: npm\nRUN --mount=type=cache,id=shop-npm,target=/root/.npm npm ci\n",
    });
    const bkcache = (...args: readonly string[]) =>
      runBkcache(args, {
        cwd: workspace.dir,
        env: cleanEnv({ ...env, SSH_AUTH_SOCK: undefined, ...extra }),
      });
    return { workspace, bkcache };
  };

  const secret = `target "default" {
  secret = ["type=file,id=t,src=./nope", "id=gone"]
  ssh    = ["default", "key=./no-key"]
}
`;
  test.each([["lint"], ["plan"], ["generate", "--check"], ["eject", "--dry-run"]])(
    "secrets and keys that are not here do not stop %s",
    async (...args) => {
      const { exitCode, stderr } = await open(secret).bkcache(...args);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      expect(stderr).not.toContain("failed to");
    },
  );

  test("they stop a bake, as they do without bkcache", async () => {
    const { exitCode, stderr } = await open(secret).bkcache("bake", "--print");
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain("failed to");
  });

  test("init beside such a file keeps it, and knows what it builds", async () => {
    const { workspace, bkcache } = open(secret);
    const { exitCode, stderr } = await bkcache("init", "--yes", "--force", "--format", "yaml");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(stderr).not.toContain("BK1012");
    expect(workspace.read("bkcache.config.yaml")).not.toContain("targets:");
  });

  const named = 'target "api" {}\ntarget "web" {}\ngroup "all" {\n  targets = ["api", "web"]\n}\n';
  test("without a group default the names are said, and what needs none goes on", async () => {
    const { bkcache } = open(named);
    for (const args of [["plan"], ["bake", "--print"]]) {
      const { exitCode, stderr } = await bkcache(...args);
      expect(exitCode).toBe(2);
      expect(stderr).toContain("name what is meant, of all, api, web");
    }
    for (const args of [["lint"], ["generate", "--check"], ["plan", "all"], ["init", "--yes", "--stdout"]]) {
      expect(await bkcache(...args)).toMatchObject({ exitCode: 0 });
    }
  });

  const required = `variable "FOO" {
  validation {
    condition = FOO != ""
    error_message = "FOO is required"
  }
}
variable "LIST" {
  type = list(string)
}
target "default" {
  args = { FOO = FOO, LIST = join(",", LIST) }
}
`;
  test("variables that must be set are taken from the environment", async () => {
    const { workspace, bkcache } = open(required, { FOO: "x", LIST: "a,b" });
    const { exitCode, stderr } = await bkcache("init", "--from-bake", "docker-bake.hcl", "--force", "--format", "yaml");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(workspace.read("bkcache.config.yaml")).toMatch(/FOO: x\n\s+LIST: a,b/);
    expect(stderr).not.toContain("BK1013");
  });

  const reads = [["lint"], ["plan"], ["generate", "--check"], ["eject", "--dry-run"], ["init", "--yes", "--stdout"]];
  test.each(reads)("where they are not set, that is said once and does not stop %s", async (...args) => {
    const { exitCode, stderr, stdout } = await open(required).bkcache(...args);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(stderr.match(/BK4020/g)).toHaveLength(1);
    expect(stderr).toContain(
      "docker-bake.hcl cannot be read as bake reads it: docker-bake.hcl:3,17-26: Validation failed",
    );
    expect(stderr).toContain("with stand-ins for FOO, LIST; set the variables in the environment");
    if (args[0] === "plan") expect(stdout).toContain("mount npm: /root/.npm");
    if (args[0] === "init") expect(stdout).not.toContain("targets:");
  });

  test("a bake and a conversion need them, and name them", async () => {
    for (const args of [
      ["bake", "--print"],
      ["init", "--from-bake", "docker-bake.hcl", "--stdout"],
    ]) {
      const { exitCode, stderr } = await open(required).bkcache(...args);
      expect(exitCode).toBe(2);
      expect(stderr).toContain("set FOO, LIST in the environment");
    }
  });

  test("one that is set to what the file refuses keeps its value for those who only read", async () => {
    const file = required
      .replace('FOO != ""', 'FOO == "y"')
      .replace('"default" {', '"default" {\n  dockerfile = FOO\n');
    const { stderr, stdout } = await open(file, { FOO: "x", LIST: "a" }).bkcache("plan");
    expect(stderr).toContain("Validation failed");
    expect(stdout).toContain("x does not exist");
  });

  test.each([
    ["an object", "object({ name = string, ports = optional(list(number)) })", "NEED.name"],
    ["a tuple", "tuple([string, number])", "NEED[0]"],
  ])("one of the type %s", async (_, type, value) => {
    const file = `variable "NEED" {\n  type = ${type}\n}\ntarget "default" {\n  args = { A = ${value} }\n}\n`;
    const { exitCode, stderr, stdout } = await open(file).bkcache("plan");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(stderr).toContain("with stand-ins for NEED");
    expect(stdout).toContain("mount npm");
  });

  test("the targets of a matrix over a list that is not set", async () => {
    const matrix = '  name = "v-${v}"\n  matrix = { v = LIST }\n';
    const file = `variable "LIST" {\n  type = list(string)\n}\ntarget "default" {\n${matrix}}\n`;
    const { exitCode, stderr } = await open(file).bkcache("lint");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(stderr).toContain("1 Dockerfile: ");
  });

  test("where nothing can stand in for them, bake's own reason is said, once", async () => {
    const check = '  validation {\n    condition = length(NEED) > 0\n    error_message = "none"\n  }\n';
    const file = `variable "NEED" {\n  type = map(string)\n${check}}\ntarget "default" {\n  args = { A = NEED["x"] }\n}\n`;
    const { exitCode, stderr } = await open(file).bkcache("lint");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(stderr.match(/BK4020/g)).toHaveLength(1);
    expect(stderr).toContain("docker-bake.hcl:4,24-28: Invalid function argument");
    expect(stderr).toContain("all Dockerfiles of the folder are looked at instead");
  });

  test("what is only missing because of them is no error", async () => {
    const file = `${required}target "other" {\n  context = "\${FOO}/api"\n}\ngroup "all" {\n  targets = ["default", "other"]\n}\n`;
    const { exitCode, stderr } = await open(file).bkcache("lint");
    expect(exitCode).toBe(0);
    expect(stderr).toContain("warning BK6021");
  });

  test("compose files that require variables, and definitions without a config", async () => {
    const workspace = makeWorkspace({
      "compose.yaml": "services:\n  api:\n    build: { context: ., args: { X: '${NEED:?must be set}' } }\n",
      Dockerfile: "FROM node:24\nRUN --mount=type=cache,id=n,target=/root/.npm npm ci\n",
    });
    const remote = { BUILDKIT_REMOTE_CACHE: "s3://bucket/x/", AWS_REGION: "eu-west-1" };
    const run = (args: readonly string[], extra: Readonly<Record<string, string>>) =>
      runBkcache(args, { cwd: workspace.dir, env: cleanEnv({ ...env, ...extra }) });
    const planned = await run(["plan"], remote);
    expect(planned).toMatchObject({ exitCode: 0 });
    expect(planned.stderr).toContain("with stand-ins for NEED");
    expect(planned.stdout).toContain("mount n: /root/.npm");
    expect((await run(["plan"], { ...remote, NEED: "x" })).stderr).not.toContain("BK4020");
    const initialized = await run(["init", "--yes", "--format", "yaml"], {});
    expect(initialized).toMatchObject({ exitCode: 0 });
    for (const args of [["lint"], ["plan"]]) expect(await run(args, {})).toMatchObject({ exitCode: 0 });
  });

  test("a target that bake refuses is left out by lint, and said; the others are looked at", async () => {
    const file = 'target "default" {}\ntarget "x" {\n  inherits = ["gone"]\n}\n';
    const { exitCode, stderr } = await open(file).bkcache("lint");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(stderr).toContain("x is left out: bake refuses the definition: failed to find target gone");
    expect(stderr).toContain("1 Dockerfile: ");
  });

  test("lint looks at all Dockerfiles of the folder where bake reads nothing, or is not there", async () => {
    const { workspace, bkcache } = open('target "default" {\n');
    workspace.write("api/Dockerfile", "FROM node:24\nCOPY package.json package-lock.json ./\nRUN npm ci\n");
    const broken = await bkcache("lint");
    expect(broken).toMatchObject({ exitCode: 0 });
    expect(broken.stderr).toContain("warning BK4020: bake cannot list the targets of docker-bake.hcl: ");
    expect(broken.stderr).toContain("2 Dockerfiles: 0 errors, 1 warning");
    const without = await runBkcache(["lint"], { cwd: workspace.dir, env: cleanEnv({ PATH: "/nowhere" }) });
    expect(without).toMatchObject({ exitCode: 0 });
    expect(without.stderr).toContain("warning BK4001");
    expect(await bkcache("plan")).toMatchObject({ exitCode: 2 });
  });

  test("names are completed from such a file", async () => {
    const { stdout } = await open(`${required}target "other" {}\n`).bkcache("__complete", "lint", "o");
    expect(stdout).toContain("other");
  });

  test("a config may name files as bake names those of this machine", async () => {
    const { workspace, bkcache } = open('target "default" {}\n');
    workspace.write("bkcache.config.yaml", "project: shop\nbake: cwd://docker-bake.hcl\n");
    for (const args of [["validate"], ["lint"], ["plan"], ["generate", "--check"], ["bake", "--print"]]) {
      expect(await bkcache(...args)).toMatchObject({ exitCode: 0 });
    }
  });

  test("files may be named as bake names those of this machine", async () => {
    const { bkcache } = open('target "default" {}\n');
    const made = await bkcache("init", "--from-bake", "cwd://docker-bake.hcl", "--stdout", "--format", "yaml");
    expect(made).toMatchObject({ exitCode: 0 });
    expect(made.stdout).toContain("default: {}");
  });
});
