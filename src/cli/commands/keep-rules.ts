import { BkcacheError } from "../../diagnostics/error.ts";
import { parseDuration, parseSize } from "../../diagnostics/units.ts";
import type { KeepRules } from "../../upkeep/retention.ts";

/** Values of the flags of the same names. */
export interface KeepFlags {
  readonly keepLast?: string;
  readonly keepWithin?: string;
  readonly maxBytes?: string;
}

/** Null where no rule is given. @throws BkcacheError BK1002 */
export function readRules({ keepLast, keepWithin, maxBytes }: KeepFlags): KeepRules | null {
  const rules: KeepRules = {
    ...(keepLast !== undefined && { last: requireCount("--keep-last", keepLast) }),
    ...(keepWithin !== undefined && { maxAge: requireDuration("--keep-within", keepWithin) }),
    ...(maxBytes !== undefined && { maxBytes: requireSize("--max-bytes", maxBytes) }),
  };
  return Object.keys(rules).length === 0 ? null : rules;
}

function requireCount(flag: string, value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw badValue(flag, value, "a number from 1 on");
}

/** Milliseconds. @throws BkcacheError BK1002 */
export function requireDuration(flag: string, value: string): number {
  return parseDuration(value) ?? fail(badValue(flag, value, "a duration such as 14d or 12h"));
}

function requireSize(flag: string, value: string): number {
  return parseSize(value) ?? fail(badValue(flag, value, "a size such as 10GB or 500MiB"));
}

function badValue(flag: string, value: string, expected: string): BkcacheError {
  return new BkcacheError({ code: "BK1002", message: `${flag}: "${value}" is not ${expected}` });
}

function fail(error: BkcacheError): never {
  throw error;
}
