import { basename, relative, resolve, sep } from "node:path";
import { type BuildArgs, splitBuildArgs } from "../bake/build-argv.ts";
import { createBarePlan } from "../bake/printed.ts";
import type { BakeTarget, Plan, PlanBackend, PlanTarget, TargetCache } from "../bake/model.ts";
import { isRemote } from "../bake/location.ts";
import { createPlan } from "../bake/plan.ts";
import { findBuildx } from "../builder/buildx.ts";
import { ensureBuilder } from "../builder/ensure.ts";
import { formatOptionCsv } from "../config/csv.ts";
import { compareNames, projectName } from "../config/names.ts";
import { resolveConfig } from "../config/resolve.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { cacheUse } from "../cache/use.ts";
import { evaluateTexts } from "../source/evaluate.ts";
import { resolveScopes } from "../cache/scopes.ts";
import { draftEntries, type LiteralEntry } from "../cache/entries.ts";
import { type BakeResult, runCachedBuild } from "./cached-build.ts";
import { collectRarely } from "../builder/go-collector.ts";
import { draftMountBackend } from "../carry/backend.ts";
import { openBuilderSession } from "../builder/session.ts";
import { openProject, type Project } from "../source/project.ts";
import { prepareReport } from "./prepare-report.ts";
import { awaitedLater } from "../host/awaited-later.ts";
import { parseRemoteCache, remoteCacheBackend } from "../source/remote-cache.ts";
import { policyWithoutConfig } from "../source/open.ts";

/**
 * `bkcache build`: buildx's own build with the cache of the config, or of BUILDKIT_REMOTE_CACHE. Flags are not
 * translated but passed on, so that the build is the one that `docker build` does.
 * @throws BkcacheError for all that is wrong before the build starts.
 */
export async function runBuild(host: Host, argv: readonly string[]): Promise<BakeResult> {
  const startedAt = host.now();
  const args = splitBuildArgs(argv, { cwd: host.cwd });
  if (args.isBuild) await prepareReport(host, args.own.report);
  for (const doubt of args.doubts) host.tell({ ...doubt, level: "warning" });
  const finding = awaitedLater(findBuildx(host));
  const project = await openProject(host, args.own.config);
  const plan = project === null ? planOfFolder(host, args) : planOfConfig(host, project, args);
  const [name] = Object.keys(plan.targets) as [string];
  const buildx = await finding;
  const dir = project?.valid.dir ?? host.cwd;
  const wantedBuilder = { flag: args.builder, definition: project?.valid.config.builder, dir };
  if (!args.isBuild) {
    const builder = await ensureBuilder(host, buildx, wantedBuilder);
    const { exitCode } = await buildx.exec(["build", "--builder", builder.name, ...args.passthrough, args.context], {
      terminal: true,
    });
    return { exitCode, outcome: null };
  }
  const wanted = cacheUse(args.own.cache, host.env, project !== null);
  // An entry of the user's own replaces the policy for that direction, as it does in a config.
  const use = {
    ...wanted,
    read: wanted.read && args.cacheFrom.length === 0,
    write: wanted.write && args.cacheTo.length === 0,
  };
  const scopes = resolveScopes(plan, args.own, host.env);
  const targets = [name];
  const base = { dir, env: host.env };
  const drafts = draftEntries({ plan, targets, use, scopes, base });
  const mountBackend = wanted.read || wanted.write ? draftMountBackend(plan, base) : null;
  const definition = { groups: {}, targets: { [name]: definitionOf(host, args) } };
  const texts = { ...drafts.texts, ...mountBackend?.texts };
  const values = evaluateTexts(host, async () => buildx, { plan, dir: host.cwd, texts });
  return runCachedBuild(host, {
    verb: "build",
    buildx,
    plan,
    targets,
    scopes,
    drafts,
    mountBackend,
    dir,
    startedAt,
    args,
    session: awaitedLater(openBuilderSession(host, buildx, wantedBuilder)),
    use: { layers: use, mounts: wanted },
    evaluated: awaitedLater(values.then((known) => ({ definition, values: known }))),
    rules: project?.valid.config.rules ?? {},
    features: () => [],
    runDir: host.cwd,
    async command(choice) {
      const chosen = choice.targets[name];
      return {
        args: [
          ...(chosen?.cacheFrom ?? []).flatMap((entry) => ["--cache-from", flagValue(entry)]),
          ...(chosen?.cacheTo ?? []).flatMap((entry) => ["--cache-to", flagValue(entry)]),
          ...args.passthrough,
          args.context,
        ],
        env: { ...collectRarely({ hasFiles: false, args: args.passthrough }), ...host.env },
      };
    },
  });
}

