import type { BakeDefinition } from "../bake/definition.ts";
import { createContext } from "../config/rules/context.ts";
import { checkVariableNames } from "../config/rules/variables.ts";
import type { Config, VariableDefinition } from "../config/schema.gen.ts";
import type { BakeSource, SourceVariable } from "./bake-source.ts";
import { findDifferences } from "./compare.ts";

/** Most variables that are tried: each costs a few starts of buildx. */
const mostTried = 40;

export interface KeptVariables {
  /** The definition with a mark in every place of a variable. */
  readonly definition: BakeDefinition;
  readonly marks: ReadonlyMap<string, string>;
  readonly variables: Readonly<Record<string, string | VariableDefinition>>;
}

export interface VariableSearch {
  readonly source: Pick<BakeSource, "definition" | "ask">;
  /** With the values that they have now. */
  readonly declared: readonly SourceVariable[];
  /** The files. */
  readonly text: string;
  /** Values without the environment: what the config's variables begin with. */
  readonly defaults: ReadonlyMap<string, string>;
  /** The bake file of a conversion. */
  readonly compile: (kept: KeptVariables) => string | null;
}

/**
 * The variables that can stay variables: those whose value stands in the definition as it is, so that another value
 * gives the same definition by the source as by what is made of it. That is tried with bake, not concluded. All else
 * (conditions, functions, lists, numbers) becomes what it is now.
 */
export async function keepVariables(search: VariableSearch): Promise<KeptVariables> {
  const { source, declared, text, defaults, compile } = search;
  const none: KeptVariables = { definition: source.definition, marks: new Map(), variables: {} };
  const tried: { readonly variable: SourceVariable; readonly mark: string; readonly marked: BakeDefinition }[] = [];
  for (const [index, variable] of declared
    .filter((each) => isCandidate(each) && !isAskedFor(each.name, text))
    .slice(0, mostTried)
    .entries()) {
    const mark = markOf(index, source.definition);
    const marked = await source.ask({ vars: { [variable.name]: mark } });
    if (marked === null) continue;
    const replaced = replaceText(marked, mark, variable.value ?? "");
    const isUsed = findDifferences(source.definition, marked).length > 0;
    if (isUsed && findDifferences(source.definition, replaced).length === 0) tried.push({ variable, mark, marked });
  }
  for (let left = tried; left.length > 0;) {
    const kept = await markAll(left);
    const wrong = kept === null ? left : await findWrong(left, kept);
    if (kept !== null && wrong.length === 0) return kept;
    left = left.filter((each) => !wrong.includes(each));
  }
  return none;

  async function markAll(left: typeof tried): Promise<KeptVariables | null> {
    const vars = Object.fromEntries(left.map(({ variable, mark }) => [variable.name, mark]));
    const definition = await source.ask({ vars });
    if (definition === null || left.some(({ mark }) => JSON.stringify(definition).includes(`$${mark}`))) return null;
    return {
      definition,
      marks: new Map(left.map(({ variable, mark }) => [mark, variable.name])),
      variables: Object.fromEntries(left.map(({ variable }) => [variable.name, definitionOf(variable, defaults)])),
    };
  }

  /** Those for which the compiled file says something else than the source, with a value or with none. */
  async function findWrong(left: typeof tried, kept: KeptVariables): Promise<typeof tried> {
    const input = compile(kept);
    if (input === null) return left;
    const values = Object.fromEntries(left.map(({ variable: { name, value = "" } }) => [name, value]));
    const now = await source.ask({ input, vars: values });
    if (now === null || findDifferences(source.definition, now).length > 0) return left;
    const wrong: typeof tried = [];
    for (const each of left) {
      const { name } = each.variable;
      const again = await source.ask({ input, vars: { ...values, [name]: each.mark } });
      let isRight = again !== null && findDifferences(each.marked, again).length === 0;
      for (const value of oddValues) {
        const expected = isRight ? await source.ask({ vars: { [name]: value } }) : null;
        if (expected === null) continue;
        const made = await source.ask({ input, vars: { ...values, [name]: value } });
        isRight = made !== null && findDifferences(expected, made).length === 0;
      }
      if (!isRight) wrong.push(each);
    }
    return wrong;
  }
}

/** None, and what functions that cut, replace and tidy look for. */
const oddValues = ["", "v1.2.3-Rc/x+y_Z ", "refs/heads/Feature A.b"];

/** Whether some condition asks for the variable: it may ask for values that are not tried. */
function isAskedFor(name: string, text: string): boolean {
  const ask = String.raw`\s*(?:==|!=|<|>|&&|\|\||\?)`;
  const asked = String.raw`(?:==|!=|<|>|&&|\|\||!)\s*`;
  const call = String.raw`\b(?:not)?(?:equal|contains|can|try|lookup|coalesce|regex\w*|semvercmp)\([^)\n]*`;
  return new RegExp(String.raw`\b${name}\b${ask}|${asked}${name}\b|${call}\b${name}\b`).test(text);
}

/** A string under a name that a config may have and that is this build's own. */
function isCandidate({ name, value, type }: SourceVariable): boolean {
  if (value === undefined || (type !== undefined && type !== "string") || !/^[A-Za-z_]\w*$/.test(name)) return false;
  const config: Config = { variables: { [name]: "" } };
  return [...checkVariableNames(createContext({ config, data: config, allowsInsecure: false }))].length === 0;
}

/** Letters of both cases and digits, which every attribute takes; in no text of the definition. */
export function markOf(index: number, definition: BakeDefinition): string {
  const text = JSON.stringify(definition);
  for (let salt = 0; ; salt += 1) {
    const mark = `Zq${salt}x${index}qZ`;
    if (!text.includes(mark)) return mark;
  }
}

function replaceText(definition: BakeDefinition, mark: string, value: string): BakeDefinition {
  return walk(definition) as BakeDefinition;
  function walk(each: unknown): unknown {
    if (typeof each === "string") return each.replaceAll(mark, () => value);
    if (Array.isArray(each)) return each.map(walk);
    if (typeof each !== "object" || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([key, field]) => [key, walk(field)]));
  }
}

function definitionOf(
  { name, description }: SourceVariable,
  defaults: ReadonlyMap<string, string>,
): string | VariableDefinition {
  const value = defaults.get(name) ?? "";
  return description ? { default: value, description } : value;
}
