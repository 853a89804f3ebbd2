import { expect, test } from "vitest";
import { createPlan } from "../../src/bake/plan.ts";
import type { Buildx } from "../../src/builder/buildx.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { Config } from "../../src/config/schema.gen.ts";
import type { Text } from "../../src/config/text.ts";
import type { Host } from "../../src/host/host.ts";
import { evaluate, evaluateTexts } from "../../src/source/evaluate.ts";
import type { Source } from "../../src/source/open.ts";

const config: Config = {
  project: "shop",
  variables: { DIR: "a", COUNT: 3, NAME: "x" },
  targets: { api: { context: "./${DIR}", args: { N: "${COUNT}" } } },
};
const plan = createPlan(resolveConfig(config, { dirName: "shop", fileName: "bkcache.config.yaml" }));

interface Circumstances {
  readonly texts?: Readonly<Record<string, Text>>;
  readonly source?: Partial<Source>;
  readonly hasArgs?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** A bake that says what `printed` holds, and how it was asked. */
function answering(printed: object) {
  const asked: string[][] = [];
  const exec: Buildx["exec"] = async (args) => {
    asked.push([...args]);
    return { exitCode: 0, stdout: JSON.stringify({ group: {}, target: printed }), stderr: "" };
  };
  return { asked, buildx: { exec } as Buildx };
}

async function evaluateWith({ texts = {}, source = {}, hasArgs = false, env = {} }: Circumstances, printed = {}) {
  const { asked, buildx } = answering(printed);
  const overrides = source.overrides ?? [];
  const whole = { plan, hasConfig: true, dir: "/", overlays: [], overrides, definition: null, agreed: [], rules: {} };
  const evaluated = await evaluate(
    { env } as unknown as Host,
    {
      buildx,
      source: { ...whole, builder: undefined, ...source },
      args: { targets: [], variables: overrides },
    },
    { texts, hasArgs },
  );
  return { ...evaluated, asked };
}

const name: Text = ["n-", { variable: "NAME" }];
const api = { context: "./a" };

test("nothing is asked where all is certain", async () => {
  expect(await evaluateWith({ texts: { name } })).toEqual({
    definition: { groups: {}, targets: { api } },
    values: { name: "n-x" },
    asked: [],
  });
  const inEnv = await evaluateWith({ texts: { name }, env: { DIR: "b", NAME: "" } });
  expect(inEnv).toMatchObject({ definition: { targets: { api: { context: "./b" } } }, values: { name: "n-" } });
});

test("where one text is bake's to say, bake is asked for the texts alone", async () => {
  const texts = { count: [{ variable: "COUNT" }] };
  const { asked, ...evaluated } = await evaluateWith({ texts }, { _bkcache_values: { args: { count: "3" } } });
  expect(evaluated).toEqual({ definition: { groups: {}, targets: { api } }, values: { count: "3" } });
  expect(asked).toEqual([["bake", "-f", "-", "--print", "_bkcache_values"]]);
});

test.each<Circumstances & { readonly because: string; readonly args: readonly string[] }>([
  { because: "a value is given", source: { overrides: ["--var", "NAME=y"] }, args: ["--var", "NAME=y", "default"] },
  { because: "another file may change it", source: { overlays: ["/x.hcl"] }, args: ["default"] },
  { because: "an argument is a number", hasArgs: true, args: ["default"] },
  { because: "bake has a default for nothing", env: { DIR: "" }, source: emptyContext(), args: ["default"] },
  { because: "the environment does not count", env: { BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP: "0" }, args: ["default"] },
])("bake is asked for the definition and the texts at once: $because", async ({ because: _because, args, ...rest }) => {
  const printed = { api: { context: "./c" }, _bkcache_values: { args: { name: "n-y" } } };
  const { asked, ...evaluated } = await evaluateWith({ texts: { name }, ...rest }, printed);
  expect(evaluated).toEqual({
    definition: { groups: {}, targets: { api: { context: "./c" } } },
    values: { name: "n-y" },
  });
  expect(asked.map((each) => each.slice(each.indexOf("--print") + 1))).toEqual([[...args, "_bkcache_values"]]);
});

function emptyContext(): Partial<Source> {
  const target = plan.targets["api"] as (typeof plan.targets)[string];
  const attributes = { ...target.attributes, context: [{ variable: "DIR" }] };
  return { plan: { ...plan, targets: { api: { ...target, attributes } } } };
}

test("texts alone need buildx only where one is not certain", async () => {
  const { asked, buildx } = answering({ _bkcache_values: { args: { count: "3" } } });
  const host = { env: {} } as unknown as Host;
  const find = async () => buildx;
  expect(await evaluateTexts(host, find, { plan, dir: "/", texts: { name } })).toEqual({ name: "n-x" });
  expect(asked).toEqual([]);
  const texts = { count: [{ variable: "COUNT" }] };
  expect(await evaluateTexts(host, find, { plan, dir: "/", texts })).toEqual({ count: "3" });
  expect(asked).toHaveLength(1);
});
