import type { Diagnostic } from "../diagnostics/error.ts";
import { type CacheSummary, totalBytes } from "../layers/manifest.ts";
import { isCutOff, notesOfBuilds } from "./build-notes.ts";
import { explainFailure } from "./explain-failure.ts";
import type { History, TargetRecord } from "./history.ts";
import type { MountReport } from "./mounts.ts";
import type { FailureReport, RelayReport, Report, TargetReport, WrittenReport } from "./report.ts";
import { withSharedSteps } from "./shared-steps.ts";
import { type BuildSteps, type CacheExport, type CacheFailure, readSteps } from "./steps.ts";
import { placeTimelines, readTimeline } from "./timeline.ts";
import { addTotals } from "./totals.ts";
import { type Comparison, explainRun, type WhyReport } from "./why.ts";

/** A place of cache that a target was given. */
export interface CachePlace {
  readonly backend: string;
  readonly scope: string;
  readonly name: string;
  /** As BuildKit spells it; `type` and what names the place. */
  readonly entry: Readonly<Record<string, string>>;
}

/** What was decided for one target before the build. */
export interface TargetPlan {
  readonly source: (CachePlace & { readonly reason: string }) | null;
  /** Why this source, or why none. */
  readonly reason: string;
  readonly destinations: readonly CachePlace[];
  /** Null where the relay was not used. */
  readonly relay: RelayReport | null;
}

export interface ReportInput {
  /** Version of bkcache. */
  readonly bkcache: string;
  /** In ms since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly exitCode: number;
  readonly builder: Report["builder"];
  readonly buildx: string | null;
  readonly ways: Report["ways"];
  readonly targets: Readonly<Record<string, TargetPlan>>;
  readonly history: History;
  /** What the manifests of the destinations list now, see `sizes.ts`. */
  readonly sizes: (place: CachePlace) => CacheSummary | null;
  readonly leftOut: readonly { readonly backend: string; readonly diagnostic: Diagnostic }[];
  readonly mounts: readonly MountReport[];
  /** What targets are made of, against what was noted with their caches. */
  readonly comparisons?: Readonly<Record<string, Comparison>>;
  /** Blanks out secrets; runs over every text that comes from outside. */
  readonly redact: (text: string) => string;
}

function redactMount(mount: MountReport, redact: ReportInput["redact"]): MountReport {
  const blank = <T extends { readonly reason: string | null }>(moved: T | null): T | null =>
    moved === null || moved.reason === null ? moved : { ...moved, reason: redact(moved.reason) };
  return { ...mount, restore: blank(mount.restore), save: blank(mount.save) };
}

function redactWhy({ step, cause, text, more }: WhyReport, redact: ReportInput["redact"]): WhyReport {
  return { step: redact(step), cause, text: redact(text), more: more.map(redact) };
}

/** The report of one bake, also of one that failed. Pure. */
export function buildReport(input: ReportInput): Report {
  const { bkcache, startedAt, endedAt, exitCode, builder, buildx, history, redact } = input;
  const failures: FailureReport[] = [];
  const targets: Record<string, TargetReport> = {};
  const builds = withSharedSteps(
    Object.fromEntries(
      Object.keys(input.targets).map((name) => {
        const { progress = null } = history.targets[name] ?? {};
        return [name, progress && readSteps(progress)];
      }),
    ),
  );
  const ms = Math.max(0, Math.round(endedAt - startedAt));
  const timelines = placeTimelines(
    Object.fromEntries(
      Object.keys(input.targets).map((name) => {
        const { progress = null } = history.targets[name] ?? {};
        return [name, progress && readTimeline(progress)];
      }),
    ),
    { startedAt, ms },
  );
  for (const [name, plan] of Object.entries(input.targets)) {
    const steps = builds[name] ?? null;
    const others = Object.entries(builds).flatMap(([other, build]) =>
      other === name || build === null ? [] : [build],
    );
    const why = explainRun({
      reason: plan.reason,
      hasSource: plan.source !== null,
      droppedResults: plan.relay?.droppedResults ?? 0,
      comparison: input.comparisons?.[name] ?? null,
      steps,
      progress: history.targets[name]?.progress ?? null,
      others,
    });
    targets[name] = {
      ...reportTarget(plan, history.targets[name], steps, input),
      why: why && redactWhy(why, redact),
      timeline: timelines[name] ?? null,
    };
    for (const failure of steps?.failures ?? []) {
      if (!isCutOff(failure, exitCode)) failures.push(reportFailure(name, plan, failure, redact));
    }
  }
  return {
    version: 1,
    bkcache,
    startedAt: new Date(startedAt).toISOString(),
    ms,
    exitCode,
    builder,
    buildx,
    ways: input.ways,
    baseline: null,
    totals: addTotals({ targets, builds, mounts: input.mounts }),
    targets,
    mounts: input.mounts.map((mount) => redactMount(mount, redact)),
    failures: failures.filter((failure, index) => index === failures.findIndex((other) => isSame(failure, other))),
    leftOut: input.leftOut.map(({ backend, diagnostic: { code, message } }) => ({
      backend,
      code,
      message: redact(message),
    })),
    notes: [...history.notes.map(({ message }) => redact(message)), ...notesOfBuilds(builds, exitCode)],
  };
}

