import { basename } from "node:path";
import type { BakeDefinition } from "../bake/printed.ts";
import type { Plan } from "../bake/model.ts";
import type { Buildx } from "../builder/buildx.ts";
import { chooseLevel, type LevelInForce, planInForce } from "../cache/level.ts";
import { readOrigin } from "../cache/origin.ts";
import { readCi } from "../ci/ci.ts";
import type { BuilderDefinition } from "../config/schema.gen.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import { suggest } from "../diagnostics/nearest.ts";
import type { Host } from "../host/host.ts";
import type { MountBackends } from "./session.ts";
import { defineAllTargets } from "../source/bake-files.ts";
import { evaluate, evaluateTexts } from "../source/evaluate.ts";
import { openProject, type Project } from "../source/project.ts";
import { defineWholeFolder, planOfFolder, type Source } from "../source/open.ts";
import { draftMountBackend } from "../source/backend.ts";

/** What the commands below `bkcache mounts` work on: the config, or the folder without one. */
export interface MountSource {
  /** Without a config, or with bake files, it has no targets yet. */
  readonly plan: Plan;
  /** Absolute folder that relative paths of the plan count from. */
  readonly dir: string;
  readonly builder: string | BuilderDefinition | undefined;
  /** Null without a config. */
  readonly project: Project | null;
  /** The level of trust, whose places the backends of the plan are; null where the config has none. */
  readonly level: LevelInForce | null;
}

const noDefinition: BakeDefinition = { groups: {}, targets: {} };

interface SourceRequest {
  /** Value of --config. */
  readonly config: string | undefined;
  /** Value of --level: the level of trust whose places are meant, where it is not the run's own. */
  readonly level?: string | undefined;
  /** Takes the level of the run before anything else is opened; may throw where that may not do what is asked. */
  readonly onLevel?: ((level: LevelInForce | null) => void) | undefined;
}

/**
 * @throws BkcacheError BK2001 where there is neither config nor BUILDKIT_REMOTE_CACHE; BK1002 for a level that the config does not
 * have.
 */
export async function openMountSource(
  host: Host,
  { config, level: named, onLevel }: SourceRequest,
): Promise<MountSource> {
  const project = await openProject(host, config);
  const remote = host.env["BUILDKIT_REMOTE_CACHE"];
  if (project !== null) {
    const { plan, valid } = project;
    const level = named === undefined ? levelOf(host, plan, valid.dir) : namedLevel(plan, named);
    onLevel?.(level);
    if (remote) {
      host.tell({ level: "warning", message: `BUILDKIT_REMOTE_CACHE is ignored beside ${basename(valid.file)}` });
    }
    return { plan: planInForce(plan, level), dir: valid.dir, builder: valid.config.builder, project, level };
  }
  if (remote) {
    if (named !== undefined) throw noSuchLevel(named, {});
    onLevel?.(null);
    const plan = planOfFolder(host.cwd, remote, noDefinition);
    return { plan, dir: host.cwd, builder: undefined, project, level: null };
  }
  throw new BkcacheError({
    code: "BK2001",
    message: `no config found in ${host.cwd} or above it`,
    hint: "write a bkcache.config.ts, .yaml or .json, or set BUILDKIT_REMOTE_CACHE=s3://bucket/prefix/",
  });
}

function levelOf(host: Host, plan: Plan, dir: string): LevelInForce | null {
  const ci = readCi(host.env);
  return plan.trust === undefined ? null : chooseLevel(plan.trust, ci, readOrigin(ci, dir, plan.scopes.defaultBranch));
}

function namedLevel({ trust = {} }: Plan, name: string): LevelInForce {
  if (!Object.hasOwn(trust, name)) throw noSuchLevel(name, trust);
  return { name, reads: [], read: true, write: true, why: `--level says ${name}` };
}

function noSuchLevel(name: string, trust: object): BkcacheError {
  const levels = Object.keys(trust);
  const guess = suggest(name, levels);
  const all = levels.length === 0 ? "the config has none: `trust` declares them" : `one of ${levels.join(", ")}`;
  return new BkcacheError({
    code: "BK1002",
    message: `there is no level of trust "${name}"`,
    hint: guess === undefined ? all : `did you mean ${guess}?`,
  });
}

/**
 * Where the contents of the mounts are kept.
 * @throws BkcacheError BK2050 where they are not.
 */
export async function openBackends(host: Host, source: MountSource): Promise<MountBackends> {
  const draft = draftMountBackend(source.plan, { dir: source.dir, env: host.env });
  if (draft === null) throw noBackend();
  const { plan, dir } = source;
  const buildx = () => import("../builder/buildx.ts").then(({ findBuildx }) => findBuildx(host));
  return draft.fill(await evaluateTexts(host, buildx, { plan, dir, texts: draft.texts }));
}

function noBackend(): BkcacheError {
  return new BkcacheError({
    code: "BK2050",
    message: "no backend holds the contents of mounts",
    hint: "name a local, s3 or gcs backend under cache.mounts",
  });
}

/** All targets that there are, as bake sees them. */
export interface WholeSource {
  readonly plan: Plan;
  readonly definition: BakeDefinition;
}

/** @throws BkcacheError BK4020 where bake refuses what the folder or the config says. */
export async function defineWhole(host: Host, buildx: Buildx, source: MountSource): Promise<WholeSource> {
  const { project, dir } = source;
  if (project === null) {
    const definition = await defineWholeFolder(host, buildx);
    return { definition, plan: planOfFolder(dir, host.env["BUILDKIT_REMOTE_CACHE"] ?? "", definition) };
  }
  const { plan } = project;
  if (plan.bakeFiles !== undefined) return defineAllTargets(host, buildx, project);
  const targets = Object.keys(plan.targets);
  if (targets.length === 0) return { plan, definition: noDefinition };
  const args = { targets, variables: [] };
  const { definition } = await evaluate(host, { buildx, source: toSource(source), args }, { hasArgs: true });
  return { plan, definition };
}

function toSource({ plan, dir, builder, project }: MountSource): Source {
  const hasConfig = project !== null;
  return { plan, dir, builder, hasConfig, definition: null, overlays: [], overrides: [], agreed: [], rules: {} };
}
