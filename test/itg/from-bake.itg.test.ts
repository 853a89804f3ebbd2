import { execFile } from "node:child_process";
import { cpSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emitBakeFile } from "../../src/bake/emit.ts";
import { createPlan } from "../../src/bake/plan.ts";
import { compareNames } from "../../src/config/names.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import { createHost } from "../../src/host/node-host.ts";
import type { Message } from "../../src/host/host.ts";
import { type Conversion, convertBakeFiles } from "../../src/init/convert.ts";
import type { Format } from "../../src/init/write-config.ts";
import { arbitraryConfig } from "../bake/arbitrary-config.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { cleanEnv } from "../support/env.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { findTool, pathWith, repositoryDir } from "../support/toolchain.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

const fixtures = join(repositoryDir, "test/init/fixtures/bake");
const run = promisify(execFile);

interface Case {
  readonly files: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Places that a credential was taken out of, as JSON keys. */
  readonly withoutKeys?: readonly string[];
  readonly codes: readonly string[];
  readonly variables?: readonly string[];
  /** Paths that this machine lacks, replaced by one that it has where both sides are printed. */
  readonly missing?: readonly string[];
  /** Names that bake refuses in the source, so that all names are asked for one by one. */
  readonly refused?: readonly string[];
}

const cases: Readonly<Record<string, Case>> = {
  functions: { files: ["functions.hcl"], codes: ["BK1012"], variables: ["FULL"] },
  "functions under another environment": {
    files: ["functions.hcl"],
    env: { TAG: "v1.2-rc", EXTRA: "more", PLATFORMS: "linux/arm64", DEBUG: "true", CHECKED: "fine" },
    codes: ["BK1012"],
  },
  matrix: { files: ["matrix.hcl"], codes: ["BK1012"] },
  inherits: { files: ["inherits.hcl"], codes: ["BK2064"] },
  groups: { files: ["groups.hcl"], codes: [] },
  "a group that hides a target": { files: ["shadowed.hcl"], codes: [] },
  "groups in a circle": { files: ["circles.hcl"], codes: ["BK2034"] },
  "no default group": { files: ["no-default.hcl"], codes: [] },
  "a target called default": { files: ["default-target.hcl"], codes: [] },
  caches: {
    files: ["caches.hcl"],
    withoutKeys: ["access_key_id", "secret_access_key"],
    codes: ["BK1012", "BK2045", "BK2047", "BK2048", "BK2049", "BK2064"],
  },
  paths: { files: ["paths.hcl"], codes: [] },
  "form D": { files: ["nfd.hcl"], codes: [] },
  texts: { files: ["texts.hcl"], codes: [] },
  attributes: { files: ["attributes.hcl"], codes: ["BK2080", "BK2081"] },
  "several files": {
    files: ["override-1.hcl", "override-2.hcl", "override-3.json"],
    codes: [],
    variables: ["TAG"],
  },
  "secrets and agents that are not here": {
    files: ["secrets.hcl"],
    codes: ["BK1012"],
    missing: ["${HOMEDIR}/.netrc", "/nowhere/at/all/.netrc", ".npmrc", "/run/nowhere/secret", "keys/nowhere"],
  },
  "what bake refuses": {
    files: ["broken.hcl"],
    codes: ["BK1012"],
    refused: ["bad", "worse", "orphan", "loop", "size", "_broken"],
  },
  json: { files: ["full.json"], codes: ["BK1012"] },
  compose: { files: ["compose.yaml"], codes: ["BK1012"], missing: ["./nowhere/tok.txt", "nowhere/tok.txt"] },
  "compose with x-bake": { files: ["compose-x-bake.yml"], codes: [] },
  "compose and HCL": { files: ["compose-x-bake.yml", "compose-with.hcl"], codes: [] },
  names: { files: ["names.hcl"], codes: [] },
  environment: {
    files: ["environment.hcl"],
    env: { RELEASE: "yes" },
    codes: ["BK1012", "BK2054"],
    variables: ["RELEASE"],
  },
  crlf: { files: ["crlf.hcl"], codes: [] },
  "byte order mark": { files: ["bom.hcl"], codes: [] },
  "no ending": { files: ["bakefile"], codes: [] },
};

