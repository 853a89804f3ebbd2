import type { BakeArgs } from "../bake/argv.ts";
import type { BakeDefinition } from "../bake/printed.ts";
import type { RunChoices } from "../bake/emit.ts";
import type { BakeTarget, Plan } from "../bake/model.ts";
import { findRequested } from "../bake/requested.ts";
import type { Buildx } from "../builder/buildx.ts";
import { mapRecord } from "../config/records.ts";
import type { Text } from "../config/text.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { askDefinition, runFileEnv } from "./ask-bake.ts";
import type { BakeSource } from "./open.ts";
import {
  emitWithTexts,
  type Expectation,
  expectVariables,
  hasTexts,
  takeValues,
  type Texts,
  type Values,
  valuesTarget,
} from "./values.ts";

export interface Defined {
  readonly definition: BakeDefinition;
  readonly values: Values;
  /** Variables, by name, whose values bake was not asked for: it has to check them when it builds. */
  readonly expected: Readonly<Record<string, string>>;
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
  /** Takes plain variables for what bake will make of them; `expected` says which. */
  readonly mayExpect?: boolean;
}

/**
 * What is to be built, and the values of texts: one question to bake at most, since each costs a process, and none where
 * all that matters is plain.
 */
export async function define(
  host: Host,
  { buildx, source, args }: DefineRequest,
  { texts = {}, hasArgs = false, mayExpect = false }: DefineOptions = {},
): Promise<Defined> {
  const expectation = expectVariables(mayExpect ? source.plan.variables : {}, host.env);
  const ofPlan = source.definition === null ? definitionOfPlan(source, args, { hasArgs, expectation }) : null;
  const known = source.definition ?? ofPlan;
  if (known !== null && !hasTexts(texts)) return { definition: known, values: {}, expected: expectation.used };
  if (ofPlan !== null) {
    const values = mapRecord(texts, (text) => expectation.valueOf(text));
    const isKnown = Object.values(values).every((value) => value !== null);
    if (isKnown) return { definition: ofPlan, values: values as Values, expected: expectation.used };
  }
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
  return { definition: known ?? definition, values, expected: known === null ? {} : expectation.used };
}

/** What bake makes of texts alone. @param dir folder that it runs in, absolute */
export async function askValues(
  host: Host,
  buildx: Buildx,
  { plan, dir, texts }: { readonly plan: Plan; readonly dir: string; readonly texts: Texts },
): Promise<Values> {
  const input = emitWithTexts({ ...plan, targets: {}, groups: {} }, { targets: {} }, texts);
  const env = runFileEnv(host.env);
  return takeValues(await askDefinition(buildx, { dir, env, files: ["-"], input, words: [valuesTarget] })).values;
}

/** Whether bake makes something else of variables than was expected. False where it makes nothing of the file at all. */
export async function isMistaken(
  host: Host,
  { buildx, source }: Pick<DefineRequest, "buildx" | "source">,
  expected: Defined["expected"],
): Promise<boolean> {
  if (Object.keys(expected).length === 0) return false;
  const texts = mapRecord(expected, (_, variable): Text => [{ variable }]);
  try {
    const values = await askValues(host, buildx, { plan: source.plan, dir: source.dir, texts });
    return Object.entries(expected).some(([name, value]) => values[name] !== value);
  } catch (error) {
    if (error instanceof BkcacheError) return false;
    throw error;
  }
}

/**
 * The definition, where the plan says all of it that matters before the build; null where only bake can tell: another
 * file, an override or a variable may decide.
 */
function definitionOfPlan(
  source: BakeSource,
  args: Pick<BakeArgs, "targets">,
  { hasArgs, expectation }: { readonly hasArgs: boolean; readonly expectation: Expectation },
): BakeDefinition | null {
  if (source.overlays.length > 0 || source.overrides.length > 0) return null;
  if (findRequested(source.plan, args.targets).unknown.length > 0) return null;
  const targets: Record<string, BakeTarget> = {};
  for (const name of namesToBuild(source, args)) {
    const target = source.plan.targets[name];
    if (target === undefined || target.inherits.length > 0) return null;
    const { args: buildArgs, labels: _labels, annotations: _annotations, tags: _tags, ...rest } = target.attributes;
    const wanted = hasArgs && buildArgs !== undefined ? { ...rest, args: buildArgs } : rest;
    const literal = withValues(wanted, expectation);
    if (literal === null) return null;
    targets[name] = literal as BakeTarget;
  }
  return { groups: {}, targets };
}

/** The value with each text as it is expected; null where one is not known, or is nothing, for which bake has defaults. */
function withValues(value: unknown, expectation: Expectation): unknown {
  let isKnown = true;
  const read = (part: unknown): unknown => {
    // HCL has every text in this form.
    if (typeof part === "string") return part.normalize("NFC");
    if (typeof part !== "object" || part === null) return part;
    if (isReference(part)) isKnown = false;
    if (!Array.isArray(part)) return mapRecord(part as Readonly<Record<string, unknown>>, read);
    if (!part.some(isReference)) return part.map(read);
    const text = expectation.valueOf(part as Text);
    if (text === null || text === "") isKnown = false;
    return text;
  };
  const literal = read(value);
  return isKnown ? literal : null;
}

/** A text with variables is a list that holds one; alone it is a field that may be a list or a flag, too. */
function isReference(value: unknown): boolean {
  return typeof value === "object" && value !== null && "variable" in value;
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
