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

/** What plain variables will be when bake reads them, and which of them anything rests on. */
export interface Expectation {
  /** The value of a text; null where bkcache cannot know it. */
  valueOf(text: Text): string | null;
  /** By name, those that a value was made of. */
  readonly used: Readonly<Record<string, string>>;
}

/**
 * Expects of each variable of text the value in the environment, else its default. Nothing may rest on it unless bake
 * itself checks it (`RunChoices.expected`), or the work is done again where bake says otherwise.
 */
export function expectVariables(
  variables: Plan["variables"],
  env: Readonly<Record<string, string | undefined>>,
): Expectation {
  const used: Record<string, string> = {};
  const find = (name: string): string | null => {
    const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (variable === undefined || variable.type !== undefined || typeof variable.default !== "string") return null;
    // Bake can be told to leave the environment alone.
    if (env["BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP"] !== undefined) return null;
    return env[name] ?? variable.default;
  };
  const valueOf = (text: Text): string | null => {
    const taken: Record<string, string> = {};
    let whole = "";
    for (const part of partsOf(text)) {
      if (typeof part === "string") {
        whole += part;
        continue;
      }
      const value = part.encode === undefined ? find(part.variable) : null;
      if (value === null) return null;
      taken[part.variable] = value;
      whole += value === "" ? (part.fallback ?? "") : value;
    }
    // HCL has every text in this form; how it puts characters together over a seam is left to it.
    if (whole !== whole.normalize("NFC")) return null;
    Object.assign(used, taken);
    return whole;
  };
  return { valueOf, used };
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
