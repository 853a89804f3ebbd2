import { describe, expect, test } from "vitest";
import { createPlan } from "../../src/bake/plan.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { Config } from "../../src/config/schema.gen.ts";
import { planFromDefinition, planWithFiles, readDefinition } from "../../src/bake/printed.ts";

const printed = {
  group: { default: { targets: ["app"] }, all: { description: "d", targets: ["app"] }, empty: { targets: null } },
  target: {
    app: {
      description: "keeps $${x}",
      annotations: ["a=$${x}"],
      attest: [{ type: "sbom", disabled: true }],
      context: ".",
      contexts: { c: "keeps $${x}" },
      dockerfile: "Dockerfile",
      "dockerfile-inline": "RUN $${x} %%{y} $$${z}",
      args: { A: "$${x}" },
      labels: { a: "%%{x}" },
      tags: ["keeps:$${x}"],
      "cache-from": [{ type: "registry", ref: "old" }],
      "cache-to": [{ type: "inline" }],
      secret: [{ id: "a", env: "A" }],
      ssh: [{ id: "default" }, { id: "k", paths: ["x"] }],
      platforms: ["linux/arm64", "linux/amd64"],
      output: [{ type: "image", push: "true" }],
      pull: true,
      resources: { "cpu-shares": 512, memory: "1g" },
      "extra-hosts": { h: "$${x}" },
      policy: [
        { Files: [{ Filename: "a", Data: null }], Reset: true, Disabled: false, Strict: false, LogLevel: "warning" },
        { Files: null, Reset: false, Disabled: true, Strict: null, LogLevel: null },
        {
          Files: [{ Filename: "a,b" }, { Filename: "c" }],
          Reset: false,
          Disabled: false,
          Strict: true,
          LogLevel: null,
        },
      ],
    },
  },
};

test("readDefinition gives literal texts", () => {
  const { groups, targets } = readDefinition(JSON.stringify(printed));
  expect(groups).toEqual({
    default: { targets: ["app"] },
    all: { description: "d", targets: ["app"] },
    empty: { targets: [] },
  });
  expect(targets["app"]).toEqual({
    ...printed.target.app,
    annotations: ["a=${x}"],
    attest: [{ type: "sbom", disabled: "true" }],
    "dockerfile-inline": "RUN ${x} %{y} $${z}",
    args: { A: "${x}" },
    labels: { a: "%{x}" },
    resources: { "cpu-shares": "512", memory: "1g" },
    "extra-hosts": { h: "${x}" },
    policy: [
      { filename: "a", reset: true, strict: false, "log-level": "warning" },
      { disabled: true },
      '"filename=a,b",filename=c,strict=true',
    ],
  });
  expect(readDefinition("{}")).toEqual({ groups: {}, targets: {} });
});

test("planFromDefinition puts the policy in the place of the definition's own cache", () => {
  const cache = {
    from: { kind: "policy", backends: ["remote"] },
    to: { kind: "policy", backends: [] },
    scope: "main",
    mode: "max",
    ignoreError: true,
    committed: "off",
  } as const;
  const plan = planFromDefinition(readDefinition(JSON.stringify(printed)), {
    project: "shop",
    backends: { remote: { type: "s3", bucket: "b" } },
    cache,
  });
  expect(plan.targets["app"]).toMatchObject({
    cache: { ...cache, name: ["shop", "app", "linux/amd64", "linux/arm64"] },
    inherits: [],
    mounts: null,
  });
  expect(Object.keys(plan.targets["app"]?.attributes ?? {})).not.toContain("cache-from");
  expect(Object.keys(plan.targets["app"]?.attributes ?? {})).not.toContain("cache-to");
  expect(plan).toMatchObject({ config: null, groups: { all: { targets: ["app"] } }, variables: {} });
});

