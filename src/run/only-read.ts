import type { Plan } from "../bake/model.ts";
import { type CacheUse, isFolder, writtenBy } from "../cache/use.ts";

/**
 * What a run says once it is over where buckets could have been written and were not, since it is not CI; null where
 * nothing was held back.
 */
export function onlyRead(
  plan: Pick<Plan, "targets" | "backends" | "mountBackend">,
  targets: readonly string[],
  use: CacheUse,
): string | null {
  if (!use.isLocalOnly) return null;
  const layers = targets.flatMap((name) => (plan.targets[name] === undefined ? [] : writtenBy(plan.targets[name])));
  const all = [...layers, ...(plan.mountBackend === null ? [] : [plan.mountBackend])];
  const names = [...new Set(all)].filter((name) => !isFolder(plan, name));
  if (names.length === 0) return null;
  const were = names.length === 1 ? "was" : "were";
  return `${names.join(" and ")} ${were} only read, since ${use.reason}; \`--cache read-write\` writes there too`;
}
