import { expect, test } from "vitest";
import { createPlan } from "../../src/bake/plan.ts";
import type { Buildx } from "../../src/builder/buildx.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { Config } from "../../src/config/schema.gen.ts";
import type { Text } from "../../src/config/text.ts";
import type { Host } from "../../src/host/host.ts";
import { define } from "../../src/source/evaluate.ts";

const config: Config = {
  project: "shop",
  variables: { DIR: "a", COUNT: 3, NAME: "x" },
  targets: { api: { context: "./${DIR}" } },
};

/** What bkcache takes a config for, with a bake that gives these values; each with whether it was asked. */
async function defineWith(texts: Readonly<Record<string, Text>>, values: Readonly<Record<string, string>> = {}) {
  const asked: string[] = [];
  const stdout = JSON.stringify({ group: {}, target: { _bkcache_values: { args: values } } });
  const exec: Buildx["exec"] = async (args) => {
    asked.push(args.join(" "));
    return { exitCode: 0, stdout, stderr: "" };
  };
  const plan = createPlan(resolveConfig(config, { dirName: "shop", fileName: "bkcache.config.yaml" }));
  const source = { plan, hasConfig: true, dir: "/", overlays: [], overrides: [], definition: null, agreed: [] };
  const defined = await define(
    { env: {} } as Host,
    {
      buildx: { exec } as Buildx,
      source: { ...source, builder: undefined, rules: {} },
      args: { targets: [], variables: [] },
    },
    { texts, mayExpect: true },
  );
  return { ...defined, isAsked: asked.length > 0 };
}

test("nothing is asked where all is plain, and what was expected is told", async () => {
  expect(await defineWith({ name: ["n-", { variable: "NAME" }] })).toEqual({
    definition: { groups: {}, targets: { api: { context: "./a" } } },
    values: { name: "n-x" },
    expected: { DIR: "a", NAME: "x" },
    isAsked: false,
  });
});

test("where one text is bake's to say, what the definition rests on is still to be checked", async () => {
  expect(await defineWith({ count: [{ variable: "COUNT" }] }, { count: "3" })).toMatchObject({
    definition: { targets: { api: { context: "./a" } } },
    values: { count: "3" },
    expected: { DIR: "a" },
    isAsked: true,
  });
});
