import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { checkAgainstFiles, findMissingFiles } from "../../src/config/bake-files.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { Config } from "../../src/config/schema.gen.ts";
import type { Diagnostic } from "../../src/diagnostics/error.ts";
import { read, readText, workspace } from "./support.ts";

const places = (findings: readonly Diagnostic[]) =>
  findings.map(({ code, path, span }) => `${code} ${path} ${span?.line}:${span?.column}`);

const resolve = (config: Config) => resolveConfig(config, { dirName: "shop", fileName: "f" });

describe("what the config adds", () => {
  test("an entry with cache and mounts alone is no target of the config's own", () => {
    const resolved = resolve({
      bake: ["a.hcl", "b.yaml"],
      targets: { api: { cache: false }, web: { mounts: [], cacheFrom: [], cacheTo: [] }, own: { context: "." } },
    });
    expect(Object.keys(resolved.targets)).toEqual(["own"]);
    expect(resolved.bakeFiles).toMatchObject({
      paths: ["a.hcl", "b.yaml"],
      additions: { api: {}, web: { mounts: [] } },
    });
    expect(resolve({ targets: { api: { cache: false } } }).targets).toHaveProperty("api");
  });

  test("there is no default group of bkcache's making", () => {
    expect(resolve({ bake: "a.hcl", targets: { own: { context: "." } } }).groups).toEqual({});
  });

  test("a parent that the config does not declare is left to bake, with what the config adds to it", () => {
    const { targets, external } = resolve({
      bake: "a.hcl",
      defaults: { pull: true },
      targets: { own: { inherits: ["theirs"], target: "x" }, theirs: { cache: { scope: "s" }, mounts: [] } },
    });
    expect(targets["own"]).toMatchObject({
      inherits: ["_own-base", "theirs"],
      bases: { "_own-base": { pull: true } },
      attributes: { target: "x" },
      cache: { scope: "s" },
      mounts: [],
    });
    expect(external).toEqual([]);
  });

  test("an id that depends on the architecture says so, since the files' platforms are not known", () => {
    const mounts = { build: "go-build" } as const;
    expect(resolve({ bake: "a.hcl", mounts }).mounts["build"]?.id).toBe("shop-build-${TARGETARCH}");
    expect(resolve({ mounts, targets: { a: {} } }).mounts["build"]?.id).toBe("shop-build");
    expect(
      resolve({ bake: "a.hcl", mounts: { build: { preset: "go-build", perArch: false } } }).mounts["build"]?.id,
    ).toBe("shop-build");
  });

  test("an empty scope and a destination that two targets write are found", () => {
    const find = (targets: Config["targets"], cache: Config["cache"] = {}) => {
      try {
        resolve({ bake: "a.hcl", backends: { i: { type: "inline" } }, cache, targets: targets ?? {} });
      } catch (error) {
        return places((error as { findings: readonly Diagnostic[] }).findings);
      }
      return [];
    };
    const to = [{ type: "local", dest: "x" }];
    expect(find({ a: { cache: { scope: "" } } }, { read: ["i"] })).toEqual([
      "BK2062 targets.a.cache.scope undefined:undefined",
    ]);
    expect(find({ a: { cacheTo: to }, b: { context: ".", cacheTo: to } })).toEqual([expect.stringContaining("BK2064")]);
  });
});

describe("findMissingFiles", () => {
  test.each<[string, string, string[]]>([
    ["all there", "bake: [a.hcl, sub/b.yaml]", []],
    ["one is missing", "bake: [a.hcl, c.hcl]", ["BK2090 bake[1] 1:15"]],
    ["a folder", "bake: sub", ["BK2090 bake 1:7"]],
    ["a URL", "bake: https://example.com/r.git", ["BK2090 bake 1:7"]],
    ["no such key", "project: x", []],
  ])("%s", async (_, text, expected) => {
    const dir = workspace({ "bkcache.config.yaml": text, "a.hcl": "", "sub/b.yaml": "" });
    const { valid } = await read(dir);
    expect(valid?.dir).toBe(dir);
    expect(places(valid === null ? [] : findMissingFiles(valid))).toEqual(expected);
  });

  test("paths of an extended config start from its folder", async () => {
    const dir = workspace({
      "base/c.yaml": "bake: x.hcl",
      "base/x.hcl": "",
      "app/bkcache.config.yaml": "extends: ../base/c.yaml",
    });
    const { valid } = await read(`${dir}/app`);
    expect(valid?.config.bake).toBe("../base/x.hcl");
    expect(valid === null ? null : findMissingFiles(valid)).toEqual([]);
    expect(dirname(valid?.file ?? "")).toBe(`${dir}/app`);
  });
});

describe("checkAgainstFiles", () => {
  const listed = { targets: new Set(["api", "web", "app-1"]), groups: new Set(["default", "app"]) };
  test.each<[string, string, string[]]>([
    ["an addition", "targets: { api: { cache: false } }", []],
    ["one with a typo", "targets: { apii: { cache: false } }", ["BK2092 targets.apii 2:18"]],
    ["one for a matrix", "targets: { app: { mounts: [] } }", ["BK2092 targets.app 2:17"]],
    ["one for a hidden target, which is not listed", "targets: { _base: { cache: false } }", []],
    ["an empty entry", "targets: { nothing: {} }", ["BK2092 targets.nothing 2:21"]],
    ["an attribute", "targets: { api: { cache: false, pull: true } }", ["BK2091 targets.api.pull 2:39"]],
    ["the same by a matrix", "targets: { app: { matrix: { v: ['1'] } } }", ["BK2091 targets.app.matrix 2:27"]],
    ["a target beside them", "targets: { own: { inherits: [api], contexts: { a: 'target:web' } } }", []],
    [
      "unknown names",
      "targets: { own: { inherits: [ap], contexts: { a: 'target:wab' } } }",
      ["BK2020 targets.own.inherits[0] 2:30", "BK2020 targets.own.contexts.a 2:50"],
    ],
    ["a group", "groups: { a: [api, app, b], b: [_base, default] }", []],
    [
      "an unknown member",
      "groups: { a: [apo], b: { targets: [wbe] } }",
      ["BK2020 groups.a[0] 2:15", "BK2020 groups.b.targets[0] 2:36"],
    ],
    ["an external name", "external: [meta]\ngroups: { a: [meta] }\ntargets: { own: { inherits: [meta] } }", []],
  ])("%s", async (_, text, expected) => {
    const { valid, errors } = await readText(`bake: docker-bake.hcl\n${text}`);
    expect(errors).toEqual([]);
    expect(places(valid === null ? [] : checkAgainstFiles(valid, listed))).toEqual(expected);
  });
});
