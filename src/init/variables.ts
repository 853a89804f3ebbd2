import type { BakeDefinition } from "../bake/printed.ts";
import { createContext } from "../config/rules/context.ts";
import { checkVariableNames } from "../config/rules/variables.ts";
import type { Config, VariableDefinition } from "../config/schema.gen.ts";
import type { BakeSource, SourceVariable } from "./bake-source.ts";
import { createLimit } from "../host/limit.ts";
import { findDifferences } from "./compare.ts";
import type { Question } from "./question.ts";

/** Most variables that are tried: in the worst case each costs a few starts of buildx. */
const mostTried = 200;
/** buildx waits more than it computes. */
const askedAtOnce = 6;

export interface KeptVariables {
  /** The definition with a mark in every place of a variable. */
  readonly definition: BakeDefinition;
  readonly marks: ReadonlyMap<string, string>;
  readonly variables: Readonly<Record<string, string | VariableDefinition>>;
}

interface Tried {
  readonly variable: SourceVariable;
  /** Text that stands for its value. */
  readonly mark: string;
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
  const limit = createLimit(askedAtOnce);
  const ask = (question: Question): Promise<BakeDefinition | null> => limit(() => source.ask(question));
  const candidates = declared
    .filter((each) => isCandidate(each) && !isAskedFor(each.name, text))
    .slice(0, mostTried)
    .map((variable, index): Tried => ({ variable, mark: markOf(index, source.definition) }));
  if (candidates.length === 0) return keepNone(source.definition);
  const together = await ask({ vars: varsOf(candidates) });
  for (let left = await findLiteral(candidates); left.length > 0;) {
    const kept = await markAll(left);
    const wrong = kept === null ? left : await findWrong(left, kept);
    if (kept !== null && wrong.length === 0) return kept;
    left = left.filter((each) => !wrong.includes(each));
  }
  return keepNone(source.definition);

  /** Those whose value stands in the definition as it is: a mark in place of it changes those texts alone. */
  async function findLiteral(all: readonly Tried[]): Promise<readonly Tried[]> {
    const isLiteral = (marked: BakeDefinition | null, some: readonly Tried[]): boolean =>
      marked !== null && findDifferences(source.definition, filledIn(marked, some)).length === 0;
    const isUsed = ({ mark }: Tried, marked: BakeDefinition | null) => JSON.stringify(marked).includes(mark);
    if (isLiteral(together, all)) return all.filter((each) => isUsed(each, together));
    const alone = await Promise.all(all.map(({ variable, mark }) => ask({ vars: { [variable.name]: mark } })));
    return all.filter((each, index) => {
      const marked = alone[index] ?? null;
      return isLiteral(marked, [each]) && isUsed(each, marked);
    });
  }

  async function markAll(left: readonly Tried[]): Promise<KeptVariables | null> {
    const definition = left.length === candidates.length ? together : await ask({ vars: varsOf(left) });
    if (definition === null || left.some(({ mark }) => JSON.stringify(definition).includes(`$${mark}`))) return null;
    return {
      definition,
      marks: new Map(left.map(({ variable, mark }) => [mark, variable.name])),
      variables: Object.fromEntries(left.map(({ variable }) => [variable.name, definitionOf(variable, defaults)])),
    };
  }

  /** Those for which the source says something else, with another value, than its marked texts with that value. */
  async function findWrong(left: readonly Tried[], kept: KeptVariables): Promise<readonly Tried[]> {
    const input = compile(kept);
    if (input === null) return left;
    // Where a value is written as it is and nothing looks at it, no value is another one.
    if (left.every(({ variable }) => isPlainlyUsed(variable.name, text))) return [];
    const wrong = await Promise.all(oddValues.map((value) => findWrongFor(value)));
    return [...new Set(wrong.flat())];

    /** All at once, which is one question for most sources; one by one only those that stand where the two differ. */
    async function findWrongFor(value: string): Promise<readonly Tried[]> {
      const expected = await ask({ vars: varsOf(left, value) });
      const places = expected === null ? null : findDifferences(expected, filledIn(kept.definition, left, value));
      if (places?.length === 0) return [];
      const doubtful = places === null ? left : standingAt(places);
      const alone = await Promise.all(doubtful.map((each) => isWrong(each, value)));
      const found = doubtful.filter((_, index) => alone[index]);
      if (found.length > 0 || expected === null) return found;
      // They can differ together although none does alone.
      const made = await ask({ input: input as string, vars: varsOf(left, value) });
      return made !== null && findDifferences(expected, made).length === 0 ? [] : doubtful;
    }

    function standingAt(places: readonly string[]): readonly Tried[] {
      const texts = places.map((place) => textAt(kept.definition, place));
      const near = left.filter(({ mark }) => texts.some((each) => each.includes(mark)));
      return near.length > 0 ? near : left;
    }

    async function isWrong(each: Tried, value: string): Promise<boolean> {
      const { name } = each.variable;
      const expected = await ask({ vars: { [name]: value } });
      if (expected === null) return false;
      const others = left.filter((other) => other !== each);
      if (findDifferences(expected, filledIn(filledIn(kept.definition, others), [each], value)).length === 0)
        return false;
      // bake puts some values into an order or a form of its own, in what is made of them as well.
      const values = Object.fromEntries(left.map(({ variable }) => [variable.name, variable.value ?? ""]));
      const made = await ask({ input: input as string, vars: { ...values, [name]: value } });
      return made === null || findDifferences(expected, made).length > 0;
    }
  }
}

/** What stays where no variable does. */
export function keepNone(definition: BakeDefinition): KeptVariables {
  return { definition, marks: new Map(), variables: {} };
}

/** A definition with these marks replaced: by a value, else by what each variable has now. */
function filledIn(definition: BakeDefinition, some: readonly Tried[], value?: string): BakeDefinition {
  return some.reduce((each, { variable, mark }) => replaceText(each, mark, value ?? variable.value ?? ""), definition);
}

/**
 * Whether every use of a variable is its own text or a part of one, as `TAG` and `"v${TAG}"` are, and no function,
 * condition or loop sees it.
 */
function isPlainlyUsed(name: string, text: string): boolean {
  const code = text.replaceAll(/^\s*(?:#|\/\/).*$/gm, "");
  if (/\bfor\b|\bmatrix\b|\bfunction\b/.test(code)) return false;
  return [...code.matchAll(new RegExp(String.raw`(?<![\w-])${name}(?![\w-])`, "g"))].every(({ index }) => {
    const [before, after] = [code.slice(0, index), code.slice(index + name.length)];
    if (/\bvariable\s+"$/.test(before.slice(-40)) && after.startsWith('"')) return true;
    if (before.split("(").length !== before.split(")").length) return false;
    if (before.endsWith("${") && after.startsWith("}")) return true;
    return /[=[,{\n]\s*$/.test(before) && /^\s*(?:[,\]}=\n]|$)/.test(after) && !/^\s*==/.test(after);
  });
}

/** The value for all of them; the mark of each where there is none. */
function varsOf(some: readonly Tried[], value?: string): Record<string, string> {
  return Object.fromEntries(some.map(({ variable, mark }) => [variable.name, value ?? mark]));
}

/** What a definition says at a place of `findDifferences`. */
function textAt({ targets }: BakeDefinition, place: string): string {
  const [, name = "", key = ""] = /^target (.+?): (.+)$/.exec(place) ?? [];
  const target = targets[name];
  return JSON.stringify(target?.[key as keyof typeof target] ?? target ?? null);
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
  return [...checkVariableNames(createContext({ config, data: config, dir: "", allowsInsecure: false }))].length === 0;
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
