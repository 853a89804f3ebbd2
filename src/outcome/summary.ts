import { showBytes, showTime } from "../diagnostics/units.ts";
import type { Report } from "./report.ts";
import { summariseMounts, summariseRelays } from "./summary-lines.ts";
import { listNames, mostRows, type SummaryRow, summariseTargets } from "./summary-rows.ts";

/** The table after a bake, as text without colours. */
export interface Summary {
  readonly head: readonly string[];
  readonly rows: readonly SummaryRow[];
  /** What each target had of the relay, a line each. */
  readonly relay: readonly string[];
  /** What became of each cache mount, a line each. */
  readonly mounts: readonly string[];
  /** What went wrong, a line each. */
  readonly failures: readonly string[];
  /** What should be known besides, a line each. */
  readonly notes: readonly string[];
  /** What it all came to, the parts of one line; empty where nothing was built. */
  readonly closing: readonly string[];
}

export function summarise(report: Report): Summary {
  return {
    head: ["target", "cached", "source", "import", "export"],
    rows: hasBegun(report) ? summariseTargets(report.targets) : [],
    relay: summariseRelays(report.targets),
    mounts: summariseMounts(report.mounts),
    failures: report.failures.map(({ direction, target, backend, message }) => {
      const place = backend === null ? "a cache entry" : `cache in ${backend}`;
      return `${target}: ${place} was not ${direction === "import" ? "read" : "written"}: ${message}`;
    }),
    notes: [...legendOf(report), ...report.leftOut.map(({ message }) => `left out: ${message}`), ...report.notes],
    closing: hasBegun(report) ? closingOf(report) : [],
  };
}

function closingOf({ totals, ms, baseline }: Report): readonly string[] {
  const { steps, pulledBytes, pushedBytes, mounts } = totals;
  const bytes = (count: number | null) => (count === null ? "?" : showBytes(count));
  return [
    steps === null ? "? steps cached" : `${steps.cached} of ${steps.total} steps cached`,
    `${bytes(pulledBytes)} pulled`,
    `${bytes(pushedBytes)} pushed`,
    `mounts ${showBytes(mounts.restoredBytes)} in and ${showBytes(mounts.savedBytes)} out`,
    showTime(ms),
    baseline === null
      ? "saved -"
      : ms <= baseline.ms
        ? `saved ${showTime(baseline.ms - ms)} of ${showTime(baseline.ms)}`
        : `${showTime(ms - baseline.ms)} more than the ${showTime(baseline.ms)} without a cache`,
  ];
}

/** Why a target has no source, a line for each reason, and what is not known. */
function legendOf(report: Report): readonly string[] {
  if (!hasBegun(report)) return [];
  const targets = Object.entries(report.targets);
  const byReason = new Map<string, string[]>();
  for (const [name, { source, sourceReason }] of targets) {
    if (source === null) byReason.set(sourceReason, [...(byReason.get(sourceReason) ?? []), name]);
  }
  const unknown = targets.some(([, { steps }]) => steps === null);
  const rest = byReason.size - mostRows;
  return [
    ...[...byReason].slice(0, mostRows).map(([reason, names]) => {
      const all = names.length === targets.length;
      return `no source${all ? "" : ` for ${listNames(names)}`}: ${reason}`;
    }),
    ...(rest > 0 ? [`and ${rest} more reasons`] : []),
    ...(unknown ? ["?: the builder has no history of that build"] : []),
  ];
}

/** What buildx refused (a bad flag, a missing right) says nothing of any target. */
function hasBegun({ exitCode, targets }: Report): boolean {
  return exitCode === 0 || Object.values(targets).some(({ ref }) => ref !== null);
}
