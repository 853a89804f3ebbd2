import { describe, expect, test } from "vitest";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { ResolvedConfig } from "../../src/config/resolved.ts";
import type { Config, Target } from "../../src/config/schema.gen.ts";
import { BkcacheError } from "../../src/diagnostics/error.ts";

const resolve = (config: Config): ResolvedConfig =>
  resolveConfig(config, { dirName: "My Shop!", fileName: "bkcache.config.ts" });

const attributesOf = (config: Config, name: string) => resolve(config).targets[name]?.attributes;

function findingsOf(config: Config): { code: string; path: string | undefined }[] {
  try {
    resolve(config);
  } catch (error) {
    if (!(error instanceof BkcacheError)) throw error;
    return error.findings.map(({ code, path }) => ({ code, path }));
  }
  return [];
}

describe("project", () => {
  test.each([
    [{ project: "a-b" }, "x", "a-b"],
    [{}, "My Shop!", "my-shop"],
    [{}, "Ünïcode_1", "u-ni-code-1"],
    [{}, "日本", "project"],
  ])("%j in folder %s is %s", (config, dirName, project) => {
    expect(resolveConfig(config, { dirName, fileName: "f" }).project).toBe(project);
  });
});

describe("inheritance", () => {
  test("comes from the target, then inherits from the last to the first, then defaults", () => {
    const config: Config = {
      defaults: { target: "defaults", network: "none", shmSize: "1m", args: { A: "0", D: "0" } },
      targets: {
        a: { target: "a", network: "host", args: { A: "a", B: "a" } },
        b: { target: "b", args: { A: "b" } },
        c: { inherits: ["a", "b"], args: { C: "c" } },
        d: { inherits: ["b", "a"], target: "d" },
      },
    };
    expect(attributesOf(config, "c")).toEqual({
      target: "b",
      network: "host",
      shmSize: "1m",
      args: { A: "b", B: "a", C: "c", D: "0" },
    });
    expect(attributesOf(config, "d")).toEqual({
      target: "d",
      network: "host",
      shmSize: "1m",
      args: { A: "a", B: "a", D: "0" },
    });
  });

  test("resolves each parent for itself, as bake does", () => {
    const targets = {
      base: { args: { A: "base" } },
      left: { inherits: ["base"], args: { A: "left" } },
      right: { inherits: ["base"] },
      both: { inherits: ["left", "right"] },
    };
    expect(attributesOf({ targets }, "both")).toEqual({ args: { A: "base" } });
  });

  test.each<[string, Config["defaults"], Config["defaults"], unknown]>([
    ["tags: replaced", { tags: ["a"] }, { tags: ["b"] }, { tags: ["b"] }],
    ["tags: cleared", { tags: ["a"] }, { tags: [] }, { tags: [] }],
    ["platforms: cleared", { platforms: ["linux/amd64"] }, { platforms: [] }, { platforms: [] }],
    ["output: cleared", { output: ["type=local,dest=x"] }, { output: [] }, { output: [] }],
    [
      "no-cache-filter: appended, never cleared",
      { noCacheFilter: ["a"] },
      { noCacheFilter: [] },
      { noCacheFilter: ["a"] },
    ],
    [
      "annotations: appended, each once",
      { annotations: ["a=1", "b=1"] },
      { annotations: ["c=1", "a=1"] },
      { annotations: ["a=1", "b=1", "c=1"] },
    ],
    [
      "entitlements: appended",
      { entitlements: ["network.host"] },
      { entitlements: ["security.insecure"] },
      { entitlements: ["network.host", "security.insecure"] },
    ],
    ["ulimits: appended", { ulimits: ["a=1"] }, { ulimits: ["b=1"] }, { ulimits: ["a=1", "b=1"] }],
    [
      "args: by key, null is nothing",
      { args: { A: "1", B: "1" } },
      { args: { A: null, B: "2" } },
      { args: { A: "1", B: "2" } },
    ],
    ["labels: by key", { labels: { a: "1" } }, { labels: { b: "2" } }, { labels: { a: "1", b: "2" } }],
    [
      "labels: keys that HCL takes for one",
      { labels: { "\u00e9": "1" } },
      { labels: { "e\u0301": "2" } },
      { labels: { "\u00e9": "2" } },
    ],
    [
      "contexts: an empty one removes",
      { contexts: { a: "x", b: "y" } },
      { contexts: { a: "" } },
      { contexts: { b: "y" } },
    ],
    [
      "extra hosts: by key",
      { extraHosts: { a: "1.1.1.1" } },
      { extraHosts: { a: "2.2.2.2" } },
      { extraHosts: { a: "2.2.2.2" } },
    ],
    [
      "resources: by key",
      { resources: { memory: "1g" } },
      { resources: { cpuShares: "1" } },
      { resources: { memory: "1g", cpuShares: "1" } },
    ],
    [
      "secret: by id, in the first's place",
      { secret: ["id=a,env=A", { id: "b", env: "B" }] },
      { secret: [{ id: "a", env: "C" }] },
      {
        secret: [
          { id: "a", env: "C" },
          { id: "b", env: "B" },
        ],
      },
    ],
    [
      "secret: quoted",
      { secret: ['"id=a,b",env=A'] },
      { secret: [{ id: "a,b", env: "C" }] },
      { secret: [{ id: "a,b", env: "C" }] },
    ],
    [
      "secret: a variable in the id is left to bake",
      { secret: ["id=${A},env=A"] },
      { secret: ["id=${A},env=B"] },
      {
        secret: [
          ["id=", { variable: "A" }, ",env=A"],
          ["id=", { variable: "A" }, ",env=B"],
        ],
      },
    ],
    [
      "ssh: by id",
      { ssh: ["default", "key=a"] },
      { ssh: [{ id: "key", paths: ["b"] }] },
      { ssh: ["default", { id: "key", paths: ["b"] }] },
    ],
    [
      "attest: by type",
      { attest: ["type=sbom", { type: "provenance", mode: "min" }] },
      { attest: ["TYPE=provenance,mode=max"] },
      { attest: ["type=sbom", "TYPE=provenance,mode=max"] },
    ],
    [
      "policy: added",
      { policy: [{ disabled: true }] },
      { policy: [{ disabled: true }] },
      { policy: [{ disabled: true }, { disabled: true }] },
    ],
    ["flags: replaced", { pull: true, noCache: true }, { pull: false }, { pull: false, noCache: true }],
    ["description: an empty one is none", { description: "x" }, { description: "" }, { description: "x" }],
  ])("%s", (_, far, near, merged) => {
    expect(attributesOf({ targets: { far: { ...far }, near: { inherits: ["far"], ...near } } }, "near")).toEqual(
      merged,
    );
    expect(attributesOf({ defaults: { ...far }, targets: { near: { ...near } } }, "near")).toEqual(merged);
  });

  test("a list of one variable cannot be added to another", () => {
    const targets = { a: { ulimits: ["x=1"] }, b: { inherits: ["a"], ulimits: "${L}" } };
    expect(findingsOf({ variables: { L: { type: "list(string)", default: [] } }, targets })).toEqual([
      { code: "BK2060", path: "targets.b.ulimits" },
    ]);
  });

  test("an external target keeps its place between near and far", () => {
    const { targets } = resolve({
      external: ["meta"],
      defaults: { tags: ["d"] },
      targets: {
        _common: { args: { A: "1" } },
        api: { inherits: ["_common", "meta"], args: { B: "2" } },
        both: { inherits: ["_common", "_both-base", "meta"] },
        "_both-base": { labels: { l: "1" } },
        worker: { inherits: ["api"] },
        only: { inherits: ["meta"] },
      },
    });
    expect(targets["api"]).toMatchObject({
      attributes: { args: { B: "2" } },
      inherits: ["_common", "meta"],
      bases: { _common: { tags: ["d"], args: { A: "1" } } },
    });
    expect(targets["both"]).toMatchObject({
      inherits: ["_both-base2", "meta"],
      bases: { "_both-base2": { tags: ["d"], args: { A: "1" }, labels: { l: "1" } } },
    });
    expect(targets["worker"]).toMatchObject({ attributes: { args: { B: "2" } }, inherits: ["_worker-base", "meta"] });
    expect(targets["only"]).toMatchObject({ attributes: {}, inherits: ["_only-base", "meta"] });
  });

  test.each([
    ["has cache", { tags: ["x"], cacheFrom: ["type=gha"] }],
    ["clears something", { tags: [] }],
    ["inherits an external one itself", { tags: ["x"], inherits: ["meta"] }],
  ] satisfies [string, Target][])("a parent that %s is no base of what inherits it", (_name, parent) => {
    const { targets } = resolve({
      external: ["meta", "other"],
      targets: { _far: parent, api: { inherits: ["_far", "other"] } },
    });
    expect(targets["api"]?.inherits).not.toContain("_far");
    expect(targets["api"]?.inherits.at(-1)).toBe("other");
  });

  test("without anything far an external target needs no base", () => {
    const { targets } = resolve({ external: ["meta"], targets: { api: { inherits: ["meta"], tags: ["x"] } } });
    expect(targets["api"]).toMatchObject({ attributes: { tags: ["x"] }, inherits: ["meta"], bases: {} });
  });
});

