import type { BakeArgs } from "../bake/argv.ts";
import type { BakeDefinition } from "../bake/printed.ts";
import type { RunChoices } from "../bake/emit.ts";
import type { BakeTarget, Plan } from "../bake/model.ts";
import { findRequested } from "../bake/requested.ts";
import type { Buildx } from "../builder/buildx.ts";
import { mapRecord } from "../config/records.ts";
import type { Text } from "../config/text.ts";
import type { Host } from "../host/host.ts";
import { askDefinition, runFileEnv } from "./ask-bake.ts";
import type { Source } from "./open.ts";
import {
  certainValue,
  emitWithTexts,
  hasTexts,
  takeValues,
  type Texts,
  type Values,
  valuesTarget,
  type VariableContext,
} from "./values.ts";

export interface Evaluated {
  readonly definition: BakeDefinition;
  readonly values: Values;
}

interface EvaluateRequest {
  readonly buildx: Buildx;
  readonly source: Source;
  readonly args: Pick<BakeArgs, "targets" | "variables">;
}

interface EvaluateOptions {
  readonly texts?: Texts;
  /** With the build arguments, which say what cache mounts are called. */
  readonly hasArgs?: boolean;
}

/**
 * What is to be built, and the values of texts. What is certain is taken as it is; for the rest there is one question to
 * bake, which costs a process.
 */
export async function evaluate(
  host: Host,
  { buildx, source, args }: EvaluateRequest,
  { texts = {}, hasArgs = false }: EvaluateOptions = {},
): Promise<Evaluated> {
  const context = { variables: source.plan.variables, env: runFileEnv(host.env) };
  const ofPlan = source.definition === null ? definitionOfPlan(source, args, { hasArgs, context }) : null;
  const known = source.definition ?? ofPlan;
  if (known !== null && !hasTexts(texts)) return { definition: known, values: {} };
  if (ofPlan !== null) {
    const values = certainValues(texts, context);
    if (values !== null) return { definition: ofPlan, values };
  }
  const names = known === null ? namesToBuild(source, args) : [];
  // Bake takes no argument for the group of this name.
  const targets = known === null ? (args.targets.length > 0 ? args.targets : ["default"]) : [];
  // A pattern of --set fits nothing where only texts are asked for.
  const overrides = known === null ? source.overrides : args.variables;
  const printed = await askDefinition(buildx, {
    dir: source.dir,
    env: context.env,
    files: ["-", ...source.overlays],
    input: emitWithTexts(source.plan, choicesOf(names, {}), texts),
    args: [...overrides, ...targets, ...(hasTexts(texts) ? [valuesTarget] : [])],
  });
  const { definition, values } = takeValues(printed);
  return { definition: known ?? definition, values };
}

/** The values of texts alone. @param dir folder that bake runs in, absolute */
export async function evaluateTexts(
  host: Host,
  buildx: () => Promise<Buildx>,
  { plan, dir, texts }: { readonly plan: Plan; readonly dir: string; readonly texts: Texts },
): Promise<Values> {
  const { variables } = plan;
  const env = runFileEnv(host.env);
  const certain = certainValues(texts, { variables, env });
  if (certain !== null) return certain;
  const input = emitWithTexts({ ...plan, targets: {}, groups: {} }, { targets: {} }, texts);
  const printed = await askDefinition(await buildx(), { dir, env, files: ["-"], input, args: [valuesTarget] });
  return takeValues(printed).values;
}

function certainValues(texts: Texts, context: VariableContext): Values | null {
  const values = mapRecord(texts, (text) => certainValue(text, context));
  return Object.values(values).includes(null) ? null : (values as Values);
}

/**
 * The definition, where the plan says all of it that matters before the build; null where only bake can tell: another
 * file, an override or a variable may decide.
 */
function definitionOfPlan(
  source: Source,
  args: Pick<BakeArgs, "targets">,
  { hasArgs, context }: { readonly hasArgs: boolean; readonly context: VariableContext },
): BakeDefinition | null {
  if (source.overlays.length > 0 || source.overrides.length > 0) return null;
  if (findRequested(source.plan, args.targets).unknown.length > 0) return null;
  const targets: Record<string, BakeTarget> = {};
  for (const name of namesToBuild(source, args)) {
    const target = source.plan.targets[name];
    if (target === undefined || target.inherits.length > 0) return null;
    const { args: buildArgs, labels: _labels, annotations: _annotations, tags: _tags, ...rest } = target.attributes;
    const wanted = hasArgs && buildArgs !== undefined ? { ...rest, args: buildArgs } : rest;
    const literal = withValues(wanted, context);
    if (literal === null) return null;
    targets[name] = literal as BakeTarget;
  }
  return { groups: {}, targets };
}

/** The value with each text as it will be; null where one is not certain, or is nothing, for which bake has defaults. */
function withValues(value: unknown, context: VariableContext): unknown {
  let isCertain = true;
  const read = (part: unknown): unknown => {
    // HCL has every text in this form.
    if (typeof part === "string") return part.normalize("NFC");
    if (typeof part !== "object" || part === null) return part;
    if (isReference(part)) isCertain = false;
    if (!Array.isArray(part)) return mapRecord(part as Readonly<Record<string, unknown>>, read);
    if (!part.some(isReference)) return part.map(read);
    const text = certainValue(part as Text, context);
    if (text === null || text === "") isCertain = false;
    return text;
  };
  const literal = read(value);
  return isCertain ? literal : null;
}

/** A text with variables is a list that holds one; alone it is a field that may be a list or a flag, too. */
function isReference(value: unknown): boolean {
  return typeof value === "object" && value !== null && "variable" in value;
}

/** What the plan knows of what was asked for; further files may bring targets that it does not know. */
export function namesToBuild(source: Source, args: Pick<BakeArgs, "targets">): readonly string[] {
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
