import { expect, test } from "vitest";
import { createBarePlan } from "../../src/bake/definition.ts";
import { emitWithTexts, takeValues, valuesTarget } from "../../src/run/values.ts";

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
