import { lexWords } from "./shell-words.ts";

/** What a `<<NAME` in an instruction announces. */
export interface HeredocStart {
  readonly name: string;
  /** Whether variables in its lines are replaced: no part of the name is quoted. */
  readonly isExpanded: boolean;
  /** `<<-`: leading tabs go away. */
  readonly isChomped: boolean;
}

// BuildKit takes the backslash here, whatever the escape directive says.
const lexer = { escape: "\\", lookup: () => undefined, keepsUnset: true } as const;

/** The heredocs that one line (continuations removed) begins, in order. None where its quotes are not closed. */
export function findHeredocs(line: string): readonly HeredocStart[] {
  if (!line.includes("<<")) return [];
  const words = lexWords(line, { ...lexer, isRaw: true })?.words ?? [];
  return words.map(readHeredoc).filter((heredoc) => heredoc !== null);
}

function readHeredoc(word: string): HeredocStart | null {
  const [, dash, rest] = /^\d*<<(-?)\s*([^<]*)$/.exec(word) ?? [];
  if (rest === undefined || rest === "") return null;
  const [name, ...more] = lexWords(rest, lexer)?.words ?? [];
  if (name === undefined || more.length > 0) return null;
  return { name, isExpanded: countQuotes(name) === countQuotes(rest), isChomped: dash === "-" };
}

function countQuotes(text: string): number {
  return text.replaceAll(/[^'"]/g, "").length;
}
