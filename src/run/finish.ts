import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Buildx } from "../builder/buildx.ts";
import type { ReadyBuilder } from "../builder/ensure.ts";
import { createRedactor } from "../diagnostics/redact.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { writeAtomically } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import manifest from "../../package.json" with { type: "json" };
import type { CacheChoice } from "./cache.ts";
import { type History, readHistory } from "./history.ts";
import type { Carrier } from "./mounts/carry.ts";
import type { BuilderSession } from "./mounts/session.ts";
import { buildReport, type Report } from "./report.ts";
import { readSizes } from "./sizes.ts";
import { readSteps } from "./steps.ts";

/** What a build came to. */
export interface Outcome {
  readonly report: Report;
  /** Cache entries that failed to be read or written, as findings. */
  readonly failures: readonly Diagnostic[];
  readonly strict: boolean;
}

export interface FinishRequest {
  readonly buildx: Buildx;
  readonly builder: ReadyBuilder;
  /** Closed at the end. */
  readonly nodes: BuilderSession;
  /** In ms since the epoch. */
  readonly startedAt: number;
  readonly args: {
    readonly metadataFile?: string;
    readonly own: { readonly report?: string; readonly strict: boolean };
  };
  readonly targets: readonly string[];
  readonly choice: CacheChoice;
  /** The metadata file describes one build and not targets by name. */
  readonly isSingle?: boolean;
  /** The cache mounts of the build; null where it has none, or they are not carried. */
  readonly carrier: Carrier | null;
}

export interface Finish {
  /** For `--metadata-file`: the user's, else one of this run. */
  readonly metadataFile: string;
  readonly env: Readonly<Record<string, string>>;
  /** Reads what happened, writes the report where one was asked for, and clears up. */
  close(exitCode: number): Promise<Outcome>;
}

/** Prepares what is needed to know afterwards what a build did. */
export async function openFinish(host: Host, request: FinishRequest): Promise<Finish> {
  const { args } = request;
  const own = args.metadataFile === undefined ? await mkdtemp(join(tmpdir(), "bkcache-")) : null;
  const metadataFile = args.metadataFile ?? join(own ?? "", "metadata.json");
  return {
    metadataFile,
    // The user did not ask for a metadata file, so the provenance in it would be worked out for nobody.
    env: own === null || host.env["BUILDX_METADATA_PROVENANCE"] ? {} : { BUILDX_METADATA_PROVENANCE: "disabled" },
    async close(exitCode) {
      try {
        const outcome = await readOutcome(host, request, metadataFile, exitCode);
        if (args.own.report !== undefined) await writeReport(resolve(host.cwd, args.own.report), outcome.report);
        return outcome;
      } finally {
        await request.carrier?.close();
        await request.nodes.close();
        if (own !== null) await rm(own, { recursive: true, force: true });
      }
    },
  };
}

async function readOutcome(
  host: Host,
  request: FinishRequest,
  metadataFile: string,
  exitCode: number,
): Promise<Outcome> {
  const { buildx, builder, startedAt, targets, choice, args, carrier } = request;
  const history = await readHistory(host, {
    buildx,
    builder: builder.name,
    targets,
    startedAt,
    metadataFile,
    isSingle: request.isSingle === true,
    gateway: () => request.nodes.readyGateway(),
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
  return {
    report: strict && exitCode === 0 && failures.length > 0 ? { ...report, exitCode: strictExitCode } : report,
    failures,
    strict,
  };
}

function hasWritten(history: History, target: string): boolean {
  const progress = history.targets[target]?.progress;
  return (
    progress !== undefined &&
    progress !== null &&
    readSteps(progress).exports.some(({ layers }) => layers?.length !== 0)
  );
}

/** A build that succeeded without its cache, under `--strict`. */
const strictExitCode = 3;

async function writeReport(file: string, report: Report): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeAtomically(file, `${JSON.stringify(report, null, 2)}\n`);
}