describe("strings", () => {
  test("keep variables, and take axes", () => {
    const targets = {
      m: {
        matrix: { v: ["1.0"], o: [{ n: "x${y}", k: "" }] },
        args: { A: "${v}-${V}", B: "${o.n}", C: "$${v}" },
        tags: "${v}",
        platforms: "${P}",
        pull: "${F}",
        output: "${O}",
      },
    };
    expect(attributesOf({ targets }, "m-1_0-x__y_-")).toEqual({
      args: { A: ["1.0-", { variable: "V" }], B: "x${y}", C: "${v}" },
      tags: ["1.0"],
      platforms: { variable: "P" },
      pull: { variable: "F" },
      output: { variable: "O" },
    });
  });

  test("lists lose what bake would drop", () => {
    expect(
      attributesOf({ targets: { a: { tags: ["x", "", "y", "x"], output: ["", { type: "image", push: true }] } } }, "a"),
    ).toEqual({
      tags: ["x", "y"],
      output: [{ type: "image", push: "true" }],
    });
  });
});

describe("matrix", () => {
  test("makes one target of each row, the last axis fastest, and a group of all", () => {
    const { targets, groups } = resolve({
      targets: { m: { matrix: { a: ["1", "2"], b: ["x", "y/z"] } }, one: { matrix: { a: ["1"] }, name: "one" } },
    });
    expect(Object.keys(targets)).toEqual(["m-1-x", "m-1-y_z", "m-2-x", "m-2-y_z", "one"]);
    expect(groups).toEqual({
      m: { targets: ["m-1-x", "m-1-y_z", "m-2-x", "m-2-y_z"] },
      default: { targets: ["m", "one"] },
    });
  });

  test("names that meet are errors, all at once", () => {
    const targets = {
      a: { matrix: { v: ["1.0", "1_0"] } },
      b: { matrix: { v: ["1", "2"] }, name: "same" },
      "c-1": {},
      c: { matrix: { v: ["1"] } },
    };
    expect(findingsOf({ targets })).toEqual([
      { code: "BK2061", path: "targets.a.matrix" },
      { code: "BK2061", path: "targets.b.name" },
      { code: "BK2061", path: "targets.c.matrix" },
    ]);
  });
});

