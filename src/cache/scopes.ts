import type { PlanTarget } from "../bake/model.ts";

/** Scopes that the user named for this run. */
export interface RunScopes {
  readonly read?: string | undefined;
  readonly write?: string | undefined;
}

/** The flags, else the variables that the committed file has for the same. */
export function scopesOf(
  flags: { readonly readScope?: string | undefined; readonly writeScope?: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
): RunScopes {
  return {
    read: flags.readScope ?? (env["BKCACHE_READ_SCOPE"] || undefined),
    write: flags.writeScope ?? (env["BKCACHE_WRITE_SCOPE"] || undefined),
  };
}

/** Scopes to look for, in order, each once: what was asked for, what is written, the default. */
export function readScopes(target: Pick<PlanTarget, "cache">, scopes: RunScopes): readonly string[] {
  return [...new Set([scopes.read ?? scopes.write, target.cache.scope].filter((scope) => scope !== undefined))];
}

export function writeScope(target: Pick<PlanTarget, "cache">, scopes: RunScopes): string {
  return scopes.write ?? target.cache.scope;
}
