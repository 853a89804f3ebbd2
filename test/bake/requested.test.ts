import { expect, test } from "vitest";
import { createPlan } from "../../src/bake/plan.ts";
import { findRequested } from "../../src/bake/requested.ts";
import { resolveConfig } from "../../src/config/resolve.ts";

const plan = createPlan(
  resolveConfig(
    {
      external: ["meta"],
      targets: {
        base: {},
        deps: { contexts: { b: "target:base" } },
        api: { contexts: { d: "target:deps", image: "docker-image://x" } },
        web: { contexts: { o: "target:elsewhere" } },
        m: { matrix: { v: ["1.0", "2.0"] } },
      },
      groups: { default: ["all"], all: ["web", "meta"], web: ["web", "m"], ring: ["ring2"], ring2: ["ring", "base"] },
    },
    { dirName: "shop", fileName: "f" },
  ),
);

test.each<[string[], string[], string[], string[]]>([
  [[], ["web", "m-1_0", "m-2_0"], [], []],
  [["api"], ["api"], ["deps", "base"], []],
  [["base", "api"], ["base", "api"], ["deps"], []],
  [["m"], ["m-1_0", "m-2_0"], [], []],
  [["m-1.0"], ["m-1_0"], [], []],
  [["m-[12]_*"], ["m-1_0", "m-2_0"], [], []],
  [["?pi"], ["api"], ["deps", "base"], []],
  [["[^a]p?"], [], [], ["[^a]p?"]],
  [["ring"], ["base"], [], []],
  [["nope", "api", "x*"], ["api"], ["deps", "base"], ["nope", "x*"]],
])("%j asks for %j, linked %j, unknown %j", (names, targets, linked, unknown) => {
  expect(findRequested(plan, names)).toEqual({ targets, linked, unknown });
});
