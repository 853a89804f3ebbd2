import { execFile } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { emitBakeFile } from "../../src/bake/emit.ts";
import { createPlan } from "../../src/bake/plan.ts";
import { compareNames } from "../../src/config/names.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import { createHost } from "../../src/host/node-host.ts";
import { convertBakeFiles } from "../../src/init/convert.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { cleanEnv } from "../support/env.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { findTool, pathWith } from "../support/toolchain.ts";
import { makeWorkspace } from "../support/workspace.ts";

const run = promisify(execFile);

interface Case {
  readonly source: string;
  /** Placeholders that the config keeps. */
  readonly external: readonly string[];
  /** Targets that inherit some. */
  readonly heirs: readonly string[];
  /** Targets whose loss is said. */
  readonly lost?: readonly string[];
  /** What `inherits` says, where it is not the placeholders alone. */
  readonly inherits?: Readonly<Record<string, readonly string[]>>;
  /** What the made file has besides the targets of the source. */
  readonly hidden?: readonly string[];
  /** Whether another value of the variable TAG is tried too. */
  readonly hasTag?: true;
}

const cases: Readonly<Record<string, Case>> = {
  "one placeholder": {
    source: `
group "default" { targets = ["app", "worker"] }
target "docker-metadata-action" {}
target "app" {
  inherits = ["docker-metadata-action"]
  context  = "app"
  args     = { GO = "1.25", DOCKER_META_VERSION = "own" }
  labels   = { "org.opencontainers.image.title" = "own" }
}
target "worker" {
  inherits   = ["app"]
  dockerfile = "worker.Dockerfile"
}
target "alone" { tags = ["alone"] }
`,
    external: ["docker-metadata-action"],
    heirs: ["app", "worker"],
  },
  "values before and behind it": {
    source: `
target "docker-metadata-action" {}
target "_common" {
  tags        = ["acme/app:local"]
  labels      = { "org.opencontainers.image.title" = "base", "\${"$\${"}x}" = "odd" }
  annotations = ["index:base=1"]
  platforms   = ["linux/amd64", "linux/arm64"]
  args        = { DOCKER_META_VERSION = "0" }
}
target "over" { inherits = ["_common", "docker-metadata-action"] }
target "under" { inherits = ["docker-metadata-action", "_common"] }
target "mixed" {
  inherits    = ["_common", "docker-metadata-action"]
  tags        = ["acme/mixed"]
  annotations = ["own=1"]
  labels      = { mine = "1" }
}
target "cleared" {
  inherits  = ["_common", "docker-metadata-action"]
  tags      = []
  platforms = []
}
`,
    external: ["docker-metadata-action"],
    heirs: ["over", "under", "mixed", "cleared"],
    inherits: {
      over: ["_common", "docker-metadata-action"],
      under: ["docker-metadata-action"],
      mixed: ["_mixed-far", "docker-metadata-action"],
    },
    hidden: ["_cleared-far", "_mixed-far"],
  },
  "a base of the name that would be made": {
    source: `
target "docker-metadata-action" {}
target "_app-far" { args = { A = "1" } }
target "_app-base" { tags = ["x"] }
target "app" {
  inherits = ["_app-base", "_app-far", "docker-metadata-action"]
  target   = "run"
}
`,
    external: ["docker-metadata-action"],
    heirs: ["app"],
    inherits: { app: ["_app-far2", "docker-metadata-action"] },
    hidden: ["_app-far2"],
  },
  "a base that says more": {
    source: `
target "docker-metadata-action" {}
target "_common" {
  context   = "app"
  target    = "run"
  contexts  = { src = "src" }
  platforms = ["linux/amd64", "linux/arm64"]
  args      = { GO = "1.25" }
}
target "_here" {
  context = "app"
  tags    = ["here"]
}
target "app" {
  inherits = ["_common", "docker-metadata-action"]
  target   = "debug"
}
target "worker" { inherits = ["_common", "docker-metadata-action"] }
target "there" {
  inherits = ["_here", "docker-metadata-action"]
  context  = "."
}
`,
    external: ["docker-metadata-action"],
    heirs: ["app", "worker", "there"],
    inherits: {
      app: ["_common", "docker-metadata-action"],
      worker: ["_common", "docker-metadata-action"],
      there: ["_there-far", "docker-metadata-action"],
    },
    hidden: ["_there-far"],
  },
  "two placeholders": {
    source: `
target "docker-metadata-action" {}
target "meta-debug" {}
target "app" { inherits = ["docker-metadata-action"] }
target "debug" { inherits = ["meta-debug"] }
target "_between" {
  tags        = ["between"]
  labels      = { "org.opencontainers.image.title" = "between" }
  annotations = ["between=1"]
}
target "both" { inherits = ["docker-metadata-action", "_between", "meta-debug"] }
target "turned" {
  inherits = ["meta-debug", "_between", "docker-metadata-action"]
  args     = { DOCKER_META_VERSION = "own" }
}
`,
    external: ["docker-metadata-action", "meta-debug"],
    heirs: ["app", "debug", "both", "turned"],
    inherits: { both: ["docker-metadata-action", "_between", "meta-debug"] },
  },
  "a diamond": {
    source: `
target "docker-metadata-action" {}
target "one" {
  inherits    = ["docker-metadata-action"]
  tags        = ["one"]
  annotations = ["one=1"]
}
target "two" { inherits = ["docker-metadata-action"] }
target "both" { inherits = ["one", "two"] }
`,
    external: ["docker-metadata-action"],
    heirs: ["one", "two", "both"],
    hidden: ["_both-far"],
  },
  "a matrix, and a variable": {
    source: `
variable "TAG" { default = "dev" }
target "docker-metadata-action" {}
target "_base" { tags = ["acme/base:\${TAG}"] }
target "app" {
  name     = "app-\${os}"
  matrix   = { os = ["alpine", "debian"] }
  inherits = ["_base", "docker-metadata-action"]
  args     = { OS = os, TAG = TAG }
  labels   = { "org.opencontainers.image.title" = "\${os}-\${TAG}" }
}
`,
    external: ["docker-metadata-action"],
    heirs: ["app-alpine", "app-debian"],
    inherits: { "app-alpine": ["_base", "docker-metadata-action"] },
    hasTag: true,
  },
  "any name, and one in a group": {
    source: `
group "default" { targets = ["app", "docker-metadata-action"] }
group "all" { targets = ["default", "plain"] }
target "_filled" {}
target "docker-metadata-action" {}
target "app" { inherits = ["_filled", "docker-metadata-action"] }
target "plain" {}
target "plain-debug" {
  inherits = ["plain"]
  target   = "debug"
}
`,
    external: ["_filled", "docker-metadata-action"],
    heirs: ["app"],
  },
  "values of its own": {
    source: `
target "docker-metadata-action" { tags = ["local"] }
target "app" { inherits = ["docker-metadata-action"] }
`,
    external: [],
    heirs: [],
    lost: ["app"],
  },
  "a look at it beside inheritance": {
    source: `
target "docker-metadata-action" {}
target "app" { inherits = ["docker-metadata-action"] }
target "debug" {
  args = { NAMES = try(join(",", target.docker-metadata-action.tags), "none") }
}
target "looking" {
  inherits = ["docker-metadata-action"]
  args     = { NAMES = try(join(",", target.docker-metadata-action.tags), "none") }
}
target "fine" { inherits = ["docker-metadata-action"] }
`,
    external: ["docker-metadata-action"],
    heirs: ["app", "fine"],
    lost: ["debug", "looking"],
  },
  "nothing that inherits it": {
    source: `
target "docker-metadata-action" {}
target "default" { tags = ["x"] }
`,
    external: [],
    heirs: [],
  },
};

