import { targetName } from "../names.ts";
import type { Target } from "../schema.gen.ts";
import { showText } from "../text.ts";
import { type Axes, noAxes, readText } from "./read.ts";

/** One concrete target that a declared one stands for. */
export interface Instance {
  readonly name: string;
  readonly axes: Axes;
}

/** The targets of a matrix: axes in the order of the config, the last one moving fastest. */
export function expandMatrix(base: string, target: Target): readonly Instance[] {
  if (target.matrix === undefined) return [{ name: base, axes: noAxes }];
  let rows: readonly { readonly axes: readonly (readonly [string, string])[]; readonly values: readonly string[] }[] = [
    { axes: [], values: [] },
  ];
  for (const [axis, values] of Object.entries(target.matrix)) {
    rows = rows.flatMap((row) =>
      values.map((value) => {
        const fields: [string, string][] =
          typeof value === "string"
            ? [[axis, value]]
            : Object.entries(value).map(([key, field]) => [`${axis}.${key}`, field]);
        return { axes: [...row.axes, ...fields], values: [...row.values, ...fields.map(([, field]) => field)] };
      }),
    );
  }
  return rows.map((row) => {
    const axes = new Map(row.axes);
    const name = target.name === undefined ? [base, ...row.values].join("-") : showText(readText(target.name, axes));
    return { name: targetName(name), axes };
  });
}
