import { showBytes, showTime } from "../diagnostics/units.ts";
import { isLeftOut } from "../layers/select.ts";
import type { MountReport, MountRestore, MountSave } from "./mounts.ts";
import type { RelayReport, Report, TargetReport } from "./report.ts";

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
}

interface SummaryRow {
  readonly target: string;
  /** In the order of `head`, the target first. */
  readonly cells: readonly string[];
  /** Steps that ran, a line each, the longest first. */
  readonly ran: readonly string[];
}

/** Steps that are named for each target; the rest is a count. */
const mostSteps = 5;

export function summarise(report: Report): Summary {
  return {
    head: ["target", "cached", "source", "import", "export"],
    rows: hasBegun(report) ? Object.entries(report.targets).map(([name, target]) => summariseTarget(name, target)) : [],
    relay: Object.entries(report.targets).flatMap(([name, { relay }]) =>
      relay === null ? [] : [summariseRelay(name, relay)],
    ),
    mounts: report.mounts.flatMap(summariseMount),
    failures: report.failures.map(({ direction, target, backend, message }) => {
      const place = backend === null ? "a cache entry" : `cache in ${backend}`;
      return `${target}: ${place} was not ${direction === "import" ? "read" : "written"}: ${message}`;
    }),
    notes: [...legendOf(report), ...report.leftOut.map(({ message }) => `left out: ${message}`), ...report.notes],
  };
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
  return [
    ...[...byReason].map(([reason, names]) => {
      const all = names.length === targets.length;
      const some = names.length > mostNames ? `${names.length} targets` : names.join(", ");
      return `no source${all ? "" : ` for ${some}`}: ${reason}`;
    }),
    ...(unknown ? ["?: the builder has no history of that build"] : []),
  ];
}

/** Targets that are named in a line. */
const mostNames = 4;

/** What buildx refused (a bad flag, a missing right) says nothing of any target. */
function hasBegun({ exitCode, targets }: Report): boolean {
  return exitCode === 0 || Object.values(targets).some(({ ref }) => ref !== null);
}

function summariseTarget(target: string, report: TargetReport): SummaryRow {
  const { steps, source } = report;
  const from =
    source === null ? (isLeftOut(report.sourceReason) ? "left out" : "-") : `${source.backend} (${source.scope})`;
  const cells = [
    target,
    steps === null ? "?" : steps.total === 0 ? "-" : `${steps.cached}/${steps.total}`,
    from,
    report.import === null || source === null ? "-" : measure(report.import),
    report.written.length === 0 || report.export === null ? "-" : measure(report.export),
  ];
  const ran = (steps?.ran ?? []).toSorted((a, b) => b.ms - a.ms);
  const rest = ran.length - mostSteps;
  return {
    target,
    cells,
    ran: [
      ...ran.slice(0, mostSteps).map(({ name, ms }) => `ran ${showTime(ms)}  ${name}`),
      ...(rest > 0 ? [`and ${rest} more`] : []),
    ],
  };
}

function summariseRelay(target: string, relay: RelayReport): string {
  const { hits, misses, bytesFromStore, bytesFromTier, bytesToStore, droppedResults, ms } = relay;
  const parts = [
    ...(hits + misses > 0 ? [`${hits} of ${hits + misses} objects found`] : []),
    ...(bytesFromStore > 0 ? [`${showBytes(bytesFromStore)} from the bucket`] : []),
    ...(bytesFromTier > 0 ? [`${showBytes(bytesFromTier)} from the tier`] : []),
    ...(bytesToStore > 0 ? [`${showBytes(bytesToStore)} stored`] : []),
    ...(droppedResults > 0 ? [`${droppedResults} results left out, whose layers the bucket lacks`] : []),
  ];
  return `relay ${target}: ${parts.length === 0 ? "nothing moved" : parts.join(", ")} in ${showTime(ms)}`;
}

function summariseMount({ name, restore, save }: MountReport): readonly string[] {
  const parts = [
    ...(restore === null ? [] : [restoreWords[restore.outcome](restore)]),
    ...(save === null ? [] : [saveWords[save.outcome](save)]),
  ];
  return parts.length === 0 ? [] : [`mount ${name}: ${parts.join(", ")}`];
}

const restoreWords: Readonly<Record<MountRestore["outcome"], (restore: MountRestore) => string>> = {
  restored: ({ bytes, ms, snapshot }) => `restored ${showBytes(bytes ?? 0)} (${snapshot?.scope}) in ${showTime(ms)}`,
  present: () => "on the builder already",
  absent: () => "nothing to restore yet",
  skipped: ({ reason }) => because("not restored", reason),
  failed: ({ reason }) => because("not restored", reason),
};

const saveWords: Readonly<Record<MountSave["outcome"], (save: MountSave) => string>> = {
  saved: ({ storedBytes, ms, snapshot, reason }) =>
    `saved ${showBytes(storedBytes)} (${snapshot?.scope}) in ${showTime(ms)}${reason === null ? "" : `, ${reason}`}`,
  unchanged: () => "unchanged",
  unused: () => "not used by this build",
  skipped: ({ reason }) => because("not saved", reason),
  failed: ({ reason }) => because("not saved", reason),
};

function because(outcome: string, reason: string | null): string {
  return reason === null ? outcome : `${outcome} (${reason})`;
}

function measure({ ms, bytes }: { readonly ms: number; readonly bytes: number | null }): string {
  return bytes === null ? showTime(ms) : `${showTime(ms)}, ${showBytes(bytes)}`;
}
