import { isDeepStrictEqual } from "node:util";
import type { ResolvedAttributes, ResolvedTarget } from "../resolved.ts";
import { isExternal, type Segment } from "./inherit.ts";
import { dropRemovedContexts } from "./merge.ts";

/**
 * One flat target, or where it inherits external ones, a chain that keeps the order of what may override what: an
 * external target wins over what lies farther away, so that part needs a (hidden) target of its own.
 */
export function layOut(
  name: string,
  segments: readonly Segment[],
  usedNames: Set<string>,
): Pick<ResolvedTarget, "attributes" | "inherits" | "bases"> {
  const last = segments.at(-1);
  const attributes = last === undefined || isExternal(last) ? {} : last;
  const far = last === undefined || isExternal(last) ? segments : segments.slice(0, -1);
  if (far.length === 0) return { attributes: dropRemovedContexts(attributes), inherits: [], bases: {} };
  const bases = new Map<string, ResolvedAttributes>();
  const inherits = far.flatMap((segment) => {
    if (isExternal(segment)) return [segment.external];
    if (Object.keys(segment).length === 0) return [];
    let base = `_${name}-base`;
    for (let i = 2; usedNames.has(base); i++) base = `_${name}-base${i}`;
    usedNames.add(base);
    bases.set(base, segment);
    return [base];
  });
  return { attributes, inherits, bases: Object.fromEntries(bases) };
}

/** A base that says what a parent says, flat and without cache, is that parent: no second one is made of it. */
export function shareBases(target: ResolvedTarget, parents: readonly [string, ResolvedTarget][]): ResolvedTarget {
  const shared = new Map(
    Object.entries(target.bases).map(([name, base]) => {
      const isSame = ({ attributes, inherits, cache }: ResolvedTarget): boolean =>
        inherits.length === 0 && !usesCache(cache) && isDeepStrictEqual(attributes, base);
      // What clears something is not written in a flat target.
      const found = Object.values(base).some(isEmpty) ? undefined : parents.find(([, each]) => isSame(each));
      return [name, found?.[0] ?? name];
    }),
  );
  const nameOf = (name: string): string => shared.get(name) ?? name;
  const bases = Object.entries(target.bases).map(([name, base]) => [nameOf(name), base]);
  return { ...target, inherits: target.inherits.map(nameOf), bases: Object.fromEntries(bases) };
}

function usesCache({ from, to }: ResolvedTarget["cache"]): boolean {
  return [from, to].some((each) => each.kind === "raw" || each.backends.length > 0);
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
