import type { Plan } from "../bake/model.ts";

/** A scope to look for, and why, as a clause for people. */
interface ReadScope {
  readonly scope: string;
  readonly why: string;
}

/** The scopes of one target in one run. */
interface TargetScopes {
  /** To look for, in order of preference, each once. */
  readonly read: readonly ReadScope[];
  readonly write: string;
}

/** The scopes of a run, by target. */
export type RunScopes = Readonly<Record<string, TargetScopes>>;

/** Values of the flags of the same names. */
export interface ScopeFlags {
  readonly readScope?: string | undefined;
  readonly writeScope?: string | undefined;
}

/**
 * The scopes of every target of a plan: what the flags say, else the variables that the committed file has for the same,
 * else the target's own. What is read is what was asked for, else what is written, and then the target's own.
 */
export function resolveScopes(
  { targets }: Pick<Plan, "targets">,
  flags: ScopeFlags,
  env: Readonly<Record<string, string | undefined>>,
): RunScopes {
  const asked = named("--read-scope", flags.readScope) ?? named("BKCACHE_READ_SCOPE", env["BKCACHE_READ_SCOPE"]);
  const written = named("--write-scope", flags.writeScope) ?? named("BKCACHE_WRITE_SCOPE", env["BKCACHE_WRITE_SCOPE"]);
  const first = asked ?? (written === null ? null : { scope: written.scope, why: `${written.why}, and writes it` });
  return Object.fromEntries(
    Object.entries(targets).map(([name, { cache }]) => {
      const own = { scope: cache.scope, why: "it is the target's own" };
      const read = first === null ? [own] : first.scope === own.scope ? [first] : [first, own];
      return [name, { read, write: written?.scope ?? own.scope }];
    }),
  );
}

/** An empty variable is none, an empty flag is a scope of that name. */
function named(source: string, scope: string | undefined): ReadScope | null {
  const isNone = scope === undefined || (scope === "" && !source.startsWith("-"));
  return isNone ? null : { scope, why: `${source} names it` };
}

/** The scopes, names alone, of what several targets share: those of the first. */
export function sharedScopes(
  scopes: RunScopes,
  targets: readonly string[],
): { readonly read: readonly string[]; readonly write: string } {
  const own = scopes[targets[0] ?? ""];
  if (own === undefined) throw new Error(`no scopes for ${targets.join(", ")}, which the plan does not have`);
  return { read: own.read.map(({ scope }) => scope), write: own.write };
}