/** The build as bake would have it, as far as it says which cache mounts there are. Paths are absolute. */
function definitionOf(
  host: Host,
  { context, file, target, buildArgs, buildContexts, platforms }: BuildArgs,
): BakeTarget {
  const isFolder = context !== "-" && !isRemote(context);
  return {
    context: isFolder ? resolve(host.cwd, context) : context,
    ...(file === undefined ? {} : { dockerfile: file === "-" ? "-" : resolve(host.cwd, file) }),
    ...(target === undefined ? {} : { target }),
    args: Object.fromEntries(Object.entries(buildArgs).map(([key, value]) => [key, value ?? host.env[key] ?? null])),
    contexts: Object.fromEntries(buildContexts.map((each) => [each, ""])),
    platforms,
  };
}

/** An entry as `--cache-from` takes it. It holds no credentials: `chooseCache` gave those to the environment. */
function flagValue(entry: LiteralEntry | string): string {
  if (typeof entry === "string") return entry;
  return formatOptionCsv(Object.entries(entry).map(([key, value]) => ({ key, value })));
}

/**
 * What tells builds of one folder apart: the stage, and the Dockerfile where it is not the folder's own. The path of it
 * from the context and not its name alone, since many folders below have a `Dockerfile` each.
 */
export function buildName(
  { context, file, target }: Pick<BuildArgs, "context" | "file" | "target">,
  cwd: string,
): string {
  const stage = target ?? "default";
  if (file === undefined) return stage;
  const path = file === "-" ? file : relative(folderOf(context, cwd), resolve(cwd, file)).split(sep).join("/");
  return path === "Dockerfile" ? stage : `${stage}@${path}`;
}

function planOfFolder(host: Host, args: BuildArgs): Plan {
  const remote = host.env["BUILDKIT_REMOTE_CACHE"];
  if (!remote) {
    throw new BkcacheError({
      code: "BK2001",
      message: `no config found in ${host.cwd} or above it, and BUILDKIT_REMOTE_CACHE is not set`,
      hint: "set BUILDKIT_REMOTE_CACHE=s3://bucket/prefix/, or write a bkcache.config.ts, .yaml or .json",
    });
  }
  const backends: Record<string, PlanBackend> = { [remoteCacheBackend]: parseRemoteCache(remote) };
  const name = buildName(args, host.cwd);
  const project = projectName(basename(folderOf(args.context, host.cwd)));
  const plan = onePlan({ project, backends, name, cache: policyWithoutConfig, components: [project, name], args });
  return { ...plan, mountBackend: remoteCacheBackend };
}

/** The folder that a build is of: its context, where that is one. */
function folderOf(context: string, cwd: string): string {
  return context === "-" || isRemote(context) ? cwd : resolve(cwd, context);
}

/** Backends and cache policy of a config, for a build that is none of its targets. */
function planOfConfig(host: Host, { valid }: Project, args: BuildArgs): Plan {
  const { config, dir, file } = valid;
  const { groups: _groups, external: _external, bake: _bake, ...rest } = config;
  const names = { dirName: basename(dir), fileName: basename(file) };
  const { project, backends, variables, targets, mounts, mountBackend, mountBudget } = createPlan(
    resolveConfig({ ...rest, targets: { build: {} } }, names),
  );
  const name = buildName(args, host.cwd);
  const { cache } = targets["build"] as Plan["targets"][string];
  const shared = { variables, mounts, mountBackend, mountBudget };
  // Apart from the names of the config's own targets.
  return { ...onePlan({ project, backends, name, cache, components: [project, `build:${name}`], args }), ...shared };
}

interface OnePlan {
  readonly project: string;
  readonly backends: Plan["backends"];
  readonly name: string;
  readonly cache: Omit<TargetCache, "name">;
  readonly components: readonly string[];
  readonly args: BuildArgs;
}

function onePlan({ project, backends, name, cache, components, args }: OnePlan): Plan {
  const platforms = args.platforms.toSorted(compareNames);
  const target: PlanTarget = {
    attributes: {},
    inherits: [],
    bases: {},
    cache: { ...cache, name: [...components, ...platforms] },
    mounts: null,
  };
  return createBarePlan({ project, backends, targets: { [name]: target }, groups: {} });
}
