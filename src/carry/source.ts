import { basename } from "node:path";
import type { BakeDefinition } from "../bake/printed.ts";
import type { Plan } from "../bake/model.ts";
import type { Buildx } from "../builder/buildx.ts";
import type { BuilderDefinition } from "../config/schema.gen.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import type { StoreBackend } from "../store/open.ts";
import { defineAllTargets } from "../source/bake-files.ts";
import { define } from "../source/evaluate.ts";
import { openProject, type Project } from "../source/project.ts";
import { type BakeSource, defineWholeFolder, planOfFolder } from "../source/open.ts";
import { hasTexts, type Texts, type Values } from "../source/values.ts";
import { draftMountBackend } from "./backend.ts";

/** What the commands below `bkcache mounts` work on: the config, or the folder without one. */
export interface MountSource {
  /** Without a config, or with bake files, it has no targets yet. */
  readonly plan: Plan;
  /** Absolute folder that relative paths of the plan count from. */
  readonly dir: string;
  readonly builder: string | BuilderDefinition | undefined;
  /** Null without a config. */
  readonly project: Project | null;
}

const noDefinition: BakeDefinition = { groups: {}, targets: {} };

/** @param config value of --config @throws BkcacheError BK2001 where there is neither config nor BUILDKIT_REMOTE_CACHE. */
export async function openMountSource(host: Host, config: string | undefined): Promise<MountSource> {
  const project = await openProject(host, config);
  const remote = host.env["BUILDKIT_REMOTE_CACHE"];
  if (project !== null) {
    const { plan, valid } = project;
    if (remote) {
      host.tell({ level: "warning", message: `BUILDKIT_REMOTE_CACHE is ignored beside ${basename(valid.file)}` });
    }
    return { plan, dir: valid.dir, builder: valid.config.builder, project };
  }
  if (remote) return { plan: planOfFolder(host.cwd, remote, noDefinition), dir: host.cwd, builder: undefined, project };
  throw new BkcacheError({
    code: "BK2001",
    message: `no config found in ${host.cwd} or above it`,
    hint: "write a bkcache.config.ts, .yaml or .json, or set BUILDKIT_REMOTE_CACHE=s3://bucket/prefix/",
  });
}

/**
 * Where the contents of the mounts are kept.
 * @throws BkcacheError BK2050 where they are not.
 */
export async function openBackend(host: Host, source: MountSource): Promise<StoreBackend> {
  const draft = draftMountBackend(source.plan);
  if (draft === null) throw noBackend();
  return draft.fill(await evaluate(host, source, draft.texts));
}

function noBackend(): BkcacheError {
  return new BkcacheError({
    code: "BK2050",
    message: "no backend holds the contents of mounts",
    hint: "name a local, s3 or gcs backend under cache.mounts",
  });
}

/** Only bake knows the values of variables. */
async function evaluate(host: Host, source: MountSource, texts: Texts): Promise<Values> {
  if (!hasTexts(texts)) return {};
  const { findBuildx } = await import("../builder/buildx.ts");
  const buildx = await findBuildx(host);
  const args = { targets: [], variables: [] };
  const { values } = await define(
    host,
    { buildx, source: toBakeSource(source, source.plan, noDefinition), args },
    { texts },
  );
  return values;
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
  const { definition } = await define(
    host,
    { buildx, source: toBakeSource(source, plan, null), args },
    { hasArgs: true },
  );
  return { plan, definition };
}

function toBakeSource(source: MountSource, plan: Plan, definition: BakeDefinition | null): BakeSource {
  const { dir, builder, project } = source;
  const hasConfig = project !== null;
  return { plan, dir, builder, hasConfig, definition, overlays: [], overrides: [], agreed: [], rules: {} };
}