describe("init --from-bake", () => {
  const tools = makeTempDir("bin");
  cpSync(findTool("buildx"), join(tools, "buildx"));
  const home = makeTempDir("home");
  const envOf = (extra: Readonly<Record<string, string>> = {}) =>
    cleanEnv({
      PATH: pathWith(tools),
      HOME: home,
      DOCKER_CONFIG: join(home, "docker"),
      XDG_CACHE_HOME: join(home, "cache"),
      SSH_AUTH_SOCK: undefined,
      ...extra,
    });

  function convert(dir: string, files: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const said: Message[] = [];
    const signal = new AbortController().signal;
    const host = createHost({ cwd: dir, env: envOf(env), signal, tell: (message) => said.push(message) });
    return convertBakeFiles(host, files, { fileName: "bkcache.config.yaml" });
  }

  async function print(dir: string, files: readonly string[], names: readonly string[], env = {}): Promise<Json> {
    const args = ["bake", ...files.flatMap((file) => ["-f", file]), "--print", ...names];
    const options = { cwd: dir, env: envOf(env), maxBuffer: 1 << 26 };
    return JSON.parse((await run(join(tools, "buildx"), args, options)).stdout) as Json;
  }

  /** What bake says of each of these and of nothing; null where it refuses. */
  function printEach(
    dir: string,
    files: readonly string[],
    { names, env }: { readonly names: readonly string[]; readonly env: Readonly<Record<string, string>> },
  ): Promise<unknown> {
    const asked = [[], ...names.map((name) => [name])];
    return Promise.all(asked.map((each) => print(dir, files, each, env).catch(() => null)));
  }

  const compile = ({ config }: Conversion) =>
    emitBakeFile(createPlan(resolveConfig(config, { dirName: "x", fileName: "bkcache.config.yaml" })));

  /** Files of a case with what this machine lacks replaced. */
  function provide(workspace: Workspace, files: readonly string[], missing: readonly string[]): void {
    for (const file of files) {
      let text = workspace.read(file);
      for (const path of missing)
        text = text
          .replaceAll(`"${path}"`, '"agent"')
          .replaceAll(`=${path}"`, '=there"')
          .replaceAll(`src = "agent"`, 'src = "there"')
          .replaceAll(`src  = "agent"`, 'src  = "there"')
          .replaceAll(`file: ${path}`, "file: there");
      workspace.write(file, text);
    }
  }

  test.each(Object.entries(cases))("%s", { timeout: 60_000 }, async (_name, each) => {
    const { files, env = {}, codes, variables = [], withoutKeys = [], missing = [], refused = [] } = each;
    const workspace = makeWorkspace();
    cpSync(fixtures, workspace.dir, { recursive: true });
    const conversion = await convert(workspace.dir, files, env);
    expect([...new Set(conversion.notices.map(({ code }) => code))].sort()).toEqual(codes);
    expect(Object.keys(conversion.config.variables ?? {})).toEqual(expect.arrayContaining([...variables]));
    const out = "out.hcl";
    workspace.write(out, compile(conversion));
    workspace.write("there", "");
    let server: Server | undefined;
    if (missing.length > 0) {
      server = createServer().listen(workspace.path("agent"));
      provide(workspace, [...files, out], missing);
    }
    const printEnv = {
      ...env,
      ...(server !== undefined && {
        SSH_AUTH_SOCK: workspace.path("agent"),
        lost: "",
        ALSO_LOST: "",
        DROPPED_TYPE: "",
      }),
    };
    if (refused.length > 0) {
      const listed = /(?<=^(?:target|group) ")[^"]+/gm;
      const names = [...new Set(workspace.read(files[0] as string).match(listed))];
      const [source, made] = await Promise.all([
        printEach(workspace.dir, files, { names, env: printEnv }),
        printEach(workspace.dir, [out], { names, env: printEnv }),
      ]);
      expect(made).toEqual(source);
      expect(new Set(conversion.notices.map(({ message }) => message.split(" ")[0]))).toEqual(new Set(refused));
      return;
    }
    const [source, made] = await Promise.all([
      Promise.all([
        print(workspace.dir, files, ["*"], printEnv),
        print(workspace.dir, files, [], printEnv).catch(() => null),
      ]),
      Promise.all([
        print(workspace.dir, [out], ["*"], printEnv),
        print(workspace.dir, [out], [], printEnv).catch(() => null),
      ]),
    ]);
    server?.close();
    const [all, ...rest] = made;
    expect(sortUnordered([withoutLayers(all, source[0]), ...rest])).toEqual(
      sortUnordered(JSON.parse(JSON.stringify(source, dropKeys(withoutKeys)))),
    );
  });

  test("a usual file costs few calls of buildx, side by side and with progress", async () => {
    const workspace = makeWorkspace({
      "docker-bake.hcl": `variable "TAG" { default = "dev" }
variable "REGISTRY" { default = "example.com" }
target "docker-metadata-action" {}
target "api" {
  inherits = ["docker-metadata-action"]
  tags     = ["\${REGISTRY}/api:\${TAG}"]
}
target "web" { tags = ["\${REGISTRY}/web:\${TAG}"] }
group "default" { targets = ["api", "web"] }
`,
    });
    const calls: { readonly args: readonly string[]; readonly atOnce: number }[] = [];
    const shown: string[] = [];
    let running = 0;
    const signal = new AbortController().signal;
    const host = createHost({ cwd: workspace.dir, env: envOf(), signal, tell: () => {} });
    const watched: typeof host = {
      ...host,
      live: (lines) => shown.push(...lines),
      async exec(command, args, options) {
        running += 1;
        calls.push({ args, atOnce: running });
        return host.exec(command, args, options).finally(() => (running -= 1));
      },
    };
    const { config } = await convertBakeFiles(watched, ["docker-bake.hcl"], { fileName: "bkcache.config.yaml" });
    expect(Object.keys(config.variables ?? {})).toEqual(["REGISTRY", "TAG"]);
    expect(config.external).toEqual(["docker-metadata-action"]);
    // Beside these buildx is asked for its version, at most once in a while.
    expect(calls.filter(({ args }) => args.includes("bake")).length).toBeLessThanOrEqual(7);
    expect(Math.max(...calls.map(({ atOnce }) => atOnce))).toBeGreaterThan(1);
    expect(new Set(shown).size).toBeGreaterThan(2);
  });

  test("names a secret file that cannot be worked around", async () => {
    const workspace = makeWorkspace();
    cpSync(fixtures, workspace.dir, { recursive: true });
    await expect(convert(workspace.dir, ["compose-twice.yaml"])).rejects.toMatchObject({ code: "BK1011" });
  });

  test("refuses a credential that a target cannot do without, and copies none", async () => {
    const workspace = makeWorkspace({
      "a.hcl": 'variable "DEPLOY_TOKEN" {}\ntarget "a" {\n  args = { T = upper(DEPLOY_TOKEN) }\n}\n',
      "b.hcl": 'target "b" {\n  context = "https://me:geheim@example.com/x.git"\n}\n',
    });
    const { config, notices } = await convert(workspace.dir, ["a.hcl"], { DEPLOY_TOKEN: "geheim" });
    expect(JSON.stringify({ config, notices }).toLowerCase()).not.toContain("geheim");
    await expect(convert(workspace.dir, ["b.hcl"])).rejects.toMatchObject({ code: "BK1011" });
  });

  test("writes nothing that a config cannot hold", async () => {
    const workspace = makeWorkspace({ "a.hcl": 'target "a" { labels = { "__proto__" = "x" } }' });
    await expect(convert(workspace.dir, ["a.hcl"])).rejects.toMatchObject({ code: "BK2009" });
  });

  test("says what bake says of files that it cannot read", async () => {
    const workspace = makeWorkspace({ "a.hcl": "target {", "b.hcl": 'target "b" { inherits = ["none"] }' });
    await expect(convert(workspace.dir, ["a.hcl"])).rejects.toMatchObject({ code: "BK4020" });
    await expect(convert(workspace.dir, ["b.hcl"])).rejects.toMatchObject({ code: "BK4020" });
    await expect(convert(workspace.dir, ["c.hcl"])).rejects.toMatchObject({ code: "BK1002" });
  });

  test("a variable that stays one gives the same under any value", { timeout: 60_000 }, async () => {
    const workspace = makeWorkspace({ "a.hcl": variables });
    const conversion = await convert(workspace.dir, ["a.hcl"]);
    expect(Object.keys(conversion.config.variables ?? {}).sort()).toEqual(["ARG", "OWNER", "TAG"]);
    workspace.write("out.hcl", compile(conversion));
    for (const env of [{}, { TAG: "v2" }, { OWNER: "", TAG: "$${x}", ARG: 'a"b' }, { ARG: "" }]) {
      expect(await print(workspace.dir, ["out.hcl"], ["*"], env)).toEqual(
        await print(workspace.dir, ["a.hcl"], ["*"], env),
      );
    }
  });

  test("many variables, with some that cannot stay among them", { timeout: 120_000 }, async () => {
    const names = Array.from({ length: 60 }, (_, index) => `V${index}`);
    const source = (args: readonly string[]) =>
      `${names.map((name) => `variable "${name}" { default = "${name.toLowerCase()}" }\n`).join("")}target "a" {\n  args = {\n${args.join("\n")}\n  }\n}\n`;
    const workspace = makeWorkspace({
      "a.hcl": source(names.map((name) => `    ${name} = ${name}`)),
      "b.hcl": source(names.map((name, index) => `    ${name} = ${index < 3 ? `upper(${name})` : name}`)),
    });
    const kept = async (file: string) => Object.keys((await convert(workspace.dir, [file])).config.variables ?? {});
    expect((await kept("a.hcl")).toSorted(compareNames)).toEqual(names.toSorted(compareNames));
    expect((await kept("b.hcl")).toSorted(compareNames)).toEqual(names.slice(3).toSorted(compareNames));
  });

  test("says what is another value each time, and compares all else", { timeout: 60_000 }, async () => {
    const workspace = makeWorkspace({
      "a.hcl": `variable "CREATED" { default = timestamp() }
variable "TAG" { default = "dev" }
target "a" {
  labels = { created = CREATED }
  tags   = ["acme/a:\${TAG}"]
}
`,
      "b.hcl": 'target "b" { args = { ID = uuidv4() } }\n',
    });
    const { config, notices } = await convert(workspace.dir, ["a.hcl"]);
    expect(Object.keys(config.variables ?? {})).toEqual(["TAG"]);
    expect(notices.filter(({ message }) => message.includes("CREATED")).map(({ code }) => code)).toContain("BK1012");
    const other = await convert(workspace.dir, ["b.hcl"]);
    expect(other.notices.map(({ code, message }) => [code, message.includes("target b: args")])).toEqual([
      ["BK1012", true],
    ]);
    expect(notices.map(({ code }) => code)).not.toContain("BK1013");
  });

  test(
    "a value that is another one each time leaves the variables beside it variables",
    { timeout: 60_000 },
    async () => {
      const workspace = makeWorkspace({
        "a.hcl": `variable "TAG" { default = "dev" }
variable "ARG" { default = "x" }
target "a" {
  tags   = ["acme/api:\${TAG}"]
  labels = { built = timestamp(), version = TAG, arg = upper(ARG) }
}
`,
      });
      const { config, notices, comment } = await convert(workspace.dir, ["a.hcl"]);
      expect(Object.keys(config.variables ?? {})).toEqual(["TAG"]);
      expect(config.targets?.["a"]).toMatchObject({
        tags: ["acme/api:${TAG}"],
        labels: { version: "${TAG}", arg: "X" },
      });
      expect(notices.filter(({ message }) => message.includes("TAG"))).toEqual([]);
      expect(notices.map(({ message }) => message)).toContainEqual(expect.stringContaining("target a: labels"));
      expect(comment.join("\n")).toContain("ARG");
    },
  );

  test("any definition that bkcache itself emits comes back", { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryConfig, async (config) => {
        const plan = createPlan(resolveConfig(config, { dirName: "shop", fileName: "x" }));
        const workspace = makeWorkspace({ "a.hcl": emitBakeFile(plan) });
        const conversion = await convert(workspace.dir, ["a.hcl"]);
        workspace.write("out.hcl", compile(conversion));
        const [source, made] = await Promise.all([
          print(workspace.dir, ["a.hcl"], ["*"]),
          print(workspace.dir, ["out.hcl"], ["*"]),
        ]);
        expect(sortUnordered(withoutLayers(made, source))).toEqual(sortUnordered(source));
        expect(conversion.notices.map(({ code }) => code)).not.toContain("BK1013");
      }),
      { numRuns: 15 },
    );
  });

  test.each(["yaml", "ts", "json"] satisfies Format[])(
    "as %s, generate gives it back without a question",
    { timeout: 120_000 },
    async (format) => {
      const workspace = makeWorkspace();
      const files = ["texts.hcl", "groups.hcl", "attributes.hcl"];
      for (const file of files) cpSync(join(fixtures, file), workspace.path(`src/${file}`));
      const sources = files.map((file) => `src/${file}`);
      const env = envOf({ HOME: home });
      const bkcache = (...args: string[]) => runBkcache(args, { cwd: workspace.dir, env });
      // A secret's file is looked for from the folder that bake runs in.
      workspace.write("attributes.hcl", "");
      const first = await bkcache(
        "init",
        ...sources.flatMap((file) => ["--from-bake", file]),
        "--yes",
        "--format",
        format,
      );
      expect(first).toMatchObject({ exitCode: 0, stdout: "" });
      expect(workspace.list()).toContain(`bkcache.config.${format}`);
      expect(await bkcache("generate")).toMatchObject({ exitCode: 0, stdout: "" });
      expect((await bkcache("generate")).stderr).toContain("docker-bake.hcl: unchanged");
      expect(sortUnordered(await print(workspace.dir, ["docker-bake.hcl"], ["*"]))).toEqual(
        sortUnordered(await print(workspace.dir, sources, ["*"])),
      );
      const again = await bkcache("init", "--from-bake", ...sources, "--yes", "--format", format);
      expect(again.exitCode).toBe(2);
      expect(again.stderr).toContain("error BK1010");
      const before = workspace.read(`bkcache.config.${format}`);
      expect(await bkcache("init", "--from-bake", ...sources, "--yes", "--format", format, "--force")).toMatchObject({
        exitCode: 0,
      });
      expect(workspace.read(`bkcache.config.${format}`)).toBe(before);
    },
  );
});

