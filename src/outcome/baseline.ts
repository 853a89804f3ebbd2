import type { Diagnostic } from "../diagnostics/error.ts";
import { showTime } from "../diagnostics/units.ts";
import type { Baseline } from "./report.ts";
import type { RunRecord } from "./run-records.ts";

/** Null where no run without a cache is known, and for such a run itself: it is not to be compared with others of its kind. */
export function baselineOf(past: readonly RunRecord[], now: RunRecord | null): Baseline | null {
  const cold = past.filter(({ isCold }) => isCold);
  return now === null || now.isCold || cold.length === 0
    ? null
    : { ms: medianOf(cold.map(({ ms }) => ms)), runs: cold.length };
}

/** Fewer runs say nothing. */
const fewest = 5;
/** A cache is to have cost so many times what it saved, and so much more in each run, before it is said to. Ms. */
const margin = { times: 1.5, ms: 1_000 };

/** Caches whose import and export have cost more than they ever saved, in the runs that are known. */
export function findCostly(records: readonly RunRecord[]): readonly Diagnostic[] {
  const names = Object.keys(records[0]?.targets ?? {});
  return names.flatMap((name) => {
    const of = (run: RunRecord) => (Object.hasOwn(run.targets, name) ? [run.targets[name]] : []);
    const cold = records.filter(({ isCold }) => isCold).flatMap(of);
    const all = records.flatMap(of).filter((each) => each !== undefined);
    const served = all.filter(({ hasSource }) => hasSource);
    if (cold.length === 0 || served.length < fewest) return [];
    const without = medianOf(cold.map((each) => each?.steps ?? 0));
    const saved = served.reduce((sum, { steps }) => sum + Math.max(0, without - steps), 0);
    const cost = all.reduce((sum, each) => sum + each.import + each.export, 0);
    if (cost <= saved * margin.times || cost - saved <= margin.ms * all.length) return [];
    return [
      {
        code: "BK5019" as const,
        message: `${name}: in the last ${all.length} runs import and export of its cache took ${showTime(cost)} and saved ${showTime(saved)}`,
        hint: `\`targets: { ${JSON.stringify(name)}: { cache: false } }\` in the config turns its layer cache off`,
      },
    ];
  });
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return Math.round((low + high) / 2);
}
