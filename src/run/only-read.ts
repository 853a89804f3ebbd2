import type { Plan } from "../bake/model.ts";
import { type CacheUse, isFolder, writtenBy } from "../cache/use.ts";

/**
 * What a run says once it is over where buckets could have been written and were not, since it is not CI; null where
 * nothing was held back.
 */
export function onlyRead(
  plan: Pick<Plan, "targets" | "backends" | "mountBackend">,
  targets: readonly string[],
  { use, hasMounts }: { readonly use: CacheUse; readonly hasMounts: boolean },
): string | null {
  if (!use.isLocalOnly) return null;
  const layers = targets.flatMap((name) => (plan.targets[name] === undefined ? [] : writtenBy(plan.targets[name])));
  const isBucket = (name: string) => !isFolder(plan, name);
  const ofLayers = layers.filter(isBucket);
  const ofMounts = plan.mountBackend === null ? [] : [plan.mountBackend].filter(isBucket);
  const names = [...new Set([...ofLayers, ...ofMounts])];
  if (names.length === 0) return null;
  const were = names.length === 1 ? "was" : "were";
  const unsaved = hasMounts && ofMounts.length > 0 ? "the cache mounts were saved nowhere, and " : "";
  return `${unsaved}${names.join(" and ")} ${were} only read, since ${use.reason}; \`--cache read-write\` writes there too`;
}
