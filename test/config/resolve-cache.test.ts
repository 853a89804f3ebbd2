import { describe, expect, test } from "vitest";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { ResolvedConfig } from "../../src/config/resolved.ts";
import type { Config, Target } from "../../src/config/schema.gen.ts";
import { BkcacheError } from "../../src/diagnostics/error.ts";
import { readText } from "./support.ts";

const resolve = (config: Config): ResolvedConfig => resolveConfig(config, { dirName: "shop", fileName: "f" });

const policy = (...backends: string[]) => ({ kind: "policy", backends });
const raw = (...entries: unknown[]) => ({ kind: "raw", entries });

describe("the policy of a target", () => {
  const near = (target: Target, far: Target = {}, defaults: Target = {}) =>
    resolve({
      cache: { read: ["a", "b"], write: ["b"], scope: "top", mode: "min" },
      defaults,
      targets: { far, near: { inherits: ["far"], ...target } },
    }).targets["near"]?.cache;

  test("is that of the top level", () => {
    expect(near({})).toEqual({
      from: policy("a", "b"),
      to: policy("b"),
      scope: "top",
      mode: "min",
      ignoreError: true,
      committed: "off",
    });
  });

  test("without any is no cache", () => {
    expect(resolve({ targets: { x: {} } }).targets["x"]?.cache).toEqual({
      from: policy(),
      to: policy(),
      scope: null,
      mode: "max",
      ignoreError: true,
      committed: "off",
    });
  });

  test.each<[string, Target, Target, Target, object]>([
    [
      "key by key, lists replaced",
      { cache: { read: ["c"] } },
      { cache: { scope: "far", ignoreError: false } },
      {},
      { from: policy("c"), to: policy("b"), scope: "far", mode: "min", ignoreError: false },
    ],
    [
      "defaults are farther than parents",
      {},
      { cache: { mode: "max" } },
      { cache: { mode: "min", committed: "read" } },
      { mode: "max", committed: "read" },
    ],
    ["false turns all off", { cache: false }, {}, {}, { from: policy(), to: policy() }],
    [
      "a nearer policy turns one direction on again",
      { cache: { read: ["c"] } },
      { cache: false },
      {},
      { from: policy("c"), to: policy() },
    ],
    [
      "a list of its own replaces the policy of that direction",
      { cacheFrom: ["x"] },
      {},
      {},
      { from: raw("x"), to: policy("b") },
    ],
    ["an empty list too", { cacheTo: [] }, {}, {}, { to: raw() }],
    ["and false", { cacheTo: false, cacheFrom: false }, { cacheFrom: ["x"] }, {}, { from: raw(), to: raw() }],
    [
      "entries pass as they are",
      { cacheFrom: ["b", "", "a", { type: "s3", name: "${N}", use_path_style: true }] },
      {},
      {},
      { from: raw("b", "", "a", { type: "s3", name: [{ variable: "N" }], use_path_style: "true" }) },
    ],
    ["inherited cacheFrom is appended", { cacheFrom: ["b", "a"] }, { cacheFrom: ["a"] }, {}, { from: raw("a", "b") }],
    ["inherited cacheTo is replaced", { cacheTo: ["b"] }, { cacheTo: ["a"] }, {}, { to: raw("b") }],
    [
      "a nearer policy replaces an inherited list",
      { cache: { write: ["c"] } },
      { cacheTo: ["a"], cacheFrom: ["a"] },
      {},
      { to: policy("c"), from: raw("a") },
    ],
    ["on one target the list wins", { cache: { write: ["c"] }, cacheTo: ["a"] }, {}, {}, { to: raw("a") }],
    ["a backend counts once", { cache: { read: ["c", "a", "c"] } }, {}, {}, { from: policy("c", "a") }],
  ])("%s", (_, target, far, defaults, expected) => {
    expect(near(target, far, defaults)).toMatchObject(expected);
  });
});

