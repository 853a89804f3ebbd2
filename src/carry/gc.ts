import type { Gateway } from "../builder/gateway/gateway.ts";
import { showBytes, showTime } from "../diagnostics/units.ts";

type Workers = Awaited<ReturnType<Gateway["listWorkers"]>>;

/**
 * What the tightest policy for cache mounts keeps, for people; null where a mount of this size is safe. A policy with an
 * age counts only the time since the last use, so only one without, or a short one, can take a mount between two builds.
 * @param bytes of the mount
 */
export function findTightPolicy(workers: Workers, bytes: number): string | null {
  for (const { gcPolicies } of workers) {
    for (const { filters, maxUsedSpace, reservedSpace, keepDuration } of gcPolicies) {
      if (!filters.some((filter) => filter.includes("exec.cachemount"))) continue;
      const room = Math.max(maxUsedSpace, reservedSpace);
      if (room === 0 || room >= bytes) continue;
      return `${showBytes(room)}${keepDuration === 0 ? "" : ` and what was used in the last ${showTime(keepDuration)}`}`;
    }
  }
  return null;
}
