import { resolve } from "node:path";
import { createRedactor } from "../diagnostics/redact.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { writeAtomically } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import manifest from "../../package.json" with { type: "json" };
import type { History } from "../outcome/history.ts";
import type { MountReport } from "../outcome/mounts.ts";
import { baselineOf, findCostly } from "../outcome/baseline.ts";
import { buildReport } from "../outcome/build-report.ts";
import type { Report } from "../outcome/report.ts";
import { recordOf, type RunRecord, withRecord } from "../outcome/run-records.ts";
import { readSizes } from "../outcome/sizes.ts";
import { readSteps } from "../outcome/steps.ts";
import type { Comparison } from "../outcome/why.ts";
import type { PastRuns } from "./past-runs.ts";
import type { Ran, Ready } from "./ready.ts";

/** What a build came to. */
export interface Outcome {
  readonly report: Report;
  /** Cache entries that failed to be read or written, as findings. */
  readonly failures: readonly Diagnostic[];
  /** Caches that cost more than they save, which is no failure. */
  readonly costly: readonly Diagnostic[];
  /** To be kept for later runs. */
  readonly record: RunRecord | null;
  readonly strict: boolean;
}

interface Concluded extends Ran {
  readonly history: History;
  /** Why it was built a second time. */
  readonly again?: Diagnostic | null;
  readonly comparisons?: Readonly<Record<string, Comparison>>;
  readonly past?: PastRuns | null;
  readonly mounts: { readonly reports: readonly MountReport[]; readonly failures: readonly Diagnostic[] };
}

/** What it all came to. Asks the store for the sizes of what was written, and changes nothing. */
export async function conclude(host: Host, ready: Ready, ran: Concluded): Promise<Outcome> {
  const { buildx, builder, choice, targets, startedAt, output } = ready;
  const { exitCode, history, mounts, again = null, comparisons = {}, past = null } = ran;
  // Sizes stand in the manifests. Where no layer went up there is nothing to size, and only a report wants the whole.
  const measured = targets.filter((name) => output.report !== undefined || hasWritten(history, name));
  const destinations = measured.flatMap((name) => choice.targets[name]?.destinations ?? []);
  const sizes =
    choice.access === null || destinations.length === 0 ? () => null : await readSizes(destinations, choice.access);
  const counts = choice.relayCounts();
  const built = buildReport({
    bkcache: manifest.version,
    startedAt,
    endedAt: host.now(),
    exitCode,
    builder: {
      name: builder.name,
      driver: builder.driver,
      buildkit: builder.nodes.find(({ buildkitVersion }) => buildkitVersion !== null)?.buildkitVersion ?? null,
    },
    buildx: buildx.version === null ? null : `${buildx.version.major}.${buildx.version.minor}.${buildx.version.patch}`,
    ways: choice.routes,
    targets: Object.fromEntries(
      targets.map((name) => {
        const chosen = choice.targets[name];
        return [
          name,
          {
            source: chosen?.source ?? null,
            reason: chosen?.reason ?? "the cache is not used in this run",
            destinations: chosen?.destinations ?? [],
            relay: counts[name] ?? null,
          },
        ];
      }),
    ),
    history,
    sizes,
    leftOut: choice.leftOut,
    mounts: mounts.reports,
    comparisons,
    redact: createRedactor(host.env),
  });
  const record = recordOf(built);
  const report = { ...built, baseline: baselineOf(past?.records ?? [], record) };
  const layerFailures = report.failures.map(({ direction, target, backend, message }) => ({
    code: "BK5011" as const,
    message: `${backend === null ? "a cache entry" : `backend "${backend}"`}: the cache of ${target} was not ${direction === "import" ? "read" : "written"}: ${message}`,
  }));
  const failures = [...(again === null ? [] : [again]), ...layerFailures, ...mounts.failures];
  const isFailed = output.strict && exitCode === 0 && failures.length > 0;
  return {
    report: isFailed ? { ...report, exitCode: strictExitCode } : report,
    failures,
    costly: record === null ? [] : findCostly(withRecord(past?.records ?? [], record)),
    record,
    strict: output.strict,
  };
}

/** A build that succeeded without its cache, under `--strict`. */
const strictExitCode = 3;

function hasWritten(history: History, target: string): boolean {
  const progress = history.targets[target]?.progress;
  return (
    progress !== undefined &&
    progress !== null &&
    readSteps(progress).exports.some(({ layers }) => layers?.length !== 0)
  );
}

/** Writes the report where one was asked for. @param file path from the host's folder */
export async function writeReport(host: Host, { report }: Outcome, file: string | undefined): Promise<void> {
  if (file === undefined) return;
  try {
    await writeAtomically(resolve(host.cwd, file), `${JSON.stringify(report, null, 2)}\n`);
  } catch (error) {
    // The build is done, and what it came to is still to be said.
    if (!(error instanceof BkcacheError)) throw error;
    for (const finding of error.findings) host.tell({ ...finding, level: "warning" });
  }
}