describe("groups", () => {
  test.each<[string, Config, unknown]>([
    ["default holds what is not hidden", { targets: { a: {}, _b: {} } }, { default: { targets: ["a"] } }],
    ["no default without visible targets", { targets: { _b: {} } }, {}],
    ["what is written counts", { targets: { a: {} }, groups: {} }, {}],
    ["a member counts once", { targets: { a: {} }, groups: { g: ["a", "a"] } }, { g: { targets: ["a"] } }],
    [
      "descriptions stay",
      { targets: { a: {} }, groups: { g: { targets: ["a"], description: "d" } } },
      { g: { targets: ["a"], description: "d" } },
    ],
    ["a group may carry its member's name", { targets: { a: {} }, groups: { a: ["a"] } }, { a: { targets: ["a"] } }],
    [
      "a matrix's too",
      { targets: { m: { matrix: { v: ["1", "2"] } } }, groups: { m: ["m"] } },
      { m: { targets: ["m-1", "m-2"] } },
    ],
  ])("%s", (_, config, groups) => {
    expect(resolve(config).groups).toEqual(groups);
  });
});

test("names of the language's own are names like others", () => {
  const targets = JSON.parse(
    '{"__proto__":{"args":{"__proto__":"1","constructor":"2"}},"constructor":{"inherits":["__proto__"]}}',
  );
  const resolved = resolve({ targets });
  expect(Object.keys(resolved.targets)).toEqual(["__proto__", "constructor"]);
  expect(Object.entries(resolved.targets["constructor"]?.attributes.args ?? {})).toEqual([
    ["__proto__", "1"],
    ["constructor", "2"],
  ]);
});