/** As docker/metadata-action writes it, for several names and with keys that a source may have too. */
const filling = (name: string) => ({
  [name]: {
    tags: [`ghcr.example/${name}:1.2.3`, `ghcr.example/${name}:latest`],
    labels: { "org.opencontainers.image.title": name, "org.opencontainers.image.revision": "abc" },
    annotations: [`manifest:org.opencontainers.image.title=${name}`, "between=1"],
    args: { DOCKER_META_IMAGES: name, DOCKER_META_VERSION: "1.2.3" },
    platforms: ["linux/s390x"],
  },
});

describe("init --from-bake with a file that fills placeholders", () => {
  const tools = makeTempDir("bin");
  cpSync(findTool("buildx"), join(tools, "buildx"));
  const home = makeTempDir("home");
  const env = cleanEnv({ PATH: pathWith(tools), HOME: home, DOCKER_CONFIG: join(home, "docker") });

  async function print(dir: string, files: readonly string[], names: readonly string[], more = {}): Promise<unknown> {
    const args = ["bake", ...files.flatMap((file) => ["-f", file]), "--print", ...names];
    const options = { cwd: dir, env: { ...env, ...more }, maxBuffer: 1 << 26 };
    const answer = await run(join(tools, "buildx"), args, options).catch(() => null);
    return answer === null ? null : sortMembers(JSON.parse(answer.stdout));
  }

  test.each(Object.entries(cases))("%s", { timeout: 120_000 }, async (_name, each) => {
    const { source, external, heirs, lost = [], inherits = {}, hidden = [], hasTag } = each;
    const workspace = makeWorkspace({ "a.hcl": source });
    const { dir } = workspace;
    const host = createHost({ cwd: dir, env, signal: new AbortController().signal, tell: () => undefined });
    const { config, notices } = await convertBakeFiles(host, ["a.hcl"], { fileName: "bkcache.config.yaml" });
    const targets = Object.entries(config.targets ?? {});
    expect(config.external ?? []).toEqual(expect.arrayContaining([...external]));
    expect(config.external ?? []).toHaveLength(external.length);
    expect(targets.flatMap(([name, target]) => (target.inherits === undefined ? [] : [name])).sort()).toEqual(
      heirs.toSorted(compareNames),
    );
    for (const [name, parents] of Object.entries(inherits)) expect(config.targets?.[name]?.inherits).toEqual(parents);
    expect(notices.map(({ code }) => code)).toEqual(lost.length === 0 ? [] : ["BK1012"]);
    for (const name of lost) expect(notices.map(({ message }) => message).join()).toContain(name);

    workspace.write("out.hcl", emitBakeFile(createPlan(resolveConfig(config, { dirName: "x", fileName: "x" }))));
    const names = [...new Set(source.match(/(?<=^(?:target|group) ")[^"]+/gm))].filter((name) => !lost.includes(name));
    const [ofSource, ofMade] = await Promise.all(["a.hcl", "out.hcl"].map((file) => print(dir, [file], ["*"])));
    const known = namesIn(ofSource);
    expect(namesIn(ofMade).filter((name) => !known.includes(name))).toEqual(hidden);
    expect(namesIn(ofMade)).toEqual(expect.arrayContaining([...known]));
    const all = [...external, "docker-metadata-action"];
    const overlays = [all, ...all.map((name) => [name])].map((filled, i) => {
      workspace.write(
        `fill-${i}.json`,
        JSON.stringify({ target: Object.assign({}, ...filled.map((name) => filling(name))) }),
      );
      return [`fill-${i}.json`];
    });
    for (const overlay of [[], ...overlays]) {
      for (const variables of [{}, ...(hasTag === true ? [{ TAG: "v2" }] : [])]) {
        for (const asked of [[], ...names.map((name) => [name]), names]) {
          const expected = await print(dir, ["a.hcl", ...overlay], asked, variables);
          expect(await print(dir, ["out.hcl", ...overlay], asked, variables)).toEqual(expected);
        }
      }
    }
    // A target that is lost is the same as long as no file fills the placeholder.
    for (const name of lost) {
      expect(await print(dir, ["out.hcl"], [name])).toEqual(await print(dir, ["a.hcl"], [name]));
      const filled = overlays[0] ?? [];
      expect(await print(dir, ["out.hcl", ...filled], [name])).not.toEqual(
        await print(dir, ["a.hcl", ...filled], [name]),
      );
    }
  });

  test("is said at the end, and holds for the file that generate writes", { timeout: 120_000 }, async () => {
    const workspace = makeWorkspace({
      "a.hcl": cases["values before and behind it"]?.source ?? "",
      "meta.json": JSON.stringify({ target: filling("docker-metadata-action") }),
    });
    const bkcache = (...args: string[]) => runBkcache(args, { cwd: workspace.dir, env });
    const first = await bkcache("init", "--from-bake", "a.hcl", "--yes", "--format", "yaml");
    expect(first).toMatchObject({ exitCode: 0, stdout: "" });
    expect(first.stderr).toMatch(/docker-metadata-action: .*external.* over, under/);
    expect(await bkcache("generate")).toMatchObject({ exitCode: 0 });
    for (const name of ["over", "under", "mixed", "cleared", "docker-metadata-action"]) {
      expect(await print(workspace.dir, ["docker-bake.hcl", "meta.json"], [name])).toEqual(
        await print(workspace.dir, ["a.hcl", "meta.json"], [name]),
      );
    }
  });
});

function namesIn(printed: unknown): readonly string[] {
  return Object.keys((printed as { readonly target: object }).target).sort();
}

/** bake prints the members of a matrix in an order of its own. */
function sortMembers(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, each: unknown) =>
      key === "targets" && Array.isArray(each) ? (each as string[]).toSorted(compareNames) : each,
    ),
  );
}
