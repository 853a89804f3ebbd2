import { expect, test } from "vitest";
import { createBarePlan } from "../../src/bake/printed.ts";
import type { Text, VariableRef } from "../../src/config/text.ts";
import { emitWithTexts, expectVariables, takeValues, valuesTarget } from "../../src/source/values.ts";

const plan = createBarePlan({ project: "shop", backends: {}, targets: {}, groups: {} });

test("without texts the run file has no more targets than the plan", () => {
  expect(emitWithTexts(plan, { targets: {} }, {})).not.toContain(valuesTarget);
});

test("texts stand in a target of their own, whose values come back apart from the definition", () => {
  const file = emitWithTexts(plan, { targets: {} }, { v0: ["b-", { variable: "NAME" }] });
  expect(file).toContain(`target "${valuesTarget}"`);
  expect(file).toContain('"b-${NAME}"');
  const { definition, values } = takeValues({
    groups: {},
    targets: { api: { context: "." }, [valuesTarget]: { args: { v0: "b-x" } } },
  });
  expect(definition.targets).toEqual({ api: { context: "." } });
  expect(values).toEqual({ v0: "b-x" });
});

test("of a plain variable the environment is expected, then its default", () => {
  const variables = { NAME: { default: "x" }, STAGE: { default: "dev" } };
  const valueIn = (env: Record<string, string>, text: Text) => expectVariables(variables, env).valueOf(text);
  const text = ["b-", { variable: "NAME" }, "/", { variable: "STAGE" }];
  expect(valueIn({}, "plain")).toBe("plain");
  expect(valueIn({ STAGE: "prod" }, text)).toBe("b-x/prod");
  expect(valueIn({ STAGE: "" }, text)).toBe("b-x/");
  expect(valueIn({ STAGE: "" }, [{ variable: "STAGE", fallback: "main" }])).toBe("main");
});

test("nothing is expected over a seam where HCL puts characters together, nor counted as used", () => {
  const expectation = expectVariables(variables, { NAME: "\u0308" });
  expect(expectation.valueOf(["u", { variable: "NAME" }])).toBeNull();
  expect(expectVariables(variables, {}).valueOf([{ variable: "NAME" }])).toBe("x");
  expect(expectation.valueOf([{ variable: "NAME" }, { variable: "NONE" }])).toBeNull();
  expect(expectation.used).toEqual({});
});

test("which variables anything rests on is told", () => {
  const expectation = expectVariables({ NAME: { default: "x" }, STAGE: { default: "dev" } }, { STAGE: "prod" });
  expectation.valueOf([{ variable: "STAGE" }]);
  expect(expectation.used).toEqual({ STAGE: "prod" });
});

const variables = {
  NAME: { default: "x" },
  COUNT: { default: 3 },
  TYPED: { type: "string", default: "x" },
  NONE: {},
};
test.each<{ readonly it: string; readonly part: VariableRef; readonly env?: Readonly<Record<string, string>> }>([
  { it: "is not declared", part: { variable: "constructor" } },
  { it: "has no default", part: { variable: "NONE" } },
  { it: "is a number, which bake spells", part: { variable: "COUNT" } },
  { it: "has a type, to which bake converts", part: { variable: "TYPED" } },
  { it: "is encoded by bake", part: { variable: "NAME", encode: "scope" as const } },
  { it: "is of characters that HCL puts together", part: { variable: "NAME" }, env: { NAME: "u\u0308" } },
  {
    it: "may not come from the environment",
    part: { variable: "NAME" },
    env: { BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP: "1" },
  },
])("nothing is expected of a variable that $it", ({ part, env = {} }) => {
  expect(expectVariables(variables, env).valueOf([part])).toBeNull();
});
