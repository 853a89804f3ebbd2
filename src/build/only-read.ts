import type { Plan } from "../bake/model.ts";
import { type CacheUse, isFolder, writtenBy } from "../cache/use.ts";

/**
 * What a run says once it is over where backends could have been written and were not, since it is not CI or of no level of trust;
 * null where nothing was held back.
 */
export function onlyRead(
  plan: Pick<Plan, "targets" | "backends" | "mountBackend">,
  targets: readonly string[],
  { use, hasMounts }: { readonly use: CacheUse; readonly hasMounts: boolean },
): string | null {
  // Nobody who said himself that nothing is to be written need hear of it.
  const isOfNoLevel = use.level !== null && use.level.name === null && use.reason.endsWith(use.level.why);
  if (!use.isLocalOnly && !isOfNoLevel) return null;
  const layers = targets.flatMap((name) => (plan.targets[name] === undefined ? [] : writtenBy(plan.targets[name])));
  const isHeld = (name: string) => isOfNoLevel || !isFolder(plan, name);
  const ofLayers = layers.filter(isHeld);
  const ofMounts = plan.mountBackend === null ? [] : [plan.mountBackend].filter(isHeld);
  const names = [...new Set([...ofLayers, ...ofMounts])];
  if (names.length === 0) return null;
  const were = names.length === 1 ? "was" : "were";
  const unsaved = hasMounts && ofMounts.length > 0 ? "the cache mounts were saved nowhere, and " : "";
  const what = use.layers.read || use.mounts.read ? "only read" : "neither read nor written";
  const remedy = isOfNoLevel
    ? "a level under `trust` writes in a place of its own"
    : "`--cache read-write` writes there too";
  return `${unsaved}${names.join(" and ")} ${were} ${what}, since ${use.reason}; ${remedy}`;
}
