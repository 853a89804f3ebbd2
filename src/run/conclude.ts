import { resolve } from "node:path";
import { createRedactor } from "../diagnostics/redact.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { exitCodes } from "../diagnostics/exit-codes.ts";
import { writeAtomically } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import manifest from "../../package.json" with { type: "json" };
import type { FinishRequest } from "./request.ts";
import { type History, readHistory } from "../outcome/history.ts";
import { buildReport, type Report } from "../outcome/report.ts";
import { readSizes } from "../outcome/sizes.ts";
import { readSteps } from "../outcome/steps.ts";

/** What a build came to. */
export interface Outcome {
  readonly report: Report;
  /** Cache entries that failed to be read or written, as findings. */
  readonly failures: readonly Diagnostic[];
  readonly strict: boolean;
}

/** Reads what happened from the builder's history, saves the mounts, and writes the report where one was asked for. */
export async function readOutcome(
  host: Host,
  request: FinishRequest,
  { metadataFile, exitCode }: { readonly metadataFile: string | null; readonly exitCode: number },
): Promise<Outcome> {
  const { buildx, nodes, startedAt, targets, choice, args, carrier } = request;
  const { builder } = nodes;
  const history = await readHistory(host, {
    buildx,
    builder: builder.name,
    targets,
    startedAt,
    metadataFile,
    isSingle: request.isSingle === true,
    gateway: () => nodes.readyGateway(),
  });
  const mountFailures = (exitCode === 0 && (await carrier?.save(history))) || [];
  // Sizes stand in the manifests. Where no layer went up there is nothing to size, and only a report wants the whole.
  const measured = targets.filter((name) => args.own.report !== undefined || hasWritten(history, name));
  const destinations = measured.flatMap((name) => choice.targets[name]?.destinations ?? []);
  const sizes =
    choice.access === null || destinations.length === 0 ? () => null : await readSizes(destinations, choice.access);
  const report = buildReport({
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
    targets: Object.fromEntries(
      targets.map((name) => {
        const chosen = choice.targets[name];
        return [
          name,
          {
            source: chosen?.source ?? null,
            reason: chosen?.reason ?? "the cache is not used in this run",
            destinations: chosen?.destinations ?? [],
          },
        ];
      }),
    ),
    history,
    sizes,
    leftOut: choice.leftOut,
    mounts: carrier?.report() ?? [],
    redact: createRedactor(host.env),
  });
  const layerFailures = report.failures.map(({ direction, target, backend, message }) => ({
    code: "BK5011" as const,
    message: `${backend === null ? "a cache entry" : `backend "${backend}"`}: the cache of ${target} was not ${direction === "import" ? "read" : "written"}: ${message}`,
  }));
  const failures = [...layerFailures, ...mountFailures];
  const strict = args.own.strict;
  const outcome: Outcome = {
    report: strict && exitCode === 0 && failures.length > 0 ? { ...report, exitCode: exitCodes.cache } : report,
    failures,
    strict,
  };
  if (args.own.report !== undefined) {
    try {
      await writeAtomically(resolve(host.cwd, args.own.report), `${JSON.stringify(outcome.report, null, 2)}\n`);
    } catch (error) {
      // The build is done, and what it came to is still to be said.
      if (!(error instanceof BkcacheError)) throw error;
      for (const finding of error.findings) host.tell({ ...finding, level: "warning" });
    }
  }
  return outcome;
}

function hasWritten(history: History, target: string): boolean {
  const progress = history.targets[target]?.progress;
  return (
    progress !== undefined &&
    progress !== null &&
    readSteps(progress).exports.some(({ layers }) => layers?.length !== 0)
  );
}