describe("findings", () => {
  const codes = (config: Config): unknown[] => {
    try {
      return resolve(config).warnings.map(({ code, path }) => ["warning", code, path]);
    } catch (error) {
      if (!(error instanceof BkcacheError)) throw error;
      return error.findings.map(({ code, path }) => [code, path]);
    }
  };

  test("an empty scope, and platforms that are not known, where a policy needs them", () => {
    const cache = { read: ["a"] };
    expect(
      codes({
        cache,
        targets: { a: { cache: { scope: "" } }, b: { platforms: "${P}" }, c: { cache: false, platforms: "${P}" } },
      }),
    ).toEqual([
      ["BK2062", "targets.a.cache.scope"],
      ["BK2063", "targets.b.platforms"],
    ]);
  });

  const shared: Config = {
    targets: {
      a: { cacheTo: [{ type: "s3", bucket: "b", region: "r", mode: "max", name: "${N}" }, "type=inline"] },
      b: { cacheTo: ["type=s3,bucket=b,mode=min,name=${N}", { type: "inline" }] },
      c: { inherits: ["a"], cacheTo: ["acme/cache"] },
      d: { cacheTo: ["type=registry,ref=acme/cache"] },
      e: { inherits: ["d"], cacheTo: ["type=s3,bucket=b,prefix=p/,name=${N}", "type=local,dest=x,tag=e"] },
      _hidden: { cacheTo: ["acme/cache"] },
    },
  };

  test("each has its place in the file, or that of the nearest key that the file has", async () => {
    const { valid, errors } = await readText(
      [
        "backends: { a: { type: s3, bucket: b, region: r } }",
        "variables: { P: { type: 'list(string)', default: [linux/amd64] } }",
        "defaults: { platforms: '${P}' }",
        "targets:",
        "  x: { cacheTo: ['type=registry,ref=r/c'] }",
        "  y: { cacheTo: ['type=registry,ref=r/c'] }",
        "  z: { name: 'z${v}', matrix: { v: ['1'] }, inherits: [x] }",
        "  own: { cache: { write: [a] }, platforms: '${P}' }",
        "  far: { cache: { write: [a] } }",
      ].join("\n"),
    );
    expect(errors).toEqual([]);
    if (valid === null) return;
    const names = { dirName: "shop", fileName: "f" };
    const find = () => resolveConfig(valid.config, { ...names, spanOf: valid.spanOf });
    expect(find).toThrow(BkcacheError);
    try {
      find();
    } catch (error) {
      const { findings } = error as BkcacheError;
      expect(findings.map(({ code, path, span }) => `${code} ${path} ${span?.line}:${span?.column}`)).toEqual([
        "BK2063 targets.own.platforms 8:44",
        "BK2063 targets.far.platforms 9:8",
        "BK2064 targets.y.cacheTo 6:17",
        "BK2064 targets.z.cacheTo 7:6",
      ]);
    }
  });

  test("targets that write one destination", () => {
    expect(codes(shared)).toEqual([
      ["BK2064", "targets.b.cacheTo"],
      ["BK2064", "targets.d.cacheTo"],
    ]);
    expect(codes({ ...shared, rules: { BK2064: "off" } })).toEqual([]);
    expect(codes({ ...shared, rules: { BK2064: "warn" } })).toEqual([
      ["warning", "BK2064", "targets.b.cacheTo"],
      ["warning", "BK2064", "targets.d.cacheTo"],
    ]);
  });
});

describe("backends", () => {
  test.each<[string, NonNullable<Config["backends"]>[string], unknown]>([
    ["a URL is bucket and prefix", { type: "s3", url: "s3://b/p/q" }, { type: "s3", bucket: "b", prefix: "p/q/" }],
    ["without a prefix", { type: "gcs", url: "gs://b" }, { type: "gcs", bucket: "b" }],
    ["with a slash alone", { type: "gcs", url: "gcs://b/" }, { type: "gcs", bucket: "b" }],
    [
      "of variables",
      { type: "s3", url: "s3://${B}-x/p${P}" },
      { type: "s3", bucket: [{ variable: "B" }, "-x"], prefix: ["p", { variable: "P" }, "/"] },
    ],
    [
      "of one variable",
      { type: "s3", url: "s3://${B}/${P}/" },
      { type: "s3", bucket: [{ variable: "B" }], prefix: [{ variable: "P" }, "/"] },
    ],
    [
      "a prefix ends with a slash",
      { type: "azblob", accountUrl: "u", prefix: "p" },
      { type: "azblob", accountUrl: "u", prefix: "p/" },
    ],
    ["an empty prefix is none", { type: "s3", bucket: "b", prefix: "" }, { type: "s3", bucket: "b" }],
    ["gha's url is no place", { type: "gha", url: "https://x/" }, { type: "gha", url: "https://x/" }],
    ["home stays for the run", { type: "local", path: "~/c" }, { type: "local", path: "~/c" }],
  ])("%s", (_, backend, resolved) => {
    expect(resolve({ backends: { x: backend } }).backends["x"]).toEqual(resolved);
  });

  test.each<[string, Config["cache"], string | null]>([
    ["the last of write that can hold mounts", { write: ["disk", "bucket", "image"] }, "bucket"],
    ["none that can", { write: ["image"] }, null],
    ["none at all", {}, null],
    ["as said", { write: ["bucket"], mounts: "disk" }, "disk"],
    ["off", { write: ["bucket"], mounts: false }, null],
  ])("mounts go to %s", (_, cache, expected) => {
    const backends: NonNullable<Config["backends"]> = {
      disk: { type: "local", path: "x" },
      bucket: { type: "s3", bucket: "b" },
      image: { type: "registry", ref: "r" },
    };
    const resolved = resolve({ backends, ...(cache !== undefined && { cache }) });
    expect(resolved.mountBackend).toBe(expected);
    expect(resolved.mountBudget).toEqual({ restore: "60s", save: "60s" });
  });
});

