import type { BakeDefinition } from "../bake/definition.ts";
import { emitRunFile, type RunChoices } from "../bake/emit.ts";
import type { Plan, PlanTarget } from "../bake/model.ts";
import type { Text } from "../config/text.ts";

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

/**
 * What bake will probably make of texts: of each variable the value in the environment, else its default. Nothing may rest
 * on it but work that is done again where bake says otherwise. Null where a text needs more than that.
 */
export function guessValues(
  texts: Texts,
  variables: Plan["variables"],
  env: Readonly<Record<string, string | undefined>>,
): Values | null {
  const guess: Record<string, string> = {};
  for (const [key, text] of Object.entries(texts)) {
    let value = "";
    for (const part of typeof text === "string" ? [text] : text) {
      if (typeof part === "string") {
        value += part;
        continue;
      }
      const plain = env[part.variable] ?? variables[part.variable]?.default;
      if (part.encode !== undefined || typeof plain !== "string") return null;
      value += plain === "" ? (part.fallback ?? "") : plain;
    }
    guess[key] = value;
  }
  return guess;
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
