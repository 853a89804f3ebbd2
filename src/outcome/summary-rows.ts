import { showBytes, showTime } from "../diagnostics/units.ts";
import { isLeftOut } from "../layers/select.ts";
import type { TargetReport } from "./report.ts";
import type { RanStep } from "./steps.ts";

export interface SummaryRow {
  /** A target, or how many of them. */
  readonly target: string;
  /** In the order of the head, the target first. */
  readonly cells: readonly string[];
  /** What stands below it: targets that it is of, and steps that ran, the longest first. */
  readonly below: readonly string[];
}

type Targets = Readonly<Record<string, TargetReport>>;
type Group = readonly (readonly [string, TargetReport])[];

/** Targets that have a row each; of more, those that came to the same have one together. */
export const mostRows = 12;
/** Rows of such groups; the rest has one. */
const mostGroups = 6;
/** Targets that are named in a line. */
const mostNames = 4;
/** Steps that are named for each target, and for each such group; the rest is a count. */
const mostSteps = 5;
const mostStepsOfGroup = 3;

export function summariseTargets(targets: Targets): readonly SummaryRow[] {
  const all = Object.entries(targets);
  if (all.length <= mostRows) return all.map((each) => summariseGroup([each], mostSteps));
  const groups = new Map<string, (readonly [string, TargetReport])[]>();
  for (const each of all) {
    const key = `${stateOf(each[1])} ${sourceOf(each[1])}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const ordered = [...groups.values()].toSorted((a, b) => ranOf(b) - ranOf(a));
  const rest = ordered.slice(mostGroups - 1).flat();
  const shown = ordered.length > mostGroups ? [...ordered.slice(0, mostGroups - 1), rest] : ordered;
  return shown.map((group) => summariseGroup(group, mostStepsOfGroup));
}

/** Names in one line, of many only the first. */
export function listNames(names: readonly string[]): string {
  const rest = names.length - mostNames;
  return rest > 0 ? `${names.slice(0, mostNames).join(", ")} and ${rest} more` : names.join(", ");
}

function stateOf({ steps }: TargetReport): "unknown" | "none" | "some" | "all" {
  if (steps === null) return "unknown";
  return steps.cached === steps.total ? "all" : steps.cached === 0 ? "none" : "some";
}

function ranOf(group: Group): number {
  return group.reduce((sum, [, { steps }]) => sum + (steps === null ? 0 : steps.total - steps.cached), 0);
}

function sourceOf({ source, sourceReason }: TargetReport): string {
  if (source === null) return isLeftOut(sourceReason) ? "left out" : "-";
  return `${source.backend} (${source.scope})`;
}

function summariseGroup(group: Group, most: number): SummaryRow {
  const reports = group.map(([, report]) => report);
  const names = group.map(([name]) => name);
  const isOne = group.length === 1;
  const target = isOne ? (names[0] ?? "") : `${group.length} targets`;
  const steps = reports.flatMap((report) => report.steps ?? []);
  const total = steps.reduce((sum, each) => sum + each.total, 0);
  const cached = steps.reduce((sum, each) => sum + each.cached, 0);
  const sources = [...new Set(reports.map(sourceOf))];
  const ran = group.flatMap(([name, report]) =>
    (report.steps?.ran ?? []).map((step) => ({ name: isOne ? step.name : `${name}: ${step.name}`, ms: step.ms })),
  );
  return {
    target,
    cells: [
      target,
      steps.length === 0 ? "?" : total === 0 ? "-" : `${cached}/${total}`,
      sources.length === 1 ? (sources[0] ?? "") : "several",
      measure(reports.flatMap((each) => (each.import === null || each.source === null ? [] : [each.import]))),
      measure(reports.flatMap((each) => (each.written.length === 0 || each.export === null ? [] : [each.export]))),
    ],
    below: [...(isOne ? [] : [listNames(names)]), ...listSteps(ran, most)],
  };
}

function listSteps(ran: readonly RanStep[], most: number): readonly string[] {
  const rest = ran.length - most;
  return [
    ...ran
      .toSorted((a, b) => b.ms - a.ms)
      .slice(0, most)
      .map(({ name, ms }) => `ran ${showTime(ms)}  ${name}`),
    ...(rest > 0 ? [`and ${rest} more`] : []),
  ];
}

/** The bytes of all, and the longest of the times: builds go side by side. */
function measure(moved: readonly { readonly ms: number; readonly bytes: number | null }[]): string {
  if (moved.length === 0) return "-";
  const time = showTime(Math.max(...moved.map(({ ms }) => ms)));
  const bytes = moved.flatMap((each) => each.bytes ?? []);
  return bytes.length < moved.length ? time : `${time}, ${showBytes(bytes.reduce((sum, each) => sum + each, 0))}`;
}
