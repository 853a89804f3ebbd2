import { basename, relative, resolve, sep } from "node:path";
import type { BuildArgs } from "../bake/build-argv.ts";
import { isRemote } from "../bake/location.ts";
import type { BakeTarget, Plan, PlanBackend, PlanTarget, TargetCache } from "../bake/model.ts";
import { createPlan } from "../bake/plan.ts";
import { createBarePlan } from "../bake/printed.ts";
import { compareNames, projectName } from "../config/names.ts";
import { resolveConfig } from "../config/resolve.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { policyWithoutConfig } from "./open.ts";
import type { Project } from "./project.ts";
import { parseRemoteCache, remoteCacheBackend } from "./remote-cache.ts";
import type { StandardInput } from "./standard-input.ts";

/** The build as bake would have it, as far as it says which cache mounts there are. Paths are absolute. */
export function definitionOfBuild(
  host: Host,
  { context, file, target, buildArgs, buildContexts, platforms }: BuildArgs,
  input: StandardInput,
): BakeTarget {
  const isFolder = context !== "-" && !isRemote(context);
  return {
    context: isFolder ? resolve(host.cwd, context) : context,
    ...(file === undefined ? {} : { dockerfile: file === "-" ? "-" : resolve(host.cwd, file) }),
    ...(input.kind === "dockerfile" && { "dockerfile-inline": input.text }),
    ...(target === undefined ? {} : { target }),
    args: Object.fromEntries(Object.entries(buildArgs).map(([key, value]) => [key, value ?? host.env[key] ?? null])),
    contexts: Object.fromEntries(buildContexts.map((each) => [each, ""])),
    platforms,
  };
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

/**
 * The plan of `bkcache build`: one target, with the backends and the cache policy of a config, or of BUILDKIT_REMOTE_CACHE.
 * @throws BkcacheError BK2001 where there is neither.
 */
export function planOfBuild(host: Host, project: Project | null, args: BuildArgs): Plan {
  return project === null ? planWithoutConfig(host, args) : planWithConfig(host, project, args);
}

function planWithoutConfig(host: Host, args: BuildArgs): Plan {
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
function planWithConfig(host: Host, { valid }: Project, args: BuildArgs): Plan {
  const { config, dir, file } = valid;
  const { groups: _groups, external: _external, bake: _bake, ...rest } = config;
  const names = { dirName: basename(dir), fileName: basename(file) };
  const { project, backends, variables, targets, mounts, mountBackend, mountBudget, scopes, epoch, trust } = createPlan(
    resolveConfig({ ...rest, targets: { build: {} } }, names),
  );
  const name = buildName(args, host.cwd);
  const { cache } = targets["build"] as Plan["targets"][string];
  const shared = { variables, mounts, mountBackend, mountBudget, scopes, epoch, ...(trust !== undefined && { trust }) };
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
