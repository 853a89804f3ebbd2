import type { Range } from "../model.ts";
import { type Edit, headOf, type LintFile } from "./rule.ts";
import type { Step } from "./walk.ts";

/** Between words of a command: blanks, and a line that goes on. */
const gap = String.raw`(?:[ \t]|\\\r?\n)+`;

function patternOf(words: readonly string[]): string {
  return words.map((word) => `["']?${word.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}["']?`).join(gap);
}

function matches({ dockerfile }: LintFile, { instruction }: Step, pattern: string): readonly Range[] {
  const { flagsEnd, range } = instruction;
  const text = dockerfile.text.slice(flagsEnd, range.end);
  return [...text.matchAll(new RegExp(pattern, "g"))].map(({ index, 0: { length } }) => {
    return { start: flagsEnd + index, end: flagsEnd + index + length };
  });
}

/** Where the words of a command stand in its RUN, as near as their first can tell; else the instruction's own word. */
export function placeOfWords(file: LintFile, step: Step, words: readonly string[]): Range {
  for (const count of [words.length, 2, 1]) {
    if (count > words.length || count === 0) continue;
    const [found] = matches(file, step, `(?<![\\w-])${patternOf(words.slice(0, count))}(?![\\w-])`);
    if (found !== undefined) return found;
  }
  return headOf(step);
}

/** Takes a word away, with the blanks before it, wherever it stands; nothing where it stands another number of times. */
export function withoutWord(file: LintFile, step: Step, word: string, count: number): readonly Edit[] {
  const found = matches(file, step, `[ \\t]+${patternOf([word])}(?=\\s|$|[;&|)])`);
  return found.length === count ? found.map((range) => edit(range, "")) : [];
}

/** The same, with another word in its place. */
export function withWord(
  file: LintFile,
  step: Step,
  { word, other, count }: { readonly word: string; readonly other: string; readonly count: number },
): readonly Edit[] {
  const found = matches(file, step, `(?<=[ \\t])${patternOf([word])}(?=\\s|$|[;&|)])`);
  return found.length === count ? found.map((range) => edit(range, other)) : [];
}

/** Takes a command away that follows another by `&&` or `;`, or has a line of a script; nothing where it stands otherwise. */
export function withoutCommand(file: LintFile, step: Step, words: readonly string[]): readonly Edit[] {
  const joint = String.raw`(?:[ \t]|\\\r?\n)*`;
  const next = String.raw`(?=${joint}(?:&&|;|$))(?!${joint}\|\|)`;
  const joined = matches(file, step, `${joint}(?:&&|;)${joint}${patternOf(words)}${next}`);
  if (joined.length === 1) return joined.map((range) => edit(range, ""));
  const { heredocs } = step.instruction;
  const lines = matches(file, step, `(?<=\n)[ \\t]*${patternOf(words)}[ \\t]*;?[ \\t]*\\r?\n`).filter((range) =>
    heredocs.some((heredoc) => range.start >= heredoc.range.start && range.end <= heredoc.range.end),
  );
  return lines.length === 1 ? lines.map((range) => edit(range, "")) : [];
}

function edit({ start, end }: Range, text: string): Edit {
  return { start, end, text };
}
