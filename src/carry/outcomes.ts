import type { Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { nothingMoved } from "../outcome/mounts.ts";
import type { Budgets } from "./budgets.ts";
import type { CarriedMount } from "./find.ts";
import { findingsOf, outOfTime } from "./findings.ts";

export type NotMoved = Omit<typeof nothingMoved, "reason" | "ms"> & {
  readonly outcome: "skipped" | "failed";
  readonly reason: string;
  readonly ms: number;
};

/** What became of each mount of a run, and what is to be said of it. */
export function collectOutcomes<O>(
  host: Pick<Host, "signal" | "now">,
  { what, budgets }: { readonly what: "restored" | "saved"; readonly budgets: Budgets },
) {
  const outcomes = new Map<CarriedMount, O | NotMoved>();
  const findings: Diagnostic[] = [];
  const began = host.now();
  return {
    began,
    outcomes,
    findings,
    /** Keeps an outcome that is known; true for a mount that is still to be worked on. */
    isOpen: (mount: CarriedMount, outcome: O | null): boolean => {
      if (outcome !== null) outcomes.set(mount, outcome);
      return outcome === null;
    },
    skip: (mount: CarriedMount, reason: string): void => {
      outcomes.set(mount, { ...nothingMoved, outcome: "skipped", reason });
    },
    /** @throws what is no failure of cache or builder. */
    fail: (mount: CarriedMount, error: unknown, since = began): void => {
      // The user's own Ctrl-C is no failure of the cache.
      const reasons = budgets.isOver(mount, error)
        ? [outOfTime(mount, what, budgets.of(mount))]
        : host.signal.aborted
          ? []
          : findingsOf(error);
      findings.push(...reasons);
      const reason = reasons[0]?.message ?? "interrupted";
      outcomes.set(mount, { ...nothingMoved, outcome: "failed", reason, ms: host.now() - since });
    },
  };
}
