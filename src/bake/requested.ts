import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { nearest } from "../diagnostics/nearest.ts";
import type { Plan } from "./model.ts";

export interface Requested {
  /** Targets that are asked for, by themselves or through groups; in order, each once. */
  readonly targets: readonly string[];
  /** Further targets that those take as a context (`target:NAME`), directly or not. */
  readonly linked: readonly string[];
  /** Names that the plan does not know; another bake file may. */
  readonly unknown: readonly string[];
}

/** What `bake NAME...` builds, without names the group `default`. Names may be globs, as bake has them. */
export function findRequested(plan: Plan, names: readonly string[]): Requested {
  const targets = new Set<string>();
  const unknown = new Set<string>();
  const known = [...Object.keys(plan.targets), ...Object.keys(plan.groups)];
  for (const asked of names.length === 0 ? ["default"] : names) {
    const name = asked.replaceAll(".", "_");
    const matches = /[*?[]/.test(name) ? known.filter((each) => globOf(name).test(each)) : [name];
    if (matches.length === 0) unknown.add(asked);
    for (const match of matches) expand(plan, match, { targets, unknown, visited: new Set() });
  }
  return { targets: [...targets], linked: findLinked(plan, targets), unknown: [...unknown] };
}

/** @throws BkcacheError BK1002 for a target or group that the plan does not have. */
export function requireKnown(plan: Plan, names: readonly string[]): Requested {
  const requested = findRequested(plan, names);
  if (requested.unknown.length === 0) return requested;
  const known = [...Object.keys(plan.targets), ...Object.keys(plan.groups)];
  throw BkcacheError.of(requested.unknown.map((name) => unknownName(name, nearest(name, known))));
}

function unknownName(name: string, guess: string | undefined): Diagnostic {
  const message = `no target or group "${name}"`;
  return guess === undefined
    ? { code: "BK1002", message }
    : { code: "BK1002", message, hint: `did you mean ${guess}?` };
}

interface Found {
  readonly targets: Set<string>;
  readonly unknown: Set<string>;
  readonly visited: Set<string>;
}

/** A group that holds its own name means the target of that name. */
function expand(plan: Plan, name: string, found: Found): void {
  const group = Object.hasOwn(plan.groups, name) && !found.visited.has(name) ? plan.groups[name] : undefined;
  if (group !== undefined) {
    found.visited.add(name);
    for (const member of group.targets) expand(plan, member, found);
  } else if (Object.hasOwn(plan.targets, name)) {
    found.targets.add(name);
  } else if (!Object.hasOwn(plan.groups, name) && !plan.external.includes(name)) {
    found.unknown.add(name);
  }
}

function findLinked(plan: Plan, targets: ReadonlySet<string>): readonly string[] {
  const linked = new Set<string>();
  const queue = [...targets];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const target = plan.targets[name];
    if (target === undefined) continue;
    for (const { contexts = {} } of [target.attributes, ...Object.values(target.bases)]) {
      for (const context of Object.values(contexts)) {
        const link = typeof context === "string" && context.startsWith("target:") ? context.slice(7) : undefined;
        if (link === undefined || targets.has(link) || linked.has(link) || !Object.hasOwn(plan.targets, link)) continue;
        linked.add(link);
        queue.push(link);
      }
    }
  }
  return [...linked];
}

/** `*`, `?` and `[...]` as Go's path.Match reads them; target names hold no slash. */
function globOf(pattern: string): RegExp {
  const source = pattern.replaceAll(
    /\[(\^?)([^\]]+)\]|[*?]|[^\w-]/g,
    (found, not: string | undefined, set?: string) => {
      if (found === "*") return ".*";
      if (found === "?") return ".";
      return set === undefined ? `\\${found}` : `[${not}${set.replaceAll(/[\\\][]/g, "\\$&")}]`;
    },
  );
  return new RegExp(`^${source}$`);
}
