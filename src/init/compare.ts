import { isDeepStrictEqual } from "node:util";
import type { BakeDefinition } from "../bake/printed.ts";
import { compareNames } from "../config/names.ts";

/** bake prints these in an order of its own. */
const unordered = new Set(["ulimits", "entitlements"]);

/**
 * Where two definitions differ, as `target api: tags`; empty where they build the same. HCL turns every text into
 * Unicode's normal form C, so that other forms count as equal.
 */
export function findDifferences(one: BakeDefinition, other: BakeDefinition): readonly string[] {
  const found: string[] = [];
  for (const name of namesOf(one.targets, other.targets)) {
    const [a, b] = [one.targets[name], other.targets[name]];
    if (a === undefined || b === undefined) {
      found.push(`target ${name}`);
      continue;
    }
    const attributes = namesOf(a, b).filter((key) => {
      const [left, right] = [a[key as keyof typeof a], b[key as keyof typeof b]];
      return !isDeepStrictEqual(comparable(left, unordered.has(key)), comparable(right, unordered.has(key)));
    });
    found.push(...attributes.map((key) => `target ${name}: ${key}`));
  }
  for (const name of namesOf(one.groups, other.groups)) {
    // bake builds the members of a group at once, and prints those of a matrix in an order of its own.
    const [a, b] = [one.groups[name], other.groups[name]];
    const isSame =
      a?.description === b?.description &&
      isDeepStrictEqual(comparable(a?.targets, true), comparable(b?.targets, true));
    if (!isSame) found.push(`group ${name}`);
  }
  return found;
}

function namesOf(one: object, other: object): readonly string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])];
}

function comparable(value: unknown, isUnordered: boolean): unknown {
  if (typeof value === "string") return value.normalize("NFC");
  if (Array.isArray(value)) {
    const items = value.map((each) => comparable(each, false));
    return isUnordered ? (items as string[]).toSorted(compareNames) : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([key, each]) => [key.normalize("NFC"), comparable(each, false)] as const);
  return Object.fromEntries(fields.toSorted(([a], [b]) => compareNames(a, b)));
}
