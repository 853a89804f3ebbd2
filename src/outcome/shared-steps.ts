import type { BuildSteps, RanStep } from "./steps.ts";

/**
 * The builds of one run share the steps that they have in common: one does them, and the builder says to a later one that
 * they are cached. No cache has spared them, so they count as steps that ran in each.
 */
export function withSharedSteps(
  builds: Readonly<Record<string, BuildSteps | null>>,
): Readonly<Record<string, BuildSteps | null>> {
  const ran = new Map<string, RanStep>();
  for (const build of Object.values(builds))
    for (const [digest, step] of build?.digests.ran ?? []) ran.set(digest, step);
  return Object.fromEntries(Object.entries(builds).map(([name, build]) => [name, build && recount(build, ran)]));
}

function recount(build: BuildSteps, ran: ReadonlyMap<string, RanStep>): BuildSteps {
  const shared = build.digests.cached.flatMap((digest) => ran.get(digest) ?? []);
  if (shared.length === 0) return build;
  const { total, cached, ran: own } = build.steps;
  return { ...build, steps: { total, cached: cached - shared.length, ran: [...shared, ...own] } };
}
