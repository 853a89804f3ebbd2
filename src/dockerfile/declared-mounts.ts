import { cacheMountsOf, reachedRuns } from "./cache-mounts.ts";
import { assumedPlatform, type BuildScope, expand, globalValues, lookupIn } from "./expand.ts";
import { readMarkers } from "./markers.ts";
import type { Dockerfile } from "./model.ts";

/**
 * Names of the declared mounts that a build of `target` uses: by the id of a cache mount, variables replaced, or by a
 * marker above a RUN. In the order of the declaration; null where there is no such stage.
 * @param ids ids of the declared mounts by name, as written in the flag
 */
export function findDeclaredMounts(
  dockerfile: Dockerfile,
  target: string | undefined,
  options: { readonly scope: BuildScope; readonly ids: Readonly<Record<string, string>> },
): readonly string[] | null {
  const scope = { ...options.scope, platform: options.scope.platform ?? assumedPlatform };
  const runs = reachedRuns(dockerfile, target, scope);
  if (runs === null) return null;
  const used = new Set(cacheMountsOf(dockerfile, target, scope)?.map(({ id }) => id));
  const marked = new Set(
    runs
      .flatMap(({ run }) => readMarkers(run.comments, dockerfile.text))
      .flatMap(({ names }) => names.map(({ name }) => name)),
  );
  const lookup = lookupIn(globalValues(dockerfile, scope), "closed");
  return Object.entries(options.ids)
    .filter(([name, id]) => marked.has(name) || used.has(expand(id, dockerfile.escape, lookup)))
    .map(([name]) => name);
}
