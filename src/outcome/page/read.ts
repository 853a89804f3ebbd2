import { isRecord, listOf } from "../../host/json.ts";
import { safeClause } from "./safe-clause.ts";
import { placeName } from "../timeline.ts";

/** What the page shows of one report, each value checked, and no text longer than a line. */
export interface PageRun {
  readonly startedAt: string;
  readonly ms: number;
  readonly exitCode: number;
  readonly builder: string;
  readonly versions: string;
  readonly cached: number;
  readonly total: number;
  readonly pulled: number | null;
  readonly pushed: number | null;
  readonly targets: readonly PageTarget[];
  readonly mounts: readonly PageMount[];
  /** What went wrong or was left out, a clause each. */
  readonly notes: readonly string[];
}

export interface PageTarget {
  readonly name: string;
  /** Null where the builder had no history. */
  readonly steps: { readonly cached: number; readonly total: number } | null;
  /** Backend and scope; null where nothing was read. */
  readonly source: string | null;
  readonly sourceReason: string;
  readonly written: readonly string[];
  readonly cacheBytes: number | null;
  readonly import: Moved | null;
  readonly export: Moved | null;
  readonly why: { readonly step: string; readonly texts: readonly string[] } | null;
  readonly timeline: readonly PageItem[];
}

export interface PageItem {
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly start: number;
  readonly ms: number;
  readonly inputs: readonly number[];
}

interface Moved {
  readonly ms: number;
  readonly bytes: number | null;
}

export interface PageMount {
  readonly name: string;
  readonly platform: string;
  readonly restore: PageMove | null;
  readonly save: PageMove | null;
}

export interface PageMove extends Moved {
  readonly outcome: string;
  readonly reason: string | null;
}

const longest = 300;
/** More of anything is no report of a build. */
const mostOfAny = 5_000;

/** Null where it is no report. What an earlier version did not write is empty. */
export function readPageRun(report: unknown): PageRun | null {
  if (!isRecord(report) || report["version"] !== 1 || !isRecord(report["targets"])) return null;
  const targets = Object.entries(report["targets"])
    .slice(0, mostOfAny)
    .map(([name, target]) => readTarget(name, recordOf(target)));
  const known = targets.flatMap(({ steps }) => steps ?? []);
  const totals = recordOf(report["totals"]);
  const builder = recordOf(report["builder"]);
  const version = (name: string, value: unknown) => (typeof value === "string" ? [`${name} ${textOf(value)}`] : []);
  return {
    startedAt: textOf(report["startedAt"]),
    ms: countOf(report["ms"]),
    exitCode: countOf(report["exitCode"]),
    builder: `${textOf(builder["name"])} (${textOf(builder["driver"])})`,
    versions: [
      ...version("bkcache", report["bkcache"]),
      ...version("buildx", report["buildx"]),
      ...version("BuildKit", builder["buildkit"]),
    ].join(", "),
    cached: known.reduce((sum, { cached }) => sum + cached, 0),
    total: known.reduce((sum, { total }) => sum + total, 0),
    pulled: countOrNull(totals["pulledBytes"]),
    pushed: countOrNull(totals["pushedBytes"]),
    targets,
    mounts: recordsOf(report["mounts"]).map((mount) => ({
      name: textOf(mount["name"]),
      platform: textOf(mount["platform"]),
      restore: readMove(mount["restore"], "bytes"),
      save: readMove(mount["save"], "storedBytes"),
    })),
    notes: [
      ...recordsOf(report["failures"]).map(
        ({ target, backend, direction, message }) =>
          `${textOf(target)}: the cache${typeof backend === "string" ? ` in ${textOf(backend)}` : ""} was not ${direction === "import" ? "read" : "written"}: ${textOf(message)}`,
      ),
      ...recordsOf(report["leftOut"]).map(({ message }) => `left out: ${textOf(message)}`),
      ...listOf(report["notes"]).slice(0, mostOfAny).map(textOf),
    ],
  };
}

function readTarget(name: string, target: Readonly<Record<string, unknown>>): PageTarget {
  const { steps, source, why } = target;
  const written = recordsOf(target["written"]);
  const sizes = written.flatMap(({ cacheBytes }) => countOrNull(cacheBytes) ?? []);
  return {
    name: textOf(name),
    steps: isRecord(steps) ? { cached: countOf(steps["cached"]), total: countOf(steps["total"]) } : null,
    source: isRecord(source) ? placeOf(source) : null,
    sourceReason: textOf(target["sourceReason"]),
    written: written.map(placeOf),
    cacheBytes: sizes.length === 0 ? null : Math.max(...sizes),
    import: isRecord(source) ? readMoved(target["import"], "bytes") : null,
    export: written.length === 0 ? null : readMoved(target["export"], "bytes"),
    why: isRecord(why)
      ? {
          step: placeName(textOf(why["step"])),
          texts: [why["text"], ...listOf(why["more"]).slice(0, mostOfAny)].map((text) => safeClause(textOf(text))),
        }
      : null,
    timeline: recordsOf(target["timeline"]).map((item) => ({
      name: textOf(item["name"]),
      kind: textOf(item["kind"]),
      state: textOf(item["state"]),
      start: countOf(item["start"]),
      ms: countOf(item["ms"]),
      inputs: listOf(item["inputs"]).map(countOf),
    })),
  };
}

function placeOf({ backend, scope }: Readonly<Record<string, unknown>>): string {
  return `${textOf(backend)} (${textOf(scope)})`;
}

function readMoved(value: unknown, bytes: string): Moved | null {
  return isRecord(value) ? { ms: countOf(value["ms"]), bytes: countOrNull(value[bytes]) } : null;
}

function readMove(value: unknown, bytes: string): PageMove | null {
  if (!isRecord(value)) return null;
  const { outcome, reason } = value;
  const moved = readMoved(value, bytes) ?? { ms: 0, bytes: null };
  return { ...moved, outcome: textOf(outcome), reason: typeof reason === "string" ? textOf(reason) : null };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function recordsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return listOf(value).slice(0, mostOfAny).filter(isRecord);
}

function textOf(value: unknown): string {
  const text = typeof value === "string" ? value : "";
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

function countOrNull(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

function countOf(value: unknown): number {
  return countOrNull(value) ?? 0;
}
