import { describeFault, expectationsOf, type Fault, pathOf, valueAt, wholeVariable } from "./describe-fault.ts";
import type { Finding } from "./rules/finding.ts";
import type { Path } from "./source-map.ts";
import type { SchemaError } from "./validate.gen.js";

/** One finding for each fault: the validator reports one for every alternative of a union that does not fit. */
export function foldErrors(
  errors: readonly SchemaError[],
  data: unknown,
  /** The text of a value as the file has it. */
  rawOf: (path: Path) => string | undefined,
): readonly Finding[] {
  return collapse(errors, data).map((fault) => describeFault(fault, data, rawOf));
}

function collapse(errors: readonly SchemaError[], data: unknown): readonly Fault[] {
  const kept: Fault[] = [];
  for (const error of errors) {
    if (error.keyword === "propertyNames") {
      // What is wrong with the name stands before it, as a fault of the map.
      while (kept.at(-1)?.instancePath === error.instancePath && isNameFault(kept.at(-1))) {
        kept.pop();
      }
      kept.push(error);
    } else if (error.keyword === "anyOf" || error.keyword === "oneOf") {
      kept.push(...pickBranch(takeUnder(kept, error.instancePath), error, data));
    } else kept.push(error);
  }
  const mistyped = new Set(kept.filter((fault) => fault.keyword === "type").map((fault) => fault.instancePath));
  return kept.filter((fault) => {
    if (fault.keyword === "type") return true;
    if (fault.keyword === "discriminator") {
      // A missing `type` is reported as such; so is a map that is none.
      const value = valueAt(data, pathOf(fault));
      return typeof value === "object" && value !== null && "type" in value;
    }
    return fault.keyword === "additionalProperties" ||
      fault.keyword === "unevaluatedProperties" ||
      fault.keyword === "propertyNames"
      ? true
      : !mistyped.has(fault.instancePath);
  });
}

function isNameFault(fault: Fault | undefined): boolean {
  return fault?.keyword === "pattern" || fault?.propertyName !== undefined;
}

/** Takes the faults at and below a place off the end of the list, where the validator has just put them. */
function takeUnder(kept: Fault[], place: string): Fault[] {
  let from = kept.length;
  while (from > 0) {
    const at = kept[from - 1]?.instancePath ?? "";
    if (at !== place && !at.startsWith(`${place}/`)) break;
    from -= 1;
  }
  return kept.splice(from);
}

/** The faults of the alternative that the value was meant for: the one that takes its kind. */
function pickBranch(faults: readonly Fault[], union: SchemaError, data: unknown): readonly Fault[] {
  const isString = typeof valueAt(data, pathOf(union)) === "string";
  const isMismatch = (fault: Fault) =>
    fault.instancePath === union.instancePath &&
    (fault.keyword === "type" || fault.keyword === "const" || (fault.keyword === "enum" && !isString));
  const expected = [...new Set(faults.filter(isMismatch).flatMap(expectationsOf))];
  const inner = faults.filter((fault) => !isMismatch(fault));
  if (inner.length === 0) return [{ ...union, keyword: "type", expected }];
  return inner.map((fault) =>
    fault.keyword === "pattern" && fault.params["pattern"] === wholeVariable
      ? Object.assign({ expected }, fault)
      : fault,
  );
}
