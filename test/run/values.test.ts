import { expect, test } from "vitest";
import { createBarePlan } from "../../src/bake/definition.ts";
import { emitWithTexts, guessValues, takeValues, valuesTarget } from "../../src/run/values.ts";

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

test("the guess at a text takes the environment, then the default", () => {
  const texts = { v0: "plain", v1: ["b-", { variable: "NAME" }, "/", { variable: "STAGE" }] };
  const variables = { NAME: { default: "x" }, STAGE: { default: "dev" } };
  expect(guessValues(texts, variables, { STAGE: "prod" })).toEqual({ v0: "plain", v1: "b-x/prod" });
  expect(guessValues(texts, variables, { STAGE: "" })).toEqual({ v0: "plain", v1: "b-x/" });
  expect(guessValues({ v0: [{ variable: "STAGE", fallback: "main" }] }, variables, { STAGE: "" })).toEqual({
    v0: "main",
  });
});

test.each([
  ["has no default", { variable: "NONE" }],
  ["is a number, which bake spells", { variable: "COUNT" }],
  ["is encoded by bake", { variable: "NAME", encode: "scope" as const }],
])("there is no guess where a variable %s", (_, part) => {
  const variables = { NAME: { default: "x" }, COUNT: { default: 3 }, NONE: {} };
  expect(guessValues({ v0: [part] }, variables, {})).toBeNull();
});
