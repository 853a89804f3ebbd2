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
  const none: KeptVariables = { definition: source.definition, marks: new Map(), variables: {} };
  const limit = createLimit(askedAtOnce);
  const ask = (question: Question): Promise<BakeDefinition | null> => limit(() => source.ask(question));
  const candidates = declared
    .filter((each) => isCandidate(each) && !isAskedFor(each.name, text))
    .slice(0, mostTried)
    .map((variable, index): Tried => ({ variable, mark: markOf(index, source.definition) }));
  for (let left = await findLiteral(candidates); left.length > 0;) {
    const kept = await markAll(left);
    const wrong = kept === null ? left : await findWrong(left, kept);
    if (kept !== null && wrong.length === 0) return kept;
    left = left.filter((each) => !wrong.includes(each));
  }
  return none;

  /** Those whose value stands in the definition as it is: a mark in place of it changes those texts alone. */
  async function findLiteral(all: readonly Tried[]): Promise<readonly Tried[]> {
    const isLiteral = (marked: BakeDefinition | null, some: readonly Tried[]): boolean => {
      if (marked === null) return false;
      const replaced = some.reduce((each, { variable, mark }) => replaceText(each, mark, variable.value ?? ""), marked);
      return findDifferences(source.definition, replaced).length === 0;
    };
    const together = await ask({ vars: varsOf(all) });
    const isUsed = ({ mark }: Tried, marked: BakeDefinition | null) => JSON.stringify(marked).includes(mark);
    if (isLiteral(together, all)) return all.filter((each) => isUsed(each, together));
    const alone = await Promise.all(all.map(({ variable, mark }) => ask({ vars: { [variable.name]: mark } })));
    return all.filter((each, index) => {
      const marked = alone[index] ?? null;
      return isLiteral(marked, [each]) && isUsed(each, marked);
    });
  }

  async function markAll(left: readonly Tried[]): Promise<KeptVariables | null> {
    const definition = await ask({ vars: varsOf(left) });
    if (definition === null || left.some(({ mark }) => JSON.stringify(definition).includes(`$${mark}`))) return null;
    return {
      definition,
      marks: new Map(left.map(({ variable, mark }) => [mark, variable.name])),
      variables: Object.fromEntries(left.map(({ variable }) => [variable.name, definitionOf(variable, defaults)])),
    };
  }

  /** Those for which the compiled file says something else than the source, with a value or with none. */
  async function findWrong(left: readonly Tried[], kept: KeptVariables): Promise<readonly Tried[]> {
    const compiled = compile(kept);
    if (compiled === null) return left;
    const input: string = compiled;
    const values = Object.fromEntries(left.map(({ variable: { name, value = "" } }) => [name, value]));
    const now = await ask({ input, vars: values });
    if (now === null || findDifferences(source.definition, now).length > 0) return left;
    const wrong = new Set<Tried>();
    for (const value of [undefined, ...oddValues]) for (const each of await findWrongFor(value)) wrong.add(each);
    return [...wrong];

    /** All at once, which is one question for most sources; one by one only those that stand where the two differ. */
    async function findWrongFor(value: string | undefined): Promise<readonly Tried[]> {
      const vars = varsOf(left, value);
      const [expected, made] = await Promise.all([ask({ vars }), ask({ input, vars })]);
      const doubtful = expected === null || made === null ? left : standingAt(findDifferences(expected, made));
      const alone = await Promise.all(doubtful.map((each) => isWrong(each, value)));
      const found = doubtful.filter((_, index) => alone[index]);
      // They can differ together although none does alone.
      return found.length === 0 && expected !== null ? doubtful : found;
    }

    function standingAt(places: readonly string[]): readonly Tried[] {
      if (places.length === 0) return [];
      const texts = places.map((place) => textAt(kept.definition, place));
      const near = left.filter(({ mark }) => texts.some((each) => each.includes(mark)));
      return near.length > 0 ? near : left;
    }

    async function isWrong({ variable: { name }, mark }: Tried, value: string | undefined): Promise<boolean> {
      const expected = await ask({ vars: { [name]: value ?? mark } });
      if (expected === null) return false;
      const made = await ask({ input, vars: { ...values, [name]: value ?? mark } });
      return made === null || findDifferences(expected, made).length > 0;
    }
  }
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
