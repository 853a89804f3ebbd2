import { countInstances, mostInstances, type RuleContext } from "./context.ts";
import type { Finding } from "./finding.ts";

export function* checkMatrix({ config, names }: RuleContext): Iterable<Finding> {
  for (const [name, target] of Object.entries(config.targets ?? {})) {
    const path = ["targets", name];
    if (target.matrix === undefined) {
      if (target.name !== undefined) {
        yield {
          code: "BK2028",
          path: [...path, "name"],
          atKey: true,
          message: "`name` needs a matrix",
          hint: `the target is called ${name}`,
        };
      }
      continue;
    }
    const axes = Object.entries(target.matrix);
    if (axes.length === 0)
      yield { code: "BK2030", path: [...path, "matrix"], message: "the matrix has no axes", hint: "remove it" };
    for (const [axis, values] of axes) {
      const at = [...path, "matrix", axis];
      if (values.length === 0) {
        yield {
          code: "BK2030",
          path: at,
          message: `the axis ${axis} has no values, so the target ${name} would vanish`,
        };
      }
      if (names.variables.has(axis))
        yield { code: "BK2029", path: at, atKey: true, message: `the axis ${axis} has the name of a variable` };
      // Axis values are literal: a reference in one would be taken for text.
      for (const [i, value] of values.entries()) {
        for (const [key, text] of typeof value === "string" ? [[null, value] as const] : Object.entries(value)) {
          if (!/(^|[^$])\$\{/.test(text)) continue;
          const hint = "axis values are literal; put the variable into the string that uses the axis";
          yield {
            code: "BK2023",
            path: key === null ? [...at, i] : [...at, i, key],
            message: "an axis value cannot hold a reference",
            hint,
            needle: "${",
          };
        }
      }
    }
    const count = countInstances(target);
    if (count > mostInstances) {
      yield {
        code: "BK2030",
        path: [...path, "matrix"],
        message: `the matrix makes ${count} targets, more than ${mostInstances}`,
      };
    }
  }
}
