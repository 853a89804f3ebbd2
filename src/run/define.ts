import type { BakeArgs } from "../bake/argv.ts";
import type { BakeDefinition } from "../bake/definition.ts";
import type { RunChoices } from "../bake/emit.ts";
import type { BakeTarget } from "../bake/model.ts";
import { findRequested } from "../bake/requested.ts";
import type { Buildx } from "../builder/buildx.ts";
import type { Host } from "../host/host.ts";
import { askDefinition, runFileEnv } from "./definition.ts";
import type { BakeSource } from "./source.ts";
import { emitWithTexts, hasTexts, takeValues, type Texts, type Values, valuesTarget } from "./values.ts";

export interface Defined {
  readonly definition: BakeDefinition;
  readonly values: Values;
}

interface DefineRequest {
  readonly buildx: Buildx;
  readonly source: BakeSource;
  readonly args: Pick<BakeArgs, "targets" | "variables">;
}

interface DefineOptions {
  readonly texts?: Texts;
  /** With the build arguments, which say what cache mounts are called. */
  readonly hasArgs?: boolean;
}

/** What is to be built, and the values of texts: one question to bake at most, since each costs a process. */
export async function define(
  host: Host,
  { buildx, source, args }: DefineRequest,
  { texts = {}, hasArgs = false }: DefineOptions = {},
): Promise<Defined> {
  const known = source.definition ?? definitionOfPlan(source, args, hasArgs);
  if (known !== null && !hasTexts(texts)) return { definition: known, values: {} };
  const names = known === null ? namesToBuild(source, args) : [];
  // Bake takes no word for the group of this name.
  const words = known === null ? (args.targets.length > 0 ? args.targets : ["default"]) : [];
  // A pattern of --set fits nothing where only texts are asked for.
  const overrides = known === null ? source.overrides : args.variables;
  const printed = await askDefinition(buildx, {
    dir: source.dir,
    env: runFileEnv(host.env),
    files: ["-", ...source.overlays],
    input: emitWithTexts(source.plan, choicesOf(names, {}), texts),
    words: [...overrides, ...words, ...(hasTexts(texts) ? [valuesTarget] : [])],
  });
  const { definition, values } = takeValues(printed);
  return { definition: known ?? definition, values };
}

/**
 * The definition, where the plan says all of it that matters before the build; null where only bake can tell: another
 * file, an override or a variable may decide.
 */
function definitionOfPlan(
  source: BakeSource,
  args: Pick<BakeArgs, "targets">,
  hasArgs: boolean,
): BakeDefinition | null {
  if (source.overlays.length > 0 || source.overrides.length > 0) return null;
  if (findRequested(source.plan, args.targets).unknown.length > 0) return null;
  const targets: Record<string, BakeTarget> = {};
  for (const name of namesToBuild(source, args)) {
    const target = source.plan.targets[name];
    if (target === undefined || target.inherits.length > 0) return null;
    const { args: buildArgs, labels: _labels, annotations: _annotations, tags: _tags, ...rest } = target.attributes;
    const wanted = hasArgs && buildArgs !== undefined ? { ...rest, args: buildArgs } : rest;
    if (!isLiteral(wanted)) return null;
    targets[name] = wanted;
  }
  return { groups: {}, targets };
}

/** Whether no variable stands anywhere in the value. */
function isLiteral(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return !("variable" in value) && Object.values(value).every(isLiteral);
}

/** What the plan knows of what was asked for; further files may bring targets that it does not know. */
export function namesToBuild(source: BakeSource, args: Pick<BakeArgs, "targets">): readonly string[] {
  if (source.definition !== null) return Object.keys(source.plan.targets);
  const { targets, linked } = findRequested(source.plan, args.targets);
  return [...targets, ...linked];
}

/** What a run file has of its targets' caches; those that are not named have none. */
export function choicesOf(names: readonly string[], cache: RunChoices["targets"]): RunChoices {
  return {
    targets: Object.fromEntries(names.map((name) => [name, cache[name] ?? { cacheFrom: [], cacheTo: [] }])),
  };
}
