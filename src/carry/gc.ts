import type { Gateway } from "../builder/gateway/gateway.ts";
import type { Ci } from "../ci/ci.ts";
import { levelOf } from "../config/rules/levels.ts";
import type { Level } from "../config/schema.gen.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { showBytes, showTime } from "../diagnostics/units.ts";

interface Collection {
  readonly driver: string;
  readonly ci: Pick<Ci, "sign">;
  /** `rules` of the config. */
  readonly rules: Readonly<Record<string, Level>>;
}

/** Drivers whose builder lives on the machine of the run. */
const ofMachine: ReadonlySet<string> = new Set(["docker", "docker-container"]);

/** Whether to say what a builder may drop later: on a machine of a CI service it mostly goes with that, and at once. */
export function warnsOfCollection({ driver, ci, rules }: Collection): boolean {
  return levelOf("BK5054", rules) !== "off" && !(ci.sign !== null && ofMachine.has(driver));
}

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

/** @param kept what `findTightPolicy` says */
export function tightPolicy(name: string, bytes: number, kept: string): Diagnostic {
  return {
    code: "BK5054",
    message: `the builder's garbage collection may drop the cache mount ${name} (${showBytes(bytes)}): it keeps ${kept}`,
    hint: "give the builder a gcpolicy for type==exec.cachemount with a larger maxUsedSpace and keepDuration in buildkitd.toml",
  };
}
