import type { Text } from "../config/text.ts";
import type { Expression } from "./hcl.ts";
import type { Entry, Plan, PlanVariable, TargetCache } from "./model.ts";
import { defaultScope } from "./cache-name.ts";
import { createEntryList, keepLast, type ListEntries, standsInFile } from "./possible-entries.ts";

/** One line of cache of a target. */
export interface CacheField {
  readonly name: "cache-from" | "cache-to";
  readonly entries: readonly (Entry | Text)[];
  /** Where it holds, the list is empty instead. */
  readonly condition?: Expression;
}

export interface CommittedCache {
  readonly fields: ReadonlyMap<string, readonly CacheField[]>;
  readonly read: CommittedScope;
  readonly write: CommittedScope;
}

/** How one direction is switched by its variable. */
interface CommittedScope {
  readonly isUsed: boolean;
  /** True where some targets use a scope by themselves, and others another or none. */
  readonly isMixed: boolean;
  /** The variable's default: the scope that all targets have by themselves, or empty where that differs. */
  readonly scope: string;
}

type Direction = "from" | "to";

const variables = { from: "BKCACHE_READ_SCOPE", to: "BKCACHE_WRITE_SCOPE" } as const;

/** The cache lines of the committed file. */
export function commitCache(plan: Plan): CommittedCache {
  const read = commonScope(plan, "from");
  const write = commonScope(plan, "to");
  const list = createEntryList(plan, "file");
  const fields = new Map<string, readonly CacheField[]>();
  for (const [name, { cache }] of Object.entries(plan.targets)) {
    const field = (direction: Direction, { scope: common }: CommittedScope) => {
      const isUsed = cache[direction].kind === "raw" || usesPolicy(plan, cache, direction);
      return cacheField(cache, { direction, common, list, isUsed });
    };
    fields.set(
      name,
      [field("from", read), field("to", write)].filter((field) => field !== null),
    );
  }
  return { read, write, fields };
}

/** The variables that the committed file needs, with what they do when nobody sets them. */
export function scopeVariables({ read, write }: CommittedCache): Record<string, PlanVariable> {
  const empty = ({ isMixed }: CommittedScope): string =>
    isMixed ? "empty for the target's own, or none" : "empty for none";
  return {
    ...(read.isUsed && {
      [variables.from]: { default: read.scope, description: `Scope whose layer cache is read; ${empty(read)}.` },
    }),
    ...(write.isUsed && {
      [variables.to]: {
        default: write.scope,
        description: `Scope that the layer cache is written to; ${empty(write)}.`,
      },
    }),
  };
}

function commonScope(plan: Plan, direction: Direction): CommittedScope {
  const scopes = new Set<string>();
  for (const { cache } of Object.values(plan.targets)) {
    if (usesPolicy(plan, cache, direction)) scopes.add(ownScope(cache, direction));
  }
  const [first = ""] = scopes;
  return { isUsed: scopes.size > 0, isMixed: scopes.size > 1, scope: scopes.size === 1 ? first : "" };
}

function usesPolicy({ backends }: Plan, cache: TargetCache, direction: Direction): boolean {
  const source = cache[direction];
  return source.kind === "policy" && source.backends.some((name) => standsInFile(backends[name]));
}

/** The scope that a target uses in the committed file when no variable is set; empty for none. */
function ownScope({ committed, scope }: TargetCache, direction: Direction): string {
  return committed === "read-write" || (committed === "read" && direction === "from") ? (scope ?? defaultScope) : "";
}

interface FieldOptions {
  readonly direction: Direction;
  /** The scope that all targets have by themselves. */
  readonly common: string;
  readonly list: ListEntries;
  readonly isUsed: boolean;
}

function cacheField(cache: TargetCache, { direction, common, list, isUsed }: FieldOptions): CacheField | null {
  const name = `cache-${direction}` as const;
  const source = cache[direction];
  if (!isUsed) return null;
  const variable = variables[direction];
  const own = ownScope(cache, direction);
  // With targets that differ, the variable is empty by default and each target falls back to its own scope.
  const scope: Text = [own === common ? { variable } : { variable, fallback: own }];
  const listed = list(cache, { direction, scopes: [scope] });
  const entries = (direction === "from" ? keepLast(listed) : listed).map(({ entry }) => entry);
  const isSwitched = source.kind === "policy" && own === common;
  return isSwitched ? { name, entries, condition: `${variable} == ""` } : { name, entries };
}
