import type { MountReport } from "./mounts.ts";
import type { TargetReport, Totals } from "./report.ts";
import type { BuildSteps } from "./steps.ts";

interface TotalInput {
  readonly targets: Readonly<Record<string, TargetReport>>;
  readonly builds: Readonly<Record<string, BuildSteps | null>>;
  readonly mounts: readonly MountReport[];
}

export function addTotals({ targets, builds, mounts }: TotalInput): Totals {
  const reports = Object.values(targets);
  const known = Object.values(builds).filter((build) => build !== null);
  const isAll = known.length === reports.length;
  // One builder pulls a layer once, though the history of each build that waited for it says so.
  const pulled = new Map(known.flatMap(({ import: { blobs } }) => [...blobs]));
  // What was written to nowhere has no size either.
  const pushed = reports.map((report) => (report.written.length === 0 ? 0 : (report.export?.bytes ?? null)));
  const stored = (each: { readonly storedBytes: number } | null) => each?.storedBytes ?? 0;
  return {
    steps:
      known.length === 0
        ? null
        : { total: sum(known.map(({ steps }) => steps.total)), cached: sum(known.map(({ steps }) => steps.cached)) },
    pulledBytes: isAll ? sum([...pulled.values()]) : null,
    pushedBytes: isAll && pushed.every((bytes) => bytes !== null) ? sum(pushed) : null,
    mounts: {
      restoredBytes: sum(mounts.map(({ restore }) => stored(restore))),
      savedBytes: sum(mounts.map(({ save }) => stored(save))),
    },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
