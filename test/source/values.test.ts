import { expect, test } from "vitest";
import { createBarePlan } from "../../src/bake/printed.ts";
import type { Text } from "../../src/config/text.ts";
import { certainValue, emitWithTexts, takeValues, valuesTarget } from "../../src/source/values.ts";

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

test("a plain variable is what the environment says, else its default", () => {
  const variables = { NAME: { default: "x" }, STAGE: { default: "dev" } };
  const valueIn = (env: Record<string, string>, text: Text) => certainValue(text, { variables, env });
  const text = ["b-", { variable: "NAME" }, "/", { variable: "STAGE" }];
  expect(valueIn({}, "plain")).toBe("plain");
  expect(valueIn({ STAGE: "prod" }, text)).toBe("b-x/prod");
  expect(valueIn({ STAGE: "prod", STAGE_JSON: "no" }, text)).toBe("b-x/prod");
  expect(valueIn({ STAGE: "" }, text)).toBe("b-x/");
  expect(valueIn({ STAGE: "" }, [{ variable: "STAGE", fallback: "main" }])).toBe("main");
});

const variables = {
  NAME: { default: "x" },
  COUNT: { default: 3 },
  TYPED: { type: "string", default: "x" },
  NONE: {},
  HALF: { default: "\ud800" },
};
test.each<{ readonly it: string; readonly text: Text; readonly env?: Readonly<Record<string, string>> }>([
  { it: "is not declared", text: [{ variable: "constructor" }] },
  { it: "has no default", text: [{ variable: "NONE" }] },
  { it: "is a number, which bake spells", text: [{ variable: "COUNT" }] },
  { it: "has a type, to which bake converts", text: [{ variable: "TYPED" }] },
  { it: "is encoded by bake", text: [{ variable: "NAME", encode: "scope" }] },
  { it: "is of characters that HCL puts together", text: [{ variable: "NAME" }], env: { NAME: "u\u0308" } },
  { it: "ends where HCL puts characters together", text: ["u", { variable: "NAME" }], env: { NAME: "\u0308" } },
  { it: "holds half a surrogate pair", text: [{ variable: "HALF" }] },
  { it: "is set in its JSON form alone", text: [{ variable: "NAME" }], env: { NAME_JSON: "y" } },
  { it: "stands beside one that nobody knows", text: [{ variable: "NAME" }, { variable: "NONE" }] },
  {
    it: "may not come from the environment",
    text: [{ variable: "NAME" }],
    env: { BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP: "1" },
  },
])("nothing is certain of a variable that $it", ({ text, env = {} }) => {
  expect(certainValue(text, { variables, env })).toBeNull();
});
