import { emitBakeFile } from "../bake/emit.ts";
import type { BakeDefinition } from "../bake/printed.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { findDifferences } from "./compare.ts";
import { lostPlaceholder, type Placeholders } from "./placeholders.ts";
import type { Question } from "./question.ts";
import type { Settled } from "./settle-rules.ts";
import { keepNone, type KeptVariables } from "./variables.ts";
import type { Volatile } from "./volatile.ts";

export interface Fitting {
  /** What the source builds. */
  readonly definition: BakeDefinition;
  readonly placeholders: Placeholders;
  readonly variables: KeptVariables;
  readonly volatile: Volatile;
  /** @throws BkcacheError where a config cannot hold it */
  readonly settle: (kept: KeptVariables, heirs: Placeholders["heirs"]) => Settled;
  /** Asks with the values that the kept variables have now. */
  readonly ask: (question: Question, kept: KeptVariables) => Promise<BakeDefinition | null>;
}

export interface FittedConversion {
  readonly kept: KeptVariables;
  readonly settled: Settled;
  /** Where what the config compiles to builds something else; null where bake does not take it. */
  readonly differences: readonly string[] | null;
  /** Placeholders that no longer reach all that they did. */
  readonly lost: readonly Diagnostic[];
}

/**
 * Has bake read what the config compiles to, with placeholders empty and filled, and compares. What does not come back
 * equal is given up: first an heir of placeholders, which is then written flat, then the variables.
 */
export async function fitConversion(fitting: Fitting): Promise<FittedConversion> {
  const { definition, placeholders, volatile, settle, ask } = fitting;
  let { heirs } = placeholders;
  let kept = fitting.variables;
  const unreached = new Set<string>();
  for (;;) {
    const settled = settleOrNull(settle, kept, heirs);
    if (settled !== null) {
      const input = emitBakeFile(settled.plan);
      const fillings = heirs.size === 0 ? [] : placeholders.fillings;
      const answers = await Promise.all(
        [undefined, ...fillings].map((filling) => ask({ input, ...(filling && { overlay: filling.overlay }) }, kept)),
      );
      const pairs = answers.map((answer, index) => {
        const expected = index === 0 ? definition : (fillings[index - 1]?.definition ?? definition);
        return answer === null ? null : findDifferences(volatile.pin(expected), volatile.pin(answer));
      });
      const differences = pairs[0] ?? null;
      const wrong = pairs.flat().filter((each) => each !== null && !volatile.places.includes(each)) as string[];
      if (!pairs.includes(null) && wrong.length === 0) return { kept, settled, differences: [], lost: lostFrom() };
      const given = wrongHeirs(heirs, pairs.includes(null) ? null : wrong);
      for (const each of pairs.includes(null) ? heirs.keys() : wrong.map(nameIn)) unreached.add(each);
      if (given.size > 0) heirs = new Map([...heirs].filter(([heir]) => !given.has(heir)));
      else if (Object.keys(kept.variables).length > 0 && (differences === null || differences.length > 0)) {
        kept = keepNone(definition);
      } else return { kept, settled, differences, lost: lostFrom() };
    } else if (heirs.size > 0) {
      for (const heir of heirs.keys()) unreached.add(heir);
      heirs = new Map();
    } else if (Object.keys(kept.variables).length > 0) kept = keepNone(definition);
    // What no rule allows is said by the same call.
    else return { kept, settled: settle(kept, heirs), differences: [], lost: lostFrom() };
  }

  function lostFrom(): readonly Diagnostic[] {
    const all = placeholders.heirs;
    const names = [...new Set([...all.values()].flatMap((layers) => layers.placeholders))];
    return names.flatMap((name) => {
      // Also what does not inherit the placeholder may look at it, as `target.NAME.tags`.
      const gone = [...unreached].filter((each) => all.get(each)?.placeholders.includes(name) ?? !names.includes(each));
      return gone.length === 0 ? [] : [lostPlaceholder(name, gone)];
    });
  }
}

function settleOrNull(settle: Fitting["settle"], kept: KeptVariables, heirs: Placeholders["heirs"]): Settled | null {
  try {
    return settle(kept, heirs);
  } catch (error) {
    if (error instanceof BkcacheError) return null;
    throw error;
  }
}

/** Heirs that differ; all where bake refuses, or where a group is another one. */
function wrongHeirs(heirs: Placeholders["heirs"], wrong: readonly string[] | null): ReadonlySet<string> {
  const isAll = wrong === null || wrong.some((each) => each.startsWith("group "));
  const names = wrong?.map(nameIn) ?? [];
  return new Set([...heirs.keys()].filter((heir) => isAll || names.includes(heir)));
}

function nameIn(difference: string): string {
  return /^\S+ ([^:]+)/.exec(difference)?.[1] ?? "";
}
