/** One flag in front of the arguments; `start` and `end` are indexes in the text that was split. */
interface FlagWord {
  readonly name: string;
  /** Quotes and escapes removed; null without `=`. */
  readonly value: string | null;
  readonly start: number;
  readonly end: number;
}

export interface SplitFlags {
  readonly flags: readonly FlagWord[];
  /** Index where the arguments begin; the length of the text where there are none. */
  readonly argsStart: number;
}

const space = /\s/;

/**
 * The flags at the beginning of what follows an instruction's name, as BuildKit's `extractBuilderFlags` takes them:
 * words that begin with `--`, up to the first that does not, or a `--` alone. A quote may stand anywhere in a word.
 */
export function splitFlags(text: string, escape: string): SplitFlags {
  const flags: FlagWord[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && space.test(text.charAt(at))) at += 1;
    if (!text.startsWith("--", at)) return { flags, argsStart: at };
    const start = at;
    const word = readWord(text, start, escape);
    at = word.end;
    if (word.text === "--") {
      while (at < text.length && space.test(text.charAt(at))) at += 1;
      return { flags, argsStart: at };
    }
    const equals = word.text.indexOf("=");
    const name = word.text.slice(2, equals === -1 ? undefined : equals);
    flags.push({ name, value: equals === -1 ? null : word.text.slice(equals + 1), start, end: at });
  }
}

function readWord(text: string, start: number, escape: string): { readonly text: string; readonly end: number } {
  let word = "";
  let quote = "";
  let at = start;
  for (; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote === "" ? space.test(character) : character === quote) {
      if (quote === "") break;
      quote = "";
    } else if (quote === "" && (character === '"' || character === "'")) {
      quote = character;
    } else if (character === escape) {
      // One at the end of the text is dropped.
      at += 1;
      word += text.charAt(at);
    } else {
      word += character;
    }
  }
  return { text: word, end: Math.min(at, text.length) };
}
