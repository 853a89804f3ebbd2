import type { Plan } from "../bake/model.ts";
import { readCacheName } from "../bake/read-cache-name.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import { suggest } from "../diagnostics/nearest.ts";

/** A layer cache for people. */
export interface NamedLayers {
  /** The target as this project calls it, else with the project, the epoch and the platforms that it is of. */
  readonly label: string;
  /** Null for a name that others made. */
  readonly project: string | null;
  readonly target: string | null;
  readonly platforms: readonly string[];
  readonly scope: string | null;
  readonly epoch: number;
}

type Declared = Pick<Plan, "project" | "epoch">;

export function describeName({ project, epoch }: Declared, name: string): NamedLayers {
  const parts = readCacheName(name);
  if (parts === null) return { label: name, project: null, target: null, platforms: [], scope: null, epoch: 0 };
  const whose = parts.project === project ? "" : `${parts.project}: `;
  const where = parts.platforms.length === 0 ? "" : ` (${parts.platforms.join(", ")})`;
  const when = parts.epoch === epoch ? "" : ` of epoch ${parts.epoch}`;
  const { target, platforms, scope } = parts;
  return {
    label: `${whose}${target}${where}${when}`,
    project: parts.project,
    target,
    platforms,
    scope,
    epoch: parts.epoch,
  };
}

/** Adds to a cache what its name says. */
export function nameCache<T extends { readonly name: string }>(plan: Declared, cache: T): T & NamedLayers {
  return { ...cache, ...describeName(plan, cache.name) };
}

/** Whether a cache is of this project, of any epoch. */
export function isOwn({ project }: Declared, name: string): boolean {
  return readCacheName(name)?.project === project;
}

export interface NameFilter {
  /** Targets, labels or names as BuildKit has them; all where there are none. */
  readonly names: readonly string[];
  readonly scope: string | undefined;
}

/** Whether the words of a command line mean this cache. */
export function isMeant(plan: Declared, name: string, { names, scope }: NameFilter): boolean {
  const described = describeName(plan, name);
  if (scope !== undefined && described.scope !== scope) return false;
  const isTarget = (given: string): boolean => described.project === plan.project && described.target === given;
  return names.length === 0 || names.some((given) => given === name || given === described.label || isTarget(given));
}

/** What a command line can call a cache. */
export function wordsFor(plan: Declared, name: string): readonly string[] {
  const { label, target } = describeName(plan, name);
  return [label, target ?? label, name];
}

/** @throws BkcacheError BK1002 for a word that means nothing, so that a typing error is no empty list. */
export function requireKnown(names: readonly string[], known: readonly string[]): void {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw BkcacheError.of(
    unknown.map((name) => {
      const guess = suggest(name, known);
      const hint = guess === undefined ? "`bkcache layers ls` lists those that there are" : `did you mean ${guess}?`;
      return { code: "BK1002", message: `there is no target "${name}"`, hint };
    }),
  );
}
