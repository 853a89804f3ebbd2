import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { createPlan } from "../../src/bake/plan.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { Config } from "../../src/config/schema.gen.ts";
import { createDockerfileReader } from "../../src/source/dockerfiles.ts";
import { mountsOfTarget } from "../../src/source/target-mounts.ts";
import { makeWorkspace } from "../support/workspace.ts";

const dockerfile = (name: string) =>
  `FROM a AS build\n# bkcache: ${name}\nRUN x\nFROM scratch\nCOPY --from=build / /\n`;

function mountsOf(target: NonNullable<Config["targets"]>[string], files: Record<string, string>, more: Config = {}) {
  const workspace = makeWorkspace(files);
  const config: Config = {
    project: "shop",
    mounts: { gomod: "go-mod", npm: "npm" },
    targets: { api: target },
    ...more,
  };
  const plan = createPlan(resolveConfig(config, { dirName: basename(workspace.dir), fileName: "bkcache.config.ts" }));
  return mountsOfTarget(plan, "api", { read: createDockerfileReader(workspace.dir) });
}

describe("which mounts a target has", () => {
  test.each<[string, Parameters<typeof mountsOf>, object]>([
    ["those that it lists, without a look", [{ mounts: ["npm"] }, {}], { names: ["npm"] }],
    ["none that it lists", [{ mounts: [] }, { Dockerfile: dockerfile("npm") }], { names: [] }],
    ["none where none is declared", [{}, {}, { mounts: {} }], { names: [] }],
    ["those of its Dockerfile", [{}, { Dockerfile: dockerfile("npm") }], { names: ["npm"] }],
    [
      "of the file in the context",
      [{ context: "api", dockerfile: "D" }, { "api/D": dockerfile("npm") }],
      { names: ["npm"] },
    ],
    [
      "of a file above the context",
      [{ context: "api", dockerfile: "../D" }, { D: dockerfile("npm") }],
      { names: ["npm"] },
    ],
    ["of cwd://", [{ context: "cwd://api" }, { "api/Dockerfile": dockerfile("npm") }], { names: ["npm"] }],
    [
      "of a local file for a remote context",
      [{ context: "https://x.example/y.git", dockerfile: "cwd://D" }, { D: dockerfile("npm") }],
      { names: ["npm"] },
    ],
    ["of an inline one", [{ dockerfileInline: dockerfile("gomod") }, {}], { names: ["gomod"] }],
    [
      "of its stage",
      [{ target: "build" }, { Dockerfile: `${dockerfile("npm")}# bkcache: gomod\nRUN x\n` }],
      { names: ["npm"] },
    ],
    [
      "of a stage that an argument chooses",
      [{ args: { B: "build" } }, { Dockerfile: `ARG B=x\n${dockerfile("npm")}FROM $B` }],
      { names: ["npm"] },
    ],
    [
      "inherited context",
      [
        { inherits: ["base"] },
        { "x/Dockerfile": dockerfile("npm") },
        { targets: { base: { context: "x" }, api: { inherits: ["base"] } } },
      ],
      { names: ["npm"] },
    ],
    ["no file", [{ dockerfile: "D" }, {}], { names: null, reason: "D does not exist" }],
    ["a folder", [{ dockerfile: "D" }, { "D/x": "" }], { names: null, reason: "D does not exist" }],
    ["a remote context", [{ context: "https://x.example/y.git" }, { Dockerfile: "FROM a" }], { names: null }],
    ["a path with a variable", [{ dockerfile: "${V}" }, {}, { variables: { V: "x" } }], { names: null }],
    [
      "a stage with a variable",
      [{ target: "${V}" }, { Dockerfile: "FROM a" }, { variables: { V: "x" } }],
      { names: null },
    ],
    ["no such stage", [{ target: "biuld" }, { Dockerfile: dockerfile("npm") }], { names: null }],
  ])("%s", (_, args, expected) => {
    const [target, files, more = {}] = args;
    const targets = { targets: { api: target }, ...more }.targets;
    expect(mountsOf(target, files, { ...more, targets: more.targets ?? targets })).toMatchObject(expected);
  });
});