describe("retention", () => {
  test.each<[NonNullable<Config["retention"]>, object]>([
    [{}, { layers: {}, mounts: {} }],
    [
      { keepWithin: "14d", grace: "36h", mounts: { keepLast: 3 } },
      { grace: "36h", layers: { keepWithin: "14d" }, mounts: { keepWithin: "14d", keepLast: 3 } },
    ],
    [
      { keepLast: 2, layers: { keepLast: 5, maxSize: "1TB" }, mounts: false },
      { layers: { keepLast: 5, maxSize: "1TB" }, mounts: null },
    ],
  ])("of %j is, for each kind, %j", (retention, expected) => {
    expect(resolve({ retention }).retention).toEqual(expected);
  });

  test("is none where the config says nothing", () => {
    expect(resolve({})).not.toHaveProperty("retention");
  });
});

describe("mounts", () => {
  const mounts: NonNullable<Config["mounts"]> = {
    mod: "go-mod",
    build: { preset: "go-build", maxSize: "4GiB", env: { GOFLAGS: "-x" }, uid: 1000 },
    npm: { preset: "npm", target: "/npm", sharing: "locked", key: ["package-lock.json"], persist: false },
    own: { target: "/x", id: "mine", perArch: true, mode: "0700" },
  };
  const plain = { sharing: "shared", perArch: false, key: [], persist: true };

  test("take what the preset says and the config does not", () => {
    expect(resolve({ mounts, targets: { x: { mounts: ["mod"] } } }).mounts).toEqual({
      mod: { ...plain, preset: "go-mod", id: "shop-mod", target: "/go/pkg/mod", env: { GOMODCACHE: "/go/pkg/mod" } },
      build: {
        ...plain,
        preset: "go-build",
        id: "shop-build",
        target: "/root/.cache/go-build",
        env: { GOCACHE: "/root/.cache/go-build", GOFLAGS: "-x" },
        maxSize: "4GiB",
        uid: 1000,
      },
      npm: {
        ...plain,
        preset: "npm",
        id: "shop-npm",
        target: "/npm",
        sharing: "locked",
        env: { npm_config_cache: "/npm" },
        key: ["package-lock.json"],
        persist: false,
      },
      own: { ...plain, id: "mine-${TARGETARCH}", target: "/x", env: {}, perArch: true, mode: "0700" },
    });
  });

  test.each<[string, Target, string]>([
    ["no platforms", {}, "shop-build"],
    ["one platform", { platforms: ["linux/amd64"] }, "shop-build"],
    ["two platforms", { platforms: ["linux/amd64", "linux/arm64"] }, "shop-build-${TARGETARCH}"],
    ["unknown platforms", { platforms: "${P}" }, "shop-build-${TARGETARCH}"],
    ["two platforms, but another mount", { platforms: ["linux/amd64", "linux/arm64"], mounts: ["mod"] }, "shop-build"],
  ])("are kept apart by architecture with %s", (_, target, id) => {
    const resolved = resolve({ mounts, targets: { x: target } });
    expect(resolved.mounts["build"]?.id).toBe(id);
    expect(resolved.mounts["mod"]?.id).toBe("shop-mod");
  });

  test("of a target are the nearest list", () => {
    const { targets } = resolve({
      mounts,
      defaults: { mounts: ["npm"] },
      targets: { a: { mounts: ["mod", "build"] }, b: { inherits: ["a"] }, c: { inherits: ["a"], mounts: [] }, d: {} },
    });
    expect(Object.values(targets).map((target) => target.mounts)).toEqual([
      ["mod", "build"],
      ["mod", "build"],
      [],
      ["npm"],
    ]);
    expect(resolve({ targets: { a: {} } }).targets["a"]?.mounts).toBeNull();
  });
});

test("variables come in one form", () => {
  const { variables } = resolve({
    variables: {
      A: "x",
      B: { type: "bool", validation: { condition: "B" } },
      C: { default: null, validation: [{ condition: "true" }] },
    },
  });
  expect(variables).toEqual({
    A: { default: "x" },
    B: { type: "bool", validation: [{ condition: "B" }] },
    C: { default: null, validation: [{ condition: "true" }] },
  });
});
