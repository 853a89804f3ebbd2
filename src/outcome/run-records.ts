import { isRecord, listOf, parseJson } from "../host/json.ts";
import { isJsonWithin } from "../host/json-bounds.ts";
import type { Report, TimelineItem } from "./report.ts";

/** What is kept of one run, in ms. */
export interface RunRecord {
  /** From start to end. */
  readonly ms: number;
  /** No step came from a cache, and no mount was filled. */
  readonly isCold: boolean;
  readonly targets: Readonly<Record<string, TargetTimes>>;
}

interface TargetTimes {
  /** In which any of its steps was at work. */
  readonly steps: number;
  readonly import: number;
  readonly export: number;
  /** Whether a cache was read. */
  readonly hasSource: boolean;
}

/** Bytes of the object. */
export const largestRecords = 256 * 1024;
const mostValues = 50_000;
/** Runs of a kind that are kept: those without a cache are rare, and are not to be crowded out by the others. */
const mostCold = 10;
const mostOthers = 20;
const mostTargets = 200;
/** A day and more is no time of a build. */
const longest = 30 * 86_400_000;

/** What a report says of its run; null where a build failed or its history is not known. */
export function recordOf(report: Report): RunRecord | null {
  const targets = Object.entries(report.targets);
  if (report.exitCode !== 0 || targets.length === 0 || targets.length > mostTargets) return null;
  if (targets.some(([, { timeline, steps }]) => timeline === null || steps === null)) return null;
  return {
    ms: report.ms,
    isCold: isCold(report),
    targets: Object.fromEntries(
      targets.map(([name, target]) => [
        name,
        {
          steps: timeOfSteps(target.timeline ?? []),
          import: target.source === null ? 0 : (target.import?.ms ?? 0),
          export: target.written.length === 0 ? 0 : (target.export?.ms ?? 0),
          hasSource: target.source !== null,
        },
      ]),
    ),
  };
}

/** A base image that was only looked up counts as cached, and is none. */
function isCold({ targets, mounts }: Report): boolean {
  const isFresh = Object.values(targets).every(({ source, steps, timeline }) => {
    const images = timeline?.filter(({ kind }) => kind === "image").length ?? 0;
    return source === null && steps !== null && steps.total > 0 && steps.cached <= images;
  });
  return isFresh && mounts.every(({ restore }) => restore?.outcome !== "restored" && restore?.outcome !== "present");
}

function timeOfSteps(timeline: readonly TimelineItem[]): number {
  let total = 0;
  let until = 0;
  for (const { kind, start, ms } of timeline.toSorted((a, b) => a.start - b.start)) {
    if (kind !== "step" && kind !== "image") continue;
    total += Math.max(0, start + ms - Math.max(start, until));
    until = Math.max(until, start + ms);
  }
  return total;
}

/** Newest first, no more than are kept. */
export function withRecord(past: readonly RunRecord[], record: RunRecord): readonly RunRecord[] {
  const all = [record, ...past];
  const kept = new Set([
    ...all.filter(({ isCold: cold }) => cold).slice(0, mostCold),
    ...all.filter(({ isCold: cold }) => !cold).slice(0, mostOthers),
  ]);
  return all.filter((each) => kept.has(each));
}

export function writeRecords(records: readonly RunRecord[]): Buffer {
  const runs = records.map(({ ms, isCold: cold, targets }) => ({
    ms,
    cold,
    targets: Object.entries(targets).map(([name, times]) => [
      name,
      times.steps,
      times.import,
      times.export,
      times.hasSource ? 1 : 0,
    ]),
  }));
  return Buffer.from(JSON.stringify({ v: 1, runs }));
}

/** Anybody may have written it: what is not as it should be is left out, and an object that is none of these is empty. */
export function readRecords(bytes: Buffer): readonly RunRecord[] {
  if (bytes.length > largestRecords || !isJsonWithin(bytes, mostValues)) return [];
  const parsed = parseJson(bytes.toString("utf8"));
  if (!isRecord(parsed) || parsed["v"] !== 1) return [];
  return listOf(parsed["runs"])
    .slice(0, mostCold + mostOthers)
    .flatMap(readRun);
}

function readRun(run: unknown): readonly RunRecord[] {
  if (!isRecord(run) || !isTime(run["ms"]) || typeof run["cold"] !== "boolean") return [];
  const targets = listOf(run["targets"]).slice(0, mostTargets).flatMap(readTimes);
  return [{ ms: run["ms"], isCold: run["cold"], targets: Object.fromEntries(targets) }];
}

function readTimes(entry: unknown): readonly (readonly [string, TargetTimes])[] {
  const [name, steps, ofImport, ofExport, source] = listOf(entry);
  if (typeof name !== "string" || !isTime(steps) || !isTime(ofImport) || !isTime(ofExport)) return [];
  return [[name, { steps, import: ofImport, export: ofExport, hasSource: source === 1 }]];
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= longest;
}
