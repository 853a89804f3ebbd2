import type { Plan } from "../bake/model.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { createSnippet, type Snippet } from "../dockerfile/snippet.ts";
import { requireKnown } from "../bake/requested.ts";

/** Whose mounts: those of a target or group, or the named ones. */
type SnippetSubject = { readonly target: string } | { readonly mounts: readonly string[] };

/**
 * The snippet for a target's mounts, in the order of the config's names. A target that leaves its mounts to the
 * Dockerfile gets all that are declared. Pure.
 * @throws BkcacheError BK1002 for a name that the plan does not have, BK2071 where mounts cannot be in one snippet.
 */
export function snippetOf(plan: Plan, subject: SnippetSubject): Snippet {
  const names = "target" in subject ? mountsOf(plan, subject.target) : requireMounts(plan, subject.mounts);
  const wanted = new Set(names);
  return createSnippet(Object.fromEntries(Object.entries(plan.mounts).filter(([name]) => wanted.has(name))));
}

function mountsOf(plan: Plan, target: string): readonly string[] {
  const { targets } = requireKnown(plan, [target]);
  return targets.flatMap((name) => plan.targets[name]?.mounts ?? Object.keys(plan.mounts));
}

function requireMounts(plan: Plan, names: readonly string[]): readonly string[] {
  const known = Object.keys(plan.mounts);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return names;
  throw BkcacheError.of(
    unknown.map((name) => {
      const guess = nearest(name, known);
      return {
        code: "BK1002",
        message: `no mount "${name}" in the config`,
        hint: guess === undefined ? `mounts: ${known.join(", ") || "none"}` : `did you mean ${guess}?`,
      } as const;
    }),
  );
}
