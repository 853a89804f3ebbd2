import type { Diagnostic } from "../diagnostics/error.ts";
import type { CacheDirection, Plan } from "./model.ts";
import { type Override, showOverride } from "./override.ts";
import type { BakeDefinition } from "./printed.ts";

type Direction = "from" | "to";

/** The direction that an override sets the entries of; null for one of other keys. */
function directionOf({ key }: Override): Direction | null {
  return key === "cache-from" ? "from" : key === "cache-to" ? "to" : null;
}

/**
 * `--set` of cache entries where bkcache chooses them, since the policy of the config holds. Where it does not, the entries
 * are the user's own, and bake takes the override as any other.
 * @param names the targets of the run
 */
export function checkCacheOverrides(
  sets: readonly Override[],
  { targets }: Pick<Plan, "targets">,
  names: readonly string[],
): readonly Diagnostic[] {
  return sets.flatMap((override) => {
    const direction = directionOf(override);
    if (direction === null) return [];
    const isChosen = (name: string) => {
      const source = targets[name]?.cache[direction];
      return source?.kind === "policy" && source.backends.length > 0;
    };
    const chosen = names.find((name) => matchesPattern(name, override.pattern) && isChosen(name));
    return chosen === undefined ? [] : [refusal(override, direction, chosen)];
  });
}

function refusal(override: Override, direction: Direction, target: string): Diagnostic {
  const [flag, key] = direction === "from" ? ["--read-scope", "cacheFrom"] : ["--write-scope", "cacheTo"];
  return {
    code: "BK1003",
    message: `--set ${showOverride(override)}: ${override.key} of ${target} is chosen by bkcache, which passes exactly one entry for each target; an entry beside it loses hits`,
    hint: `${flag} NAME takes another scope, --cache off none, and ${key} of the target in the config an entry of your own; plain \`docker buildx bake\` takes the flag`,
  };
}

/** The plan of a folder without a config, in which what `--set` says of entries takes the place of the policy. */
export function withOverriddenEntries(plan: Plan, definition: BakeDefinition, sets: readonly Override[]): Plan {
  const isOverridden = (name: string, direction: Direction) =>
    sets.some((override) => directionOf(override) === direction && matchesPattern(name, override.pattern));
  const targets = Object.entries(plan.targets).map(([name, target]) => {
    const entriesOf = (direction: Direction): CacheDirection =>
      isOverridden(name, direction)
        ? { kind: "raw", entries: definition.targets[name]?.[`cache-${direction}`] ?? [] }
        : target.cache[direction];
    return [name, { ...target, cache: { ...target.cache, from: entriesOf("from"), to: entriesOf("to") } }] as const;
  });
  return { ...plan, targets: Object.fromEntries(targets) };
}

/** As bake matches the names of targets, by Go's path.Match: https://pkg.go.dev/path#Match */
function matchesPattern(name: string, pattern: string): boolean {
  const source = pattern.replaceAll(/\\.|\[\^?[^\]]+\]|[\s\S]/g, (part) => {
    if (part === "*") return ".*";
    if (part === "?") return ".";
    if (part.length > 1) return part;
    return part.replace(/[.+^${}()|[\]\\]/, String.raw`\$&`);
  });
  try {
    return new RegExp(`^${source}$`, "s").test(name);
  } catch {
    // bake refuses what is no pattern.
    return false;
  }
}
