import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { showTime } from "../diagnostics/units.ts";
import type { CarriedMount } from "./find.ts";

/** The findings of a failure; what is no failure of cache or builder is thrown on. */
export function findingsOf(error: unknown): readonly Diagnostic[] {
  if (error instanceof BkcacheError) return error.findings;
  throw error;
}

export function twinFinding({ name }: CarriedMount, count: number): Diagnostic {
  return {
    code: "BK5051",
    message: `the builder has ${count} folders for the cache mount ${name}, and which of them a build gets is chance`,
    hint: "`bkcache mounts repair` keeps the one with the content; a mount used with two kinds of sharing is the usual cause",
  };
}

export function outOfTime({ name }: CarriedMount, what: "restored" | "saved", budgetMs: number): Diagnostic {
  return {
    code: "BK5053",
    message: `the cache mount ${name} was not ${what} within ${showTime(budgetMs)}`,
    hint:
      what === "restored"
        ? "raise cache.mountBudget.restore, or bound the mount with maxSize"
        : "the next run goes on from what was stored; raise cache.mountBudget.save (first for the first save of a mount), or bound it with maxSize",
  };
}

export function busy(what: "restored" | "saved", mounts: readonly CarriedMount[]): Diagnostic {
  const names = mounts.map(({ name }) => name).join(", ");
  return {
    code: "BK5052",
    message: `cache mounts were not ${what}, since another build was running on the builder all the time: ${names}`,
    hint: "a mount that two want at once becomes two mounts; builders of one job each never meet this",
  };
}

export function distinct(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(findings.map((finding) => [`${finding.code} ${finding.message}`, finding])).values()];
}