describe("planWithFiles", () => {
  const plan = (config: Config) =>
    createPlan(resolveConfig({ bake: "docker-bake.hcl", ...config }, { dirName: "shop", fileName: "f" }));
  const target = (name: string, config: Config, attributes: object = {}) => {
    const definition = readDefinition(JSON.stringify({ target: { [name]: { ...printed.target.app, ...attributes } } }));
    return planWithFiles(plan(config), definition).targets[name];
  };
  const backends: Config["backends"] = { a: { type: "inline" }, b: { type: "local", path: "x" } };
  const policy = (...names: string[]) => ({ kind: "policy", backends: names });
  const raw = (...entries: object[]) => ({ kind: "raw", entries });

  test.each<[string, Config, object]>([
    [
      "policy of the top",
      { backends, cache: { read: ["b"], write: ["a", "b"] } },
      { from: policy("b"), to: policy("a", "b") },
    ],
    [
      "no policy: what the file says",
      { backends },
      {
        from: { ...raw({ type: "registry", ref: "old" }), isOfFile: true },
        to: { ...raw({ type: "inline" }), isOfFile: true },
      },
    ],
    [
      "one direction",
      { backends, cache: { read: ["b"] } },
      { from: policy("b"), to: { ...raw({ type: "inline" }), isOfFile: true } },
    ],
    ["off", { backends, cache: { read: ["b"] }, targets: { app: { cache: false } } }, { from: policy(), to: policy() }],
    [
      "key by key",
      {
        backends,
        cache: { read: ["b"], write: ["b"], mode: "min" },
        targets: { app: { cache: { read: ["a"], scope: "s" } } },
      },
      { from: policy("a"), to: policy("b"), scope: "s", mode: "min" },
    ],
    [
      "entries of the user's own",
      {
        backends,
        cache: { read: ["b"], write: ["b"] },
        targets: { app: { cacheFrom: [{ type: "gha" }], cacheTo: [] } },
      },
      { from: raw({ type: "gha" }), to: raw() },
    ],
    ["defaults", { backends, defaults: { cache: { read: ["a"], write: [] } } }, { from: policy("a"), to: policy() }],
  ])("%s", (_, config, cache) => {
    const planned = target("app", config);
    expect(planned?.cache).toMatchObject({ ...cache, name: ["shop", "app", "linux/amd64", "linux/arm64"] });
    expect(planned?.attributes).toMatchObject({ tags: ["keeps:$${x}"] });
    expect(planned?.attributes).not.toHaveProperty("cache-from");
  });

  test("mounts are those of the target, of defaults, or the Dockerfile's", () => {
    const mounts = { m: "npm", n: "go-mod" } as const;
    expect(target("app", { mounts, targets: { app: { mounts: ["m"] } } })?.mounts).toEqual(["m"]);
    expect(target("app", { mounts, defaults: { mounts: ["n"] } })?.mounts).toEqual(["n"]);
    expect(target("app", { mounts })?.mounts).toBeNull();
  });

  test("a target of the config's own keeps its policy, and takes the platforms that bake printed", () => {
    const config: Config = {
      backends,
      cache: { read: ["b"] },
      targets: { own: { inherits: ["app"], cache: { scope: "s" } }, app: { cache: { write: ["b"] } } },
    };
    const planned = target("own", config, { platforms: ["linux/arm64"] });
    expect(planned?.cache).toMatchObject({
      from: policy("b"),
      to: policy("b"),
      scope: "s",
      name: ["shop", "own", "linux/arm64"],
    });
  });

  test("the plan holds what was printed, and no files any more", () => {
    const all = planWithFiles(
      plan({ variables: { V: "1" }, external: ["meta"], targets: { own: { context: "." } } }),
      readDefinition(JSON.stringify(printed)),
    );
    expect(Object.keys(all.targets)).toEqual(["app"]);
    expect(all).toMatchObject({
      external: [],
      variables: { V: { default: "1" } },
      groups: { default: { targets: ["app"] } },
    });
    expect(all).not.toHaveProperty("bakeFiles");
  });
});
