import type { BakeDefinition } from "../bake/printed.ts";
import { emitRunFile, type RunChoices } from "../bake/emit.ts";
import type { Plan, PlanTarget } from "../bake/model.ts";
import { partsOf, type Text } from "../config/text.ts";

/** Texts by a name that their values are given back under. */
export type Texts = Readonly<Record<string, Text>>;
export type Values = Readonly<Record<string, string>>;

/** Name of a target that exists only to have texts evaluated: bkcache never evaluates HCL itself. */
export const valuesTarget = "_bkcache_values";

/** Whether there is anything that bake must be asked for. */
export function hasTexts(texts: Texts): boolean {
  return Object.keys(texts).length > 0;
}

/** The run file with one more target, whose printed definition tells what the texts are. */
export function emitWithTexts(plan: Plan, choices: RunChoices, texts: Texts): string {
  if (!hasTexts(texts)) return emitRunFile(plan, choices);
  const target: PlanTarget = { attributes: { args: texts }, inherits: [], bases: {}, mounts: null, cache: noCache };
  return emitRunFile(
    { ...plan, targets: { ...plan.targets, [valuesTarget]: target } },
    { ...choices, targets: { ...choices.targets, [valuesTarget]: { cacheFrom: [], cacheTo: [] } } },
  );
}

/** Takes the values out of a definition that was printed for them; what is left is the user's. */
export function takeValues(printed: BakeDefinition): { readonly definition: BakeDefinition; readonly values: Values } {
  const { [valuesTarget]: holder, ...targets } = printed.targets;
  return { definition: { ...printed, targets }, values: (holder?.args ?? {}) as Values };
}

/** Where variables take their values from. */
export interface VariableContext {
  readonly variables: Plan["variables"];
  /** As bake gets it. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The value of a text where it follows from the environment and the defaults by bake's own rule
 * (`resolveValue` and `valueHasOverride` in bake/hclparser of docker/buildx); null where bake has to be asked. It holds only
 * for what bake reads without --var and without another file, either of which may give a variable another value.
 */
export function certainValue(text: Text, context: VariableContext): string | null {
  let value = "";
  for (const part of partsOf(text)) {
    if (typeof part === "string") {
      value += part;
      continue;
    }
    const found = part.encode === undefined ? certainVariable(part.variable, context) : null;
    if (found === null) return null;
    value += found === "" ? (part.fallback ?? "") : found;
  }
  // HCL puts every text in this form and has no half of a surrogate pair; what it makes of others is left to it.
  return value.isWellFormed() && value === value.normalize("NFC") ? value : null;
}

function certainVariable(name: string, { variables, env }: VariableContext): string | null {
  const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
  // A type, or a default that is no text, makes bake convert what the environment says.
  if (variable === undefined || variable.type !== undefined || typeof variable.default !== "string") return null;
  // Bake can be told to leave the environment alone.
  if (env["BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP"] !== undefined) return null;
  // An empty value is a value.
  if (env[name] !== undefined) return env[name];
  return env[`${name}_JSON`] === undefined ? variable.default : null;
}

const noCache: PlanTarget["cache"] = {
  from: { kind: "policy", backends: [] },
  to: { kind: "policy", backends: [] },
  scope: "main",
  mode: "max",
  ignoreError: true,
  committed: "off",
  name: [],
};
