import { replacePattern, trimPrefix, trimSuffix } from "./shell-patterns.ts";

/** Value of a variable: a string, undefined where it is not set, null where nobody can tell. */
export type Lookup = (name: string) => string | undefined | null;

export interface LexOptions {
  /** The escape character. */
  readonly escape: string;
  readonly lookup: Lookup;
  /** Quotes and escapes stay in the result. */
  readonly isRaw?: boolean;
  /** A variable that is not set stays as written instead of becoming empty. */
  readonly keepsUnset?: boolean;
}

export interface Lexed {
  /** The text with variables replaced. */
  readonly text: string;
  /** The same, split at blanks outside of quotes. */
  readonly words: readonly string[];
}

/** Thrown inside this module only: the text is no shell word, or holds what cannot be told. */
const unreadable = Symbol("unreadable");

/**
 * Reads quotes, escapes, `$X`, `${X}` and its substitutions (`:-`, `-`, `:+`, `+`, `:?`, `?`, `#`, `##`, `%`, `%%`, `/`, `//`)
 * as BuildKit's `shell.Lex` does. Null where the text is not well formed, or needs a variable that nobody can tell.
 * https://docs.docker.com/reference/dockerfile/#environment-replacement
 */
export function lexWords(source: string, options: LexOptions): Lexed | null {
  const reader: Reader = { source, at: 0, options, keepsEscapes: options.isRaw === true };
  try {
    return readUntil(reader, "");
  } catch (error) {
    if (error === unreadable) return null;
    throw error;
  }
}

interface Reader {
  readonly source: string;
  at: number;
  readonly options: LexOptions;
  /** Escapes stay in the result; another part of a substitution may have it otherwise. */
  keepsEscapes: boolean;
}

/** Go's unicode.IsSpace. */
const blank = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** @param isPattern quoted escapes are doubled, so that they can be read once more as those of a pattern */
function readUntil(reader: Reader, stop: string, isPattern = false): Lexed {
  const { source, options } = reader;
  const words: string[] = [];
  let text = "";
  let word = "";
  const take = (part: string) => {
    word += part;
    text += part;
  };
  const takeSplit = (part: string) => {
    for (const character of part) {
      if (!blank.test(character)) word += character;
      else if (word !== "") {
        words.push(word);
        word = "";
      }
    }
    text += part;
  };
  while (reader.at < source.length) {
    const character = source.charAt(reader.at);
    if (character === stop) {
      reader.at += 1;
      if (word !== "") words.push(word);
      return { text, words };
    }
    if (character === "'") take(readSingleQuoted(reader, isPattern));
    else if (character === '"') take(readDoubleQuoted(reader, isPattern));
    else if (character === "$") takeSplit(readVariable(reader));
    else if (source.startsWith("<<", reader.at)) {
      // Blanks between `<<` and the name of a heredoc belong to the word.
      const [operator = ""] = /^<<[\t\r ]*/.exec(source.slice(reader.at)) ?? [];
      reader.at += operator.length;
      take(operator);
    } else if (character === options.escape) {
      reader.at += 1;
      if (reader.keepsEscapes) take(character);
      if (reader.at < source.length) take(source.charAt(reader.at));
      reader.at += 1;
    } else {
      reader.at += 1;
      takeSplit(character);
    }
  }
  if (stop !== "") throw unreadable;
  if (word !== "") words.push(word);
  return { text, words };
}

/** A part of a substitution. */
function readPart(
  reader: Reader,
  stop: string,
  { keepsEscapes, isPattern }: { readonly keepsEscapes: boolean; readonly isPattern: boolean },
): string {
  const before = reader.keepsEscapes;
  reader.keepsEscapes = keepsEscapes;
  const { text } = readUntil(reader, stop, isPattern);
  reader.keepsEscapes = before;
  return text;
}