const variables = `
variable "OWNER" { default = "acme" }
variable "TAG" { default = "dev" }
variable "ARG" { default = "" }
variable "LOWER" { default = "x" }
variable "ASKED" { default = "" }
variable "REPLACED" { default = "x" }
variable "CHANNEL" { default = "dev" }
target "a" {
  tags   = ["\${OWNER}/a:\${TAG}", "fixed"]
  args   = { A = ARG, B = "b", L = lower(LOWER), Q = ASKED != "" ? "yes" : "no", R = replace(REPLACED, "/", "-"), C = CHANNEL == "stable" ? "stable" : CHANNEL, P = "$$$$\${TAG}" }
  labels = { l = "$\${TAG} \${OWNER}\${TAG}" }
}
target "b" {
  inherits = ["a"]
  contexts = { a = "docker-image://\${OWNER}/a:\${TAG}" }
}
`;

/** bake prints these in an order of its own. */
function sortUnordered(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, each: unknown) =>
      ["ulimits", "entitlements", "targets"].includes(key) && Array.isArray(each)
        ? (each as string[]).toSorted(compareNames)
        : each,
    ),
  );
}

type Json = Record<string, unknown>;

/** Without the hidden targets that hold what a placeholder may override; `*` names them too. */
function withoutLayers(made: Json, source: Json): Json {
  const known = source["target"] as Json;
  const isKnown = (name: string): boolean => Object.hasOwn(known, name) || !/^_.*-(?:far|base)\d*$/.test(name);
  return JSON.parse(JSON.stringify(made), (key, each: unknown) => {
    if (key === "targets" && Array.isArray(each)) return (each as string[]).filter(isKnown);
    if (key !== "target" || typeof each !== "object" || each === null) return each;
    return Object.fromEntries(Object.entries(each).filter(([name]) => isKnown(name)));
  }) as Json;
}

function dropKeys(keys: readonly string[]) {
  return (key: string, value: unknown) => (keys.includes(key) ? undefined : value);
}
