import { expect, test } from "vitest";
import { planFromDefinition, readDefinition } from "../../src/bake/definition.ts";

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
