import { statSync } from "node:fs";
import { resolve } from "node:path";
import { type BuildArgs, splitBuildArgs } from "../bake/build-argv.ts";
import { type Buildx, findBuildx } from "../builder/buildx.ts";
import { ensureBuilder } from "../builder/ensure.ts";
import { collectRarely } from "../builder/go-collector.ts";
import { draftEntries, type LiteralEntry } from "../cache/entries.ts";
import { planInForce } from "../cache/level.ts";
import { resolveCacheUse } from "../cache/use.ts";
import { draftMountBackend } from "../source/backend.ts";
import { formatOptionCsv } from "../config/csv.ts";
import { awaitedLater } from "../host/awaited-later.ts";
import type { Host } from "../host/host.ts";
import { definitionOfBuild, planOfBuild } from "../source/build-plan.ts";
import { createDockerfileReader } from "../source/dockerfiles.ts";
import { evaluateTexts } from "../source/evaluate.ts";
import { openProject } from "../source/project.ts";
import { readBuildInput } from "../source/standard-input.ts";
import { type BakeResult, runCachedBuild } from "../build/cached-build.ts";
import { withReportFolder } from "../outcome/prepare-report.ts";
import { isQuiet, quietHost } from "../host/quiet.ts";
import { requireFlags } from "../build/require-flags.ts";

/**
 * `bkcache build`: buildx's own build with the cache of the config, or of BUILDKIT_REMOTE_CACHE. Flags are not
 * translated but passed on, so that the build is the one that `docker build` does.
 * @throws BkcacheError for all that is wrong before the build starts.
 */
export async function runBuild(host: Host, argv: readonly string[]): Promise<BakeResult> {
  const startedAt = host.now();
  const args = splitBuildArgs(argv, { cwd: host.cwd });
  const finding = awaitedLater(findBuildx(host));
  await requireFlags("build", args.unknown, finding);
  const report = args.isBuild ? args.own.report : undefined;
  const quiet = isQuiet(args.progress, host);
  const said = quiet ? quietHost(host) : host;
  const result = await withReportFolder(said, report, () => buildFrom(said, { args, finding, startedAt }));
  return { ...result, isQuiet: quiet };
}

interface BuildRun {
  readonly args: BuildArgs;
  readonly finding: Promise<Buildx>;
  readonly startedAt: number;
}

async function buildFrom(host: Host, { args, finding, startedAt }: BuildRun): Promise<BakeResult> {
  const project = await openProject(host, args.own.config);
  const declared = planOfBuild(host, project, args);
  const [name] = Object.keys(declared.targets) as [string];
  const buildx = await finding;
  const dir = project?.valid.dir ?? host.cwd;
  const definitionOfBuilder = project?.valid.config.builder;
  const builder = { flag: args.builder, definition: definitionOfBuilder, from: folderOf(args.context, host.cwd) };
  if (!args.isBuild) {
    const { name: found } = await ensureBuilder(host, buildx, { ...builder, dir });
    const { exitCode } = await buildx.exec(["build", "--builder", found, ...args.passthrough, args.context], {
      terminal: true,
    });
    return { exitCode, outcome: null };
  }
  const use = resolveCacheUse({
    plan: declared,
    flags: args.own,
    env: host.env,
    dir,
    hasConfig: project !== null,
    // As in a config.
    replaced: { read: args.cacheFrom.length > 0, write: args.cacheTo.length > 0 },
  });
  const plan = planInForce(declared, use.level);
  const base = { dir, env: host.env };
  const drafts = draftEntries({ plan, targets: [name], use, base });
  const mountBackend = use.mounts.read || use.mounts.write ? draftMountBackend(plan, base) : null;
  const input = await readBuildInput(process.stdin, args);
  const definition = { groups: {}, targets: { [name]: definitionOfBuild(host, args, input) } };
  const texts = { ...drafts.texts, ...mountBackend?.texts };
  const values = evaluateTexts(host, async () => buildx, { plan, dir: host.cwd, texts });
  return runCachedBuild(host, {
    verb: "build",
    buildx,
    builder,
    plan,
    targets: [name],
    evaluated: awaitedLater(values.then((known) => ({ definition, values: known }))),
    readDockerfile: createDockerfileReader(dir),
    dir,
    runDir: host.cwd,
    cache: { use, drafts, mountBackend, rules: project?.valid.config.rules ?? {} },
    output: { strict: args.own.strict, report: args.own.report, metadataFile: args.metadataFile },
    startedAt,
    features: () => [],
    async command(choice) {
      const chosen = choice.targets[name];
      return {
        args: [
          ...(chosen?.cacheFrom ?? []).flatMap((entry) => ["--cache-from", flagValue(entry)]),
          ...(chosen?.cacheTo ?? []).flatMap((entry) => ["--cache-to", flagValue(entry)]),
          ...args.passthrough,
        ],
        targets: [args.context],
        env: { ...collectRarely({ hasFiles: false, args: args.passthrough }), ...host.env },
        ...(input.kind === "dockerfile" && { input: input.text }),
        ...(input.kind === "archive" && { input: input.stream }),
      };
    },
  });
}

/** The context where it is a folder of this machine, by which buildx takes the pod of a builder in Kubernetes. */
function folderOf(context: string, cwd: string): string {
  const folder = resolve(cwd, context);
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? folder : cwd;
}

/** An entry as `--cache-from` takes it. It holds no credentials: `chooseCache` gave those to the environment. */
function flagValue(entry: LiteralEntry | string): string {
  if (typeof entry === "string") return entry;
  return formatOptionCsv(Object.entries(entry).map(([key, value]) => ({ key, value })));
}