function readSingleQuoted(reader: Reader, isPattern: boolean): string {
  const end = reader.source.indexOf("'", reader.at + 1);
  if (end === -1) throw unreadable;
  const { escape } = reader.options;
  const written = reader.source.slice(reader.at + 1, end);
  const inner = isPattern ? written.replaceAll(escape, escape + escape) : written;
  reader.at = end + 1;
  return reader.options.isRaw === true ? `'${inner}'` : inner;
}

function readDoubleQuoted(reader: Reader, isPattern: boolean): string {
  const { source, options } = reader;
  const quote = options.isRaw === true ? '"' : "";
  let text = quote;
  reader.at += 1;
  while (reader.at < source.length) {
    const character = source.charAt(reader.at);
    if (character === '"') {
      reader.at += 1;
      return text + quote;
    }
    if (character === "$") {
      text += readVariable(reader);
      continue;
    }
    reader.at += 1;
    if (character !== options.escape) {
      text += character;
      continue;
    }
    const next = source.charAt(reader.at);
    if (next === "") continue;
    // Only these can be escaped here; before all else the escape character stands for itself.
    const isEscaped = next === '"' || next === "$" || next === options.escape;
    if (isEscaped) {
      text += reader.keepsEscapes ? character + next : next;
      reader.at += 1;
    } else {
      text += reader.keepsEscapes && (quote === "" || isPattern) ? character + character : character;
    }
  }
  throw unreadable;
}

function readVariable(reader: Reader): string {
  const { source, options } = reader;
  reader.at += 1;
  const isBraced = source.charAt(reader.at) === "{";
  if (isBraced) reader.at += 1;
  const [name = ""] = /^(?:\p{Nd}+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*)/u.exec(source.slice(reader.at)) ?? [];
  if (!isBraced) {
    reader.at += name.length;
    if (name === "") return "$";
    return valueOf(name, options) ?? (options.keepsUnset === true ? `$${name}` : "");
  }
  if ("{}:".includes(source.charAt(reader.at))) throw unreadable;
  reader.at += name.length;
  const [operator = ""] = /^(?:\}|:?[-+?]|[#%]|\/\/?)/.exec(source.slice(reader.at)) ?? [];
  if (operator === "") throw unreadable;
  reader.at += operator.length;
  return readSubstitution(reader, name, operator);
}

/** From behind the operator on. */
function readSubstitution(reader: Reader, name: string, operator: string): string {
  const { options } = reader;
  const isCut = operator === "#" || operator === "%";
  const isReplaced = operator.startsWith("/");
  const isPattern = isCut || isReplaced;
  const word = operator === "}" ? "" : readPart(reader, isReplaced ? "/" : "}", { keepsEscapes: isPattern, isPattern });
  const replacement = isReplaced ? readPart(reader, "}", { keepsEscapes: true, isPattern: false }) : "";
  const found = valueOf(name, options);
  if (found === undefined && options.keepsUnset === true) {
    if (operator === "}") return `\${${name}}`;
    return `\${${name}${isReplaced ? `/${word}/${replacement}` : operator + word}}`;
  }
  const value = found ?? "";
  if (operator === "}") return value;
  if (isReplaced) return known(replacePattern(value, { pattern: word, replacement, isAll: operator === "//" }));
  if (isCut) {
    const isGreedy = word.startsWith(operator);
    return known((operator === "#" ? trimPrefix : trimSuffix)(value, isGreedy ? word.slice(1) : word, isGreedy));
  }
  const isSet = found !== undefined && !(operator.startsWith(":") && value === "");
  if (operator.endsWith("-")) return isSet ? value : word;
  if (operator.endsWith("+")) return isSet ? word : "";
  return known(isSet ? value : null);
}

function known(value: string | null): string {
  if (value === null) throw unreadable;
  return value;
}

function valueOf(name: string, options: LexOptions): string | undefined {
  const value = options.lookup(name);
  if (value === null) throw unreadable;
  return value;
}