function reportTarget(
  plan: TargetPlan,
  record: TargetRecord | undefined,
  steps: BuildSteps | null,
  { sizes, redact }: ReportInput,
): Omit<TargetReport, "why" | "timeline"> {
  const { source, destinations } = plan;
  const written = steps === null ? [] : destinations.flatMap((place) => reportWritten(place, plan, steps, sizes));
  return {
    ref: record?.refs[0] ?? null,
    digest: record?.digest ?? null,
    steps: steps && {
      ...steps.steps,
      ran: steps.steps.ran.map(({ name, ms }) => ({ name: redact(name), ms })),
    },
    source: source && {
      backend: source.backend,
      scope: source.scope,
      name: source.name,
      reason: redact(source.reason),
    },
    sourceReason: redact(plan.reason),
    written,
    import: steps && { ms: steps.import.ms, bytes: steps.import.bytes },
    export: steps && { ...steps.export, bytes: sum(written.map(({ bytes }) => bytes)) },
    relay: plan.relay,
  };
}

/** Nothing where BuildKit did not export to the place, or failed to. */
function reportWritten(
  place: CachePlace,
  plan: TargetPlan,
  { exports }: BuildSteps,
  sizes: ReportInput["sizes"],
): readonly WrittenReport[] {
  const { backend, scope, name, entry } = place;
  const ofType = exports.filter(({ type }) => type === entry["type"]);
  const isOnly = plan.destinations.filter((other) => other.entry["type"] === entry["type"]).length === 1;
  if (ofType.every(({ hasFailed }) => hasFailed)) return [];
  const summary = sizes(place);
  return [
    {
      backend,
      scope,
      name,
      // Which of two exporters of one type wrote what, BuildKit does not tell.
      bytes: isOnly ? bytesOf(writtenBy(ofType), summary) : null,
      cacheBytes: summary === null ? null : totalBytes(summary),
    },
  ];
}

function bytesOf(layers: readonly string[] | null, summary: CacheSummary | null): number | null {
  if (layers === null) return null;
  if (layers.length === 0) return 0;
  return summary === null ? null : totalBytes(summary, layers);
}

function writtenBy(exports: readonly CacheExport[]): readonly string[] | null {
  const layers = exports.map((each) => each.layers);
  return layers.includes(null) ? null : layers.flatMap((each) => each ?? []);
}

function sum(values: readonly (number | null)[]): number | null {
  if (values.length === 0) return null;
  return values.reduce<number | null>((total, value) => (total === null || value === null ? null : total + value), 0);
}

function reportFailure(
  target: string,
  plan: TargetPlan,
  failure: CacheFailure,
  redact: (text: string) => string,
): FailureReport {
  const { direction, vertex } = failure;
  return {
    direction,
    target,
    backend: whoseFailure(failure, direction === "import" ? (plan.source ? [plan.source] : []) : plan.destinations),
    vertex: redact(vertex),
    message: redact(explainFailure(failure)),
  };
}

/** BuildKit names the type of a backend only; of several, the error may tell the one by its address. */
function whoseFailure({ type, error }: CacheFailure, places: readonly CachePlace[]): string | null {
  const fitting = places.filter(({ entry }) => entry["type"] === type);
  if (fitting.length <= 1) return fitting[0]?.backend ?? null;
  const named = fitting.filter(({ entry }) => {
    const address = entry["endpoint_url"] || entry["bucket"] || entry["ref"] || entry["account_url"];
    return address !== undefined && address !== "" && error.includes(address);
  });
  return named.length === 1 ? (named[0]?.backend ?? null) : null;
}

/** A target that others link has its failures in the history of each. */
function isSame(a: FailureReport, b: FailureReport): boolean {
  return a.target === b.target && a.direction === b.direction && a.vertex === b.vertex && a.message === b.message;
}
