import { type BakeArgs, splitBakeArgs } from "../bake/argv.ts";
import { checkCacheOverrides } from "../bake/cache-override.ts";
import { type Buildx, findBuildx } from "../builder/buildx.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { importWhole } from "../host/import-whole.ts";
import { requireKnown } from "../bake/requested.ts";
import { planInForce } from "../cache/level.ts";
import { resolveCacheUse } from "../cache/use.ts";
import type { BakeResult } from "../build/cached-build.ts";
import { evaluate, namesToBuild } from "../source/evaluate.ts";
import { draftEntries } from "../cache/entries.ts";
import { draftMountBackend } from "../source/backend.ts";
import { withReportFolder } from "../outcome/prepare-report.ts";
import { awaitedLater } from "../host/awaited-later.ts";
import type { BakeRequest } from "../source/bake-request.ts";
import { isQuiet, quietHost } from "../host/quiet.ts";
import { requireFlags } from "../build/require-flags.ts";
import { createTextReader } from "../source/dockerfiles.ts";
import { openSource } from "../source/open.ts";
import { findStale } from "../generate/stale.ts";

/**
 * `bkcache bake`: from the command line to buildx's exit code and the report.
 * @throws BkcacheError for all that is wrong before the build starts.
 */
export async function runBake(host: Host, argv: readonly string[]): Promise<BakeResult> {
  const startedAt = host.now();
  const args = splitBakeArgs(argv, { cwd: host.cwd });
  const { mode, own, unknown } = args;
  const finding = awaitedLater(findBuildx(host));
  await requireFlags("bake", unknown, finding);
  const report = mode === "build" ? own.report : undefined;
  const quiet = isQuiet(args.progress, host);
  const said = quiet ? quietHost(host) : host;
  const result = await withReportFolder(said, report, () => bakeSource(said, { args, finding, startedAt }));
  return { ...result, isQuiet: quiet };
}

interface SourceRun {
  readonly args: BakeArgs;
  readonly finding: Promise<Buildx>;
  readonly startedAt: number;
}

async function bakeSource(host: Host, { args, finding, startedAt }: SourceRun): Promise<BakeResult> {
  const { mode, own } = args;
  const source = await openSource(host, args, finding);
  const request: BakeRequest = { buildx: await finding, source, args };
  // bake would say so too, but not what was meant; of another file only bake knows the targets.
  const knowsTargets = source.definition === null && source.overlays.length === 0;
  if (knowsTargets && mode !== "list") requireKnown(source.plan, args.targets);
  const refused = checkCacheOverrides(args.sets, source.plan, namesToBuild(source, args));
  if (refused.length > 0) throw BkcacheError.of(refused);
  const { locked } = own;
  const readText = createTextReader();
  const findOld = async () => (source.hasConfig ? findStale(host, source, { locked, readText }) : []);
  if (mode !== "build") {
    refuseOrTell(host, await findOld(), locked);
    const { showOnly } = await importWhole(() => import("../build/bake-show.ts"));
    return { exitCode: await showOnly(host, request), outcome: null };
  }

  const { hasConfig } = source;
  const use = resolveCacheUse({ plan: source.plan, flags: own, env: host.env, dir: source.dir, hasConfig });
  const plan = planInForce(source.plan, use.level);
  const placed = { ...request, source: { ...source, plan } };
  const targets = namesToBuild(source, args);
  const base = { dir: source.dir, env: host.env };
  const drafts = draftEntries({ plan, targets, use, base });
  const mountBackend = use.mounts.read || use.mounts.write ? draftMountBackend(plan, base) : null;
  const texts = { ...drafts.texts, ...mountBackend?.texts };
  const evaluated = awaitedLater(
    evaluate(host, placed, { texts, hasArgs: use.layers.read || use.layers.write || mountBackend !== null }),
  );
  // While bake is at work; what ends the run comes before a builder is made.
  const loading = awaitedLater(importWhole(() => import("../build/bake-build.ts")));
  if (locked) refuseOrTell(host, await findOld(), locked);
  const { runBakeBuild } = await loading;
  return runBakeBuild(host, {
    ...placed,
    startedAt,
    targets,
    evaluated,
    cache: { use, drafts, mountBackend },
    readText,
    // A warning can wait until buildx has nothing to do for us.
    ...(!locked && { meanwhile: findOld }),
  });
}

function refuseOrTell(host: Host, findings: readonly Diagnostic[], isFatal: boolean): void {
  if (isFatal && findings.length > 0) throw BkcacheError.of(findings);
  for (const finding of findings) host.tell({ ...finding, level: "warning" });
}
