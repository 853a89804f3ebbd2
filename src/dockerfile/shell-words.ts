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
 * Reads quotes, escapes, `$X`, `${X}`, `${X:-d}`, `${X-d}`, `${X:+d}`, `${X+d}` and `${X:?m}` as BuildKit's
 * `shell.Lex` does. Null where the text is not well formed, needs a variable that nobody can tell, or cuts a pattern
 * out of a value (`${X#p}`, `${X/p/r}`).
 */
export function lexWords(source: string, options: LexOptions): Lexed | null {
  const reader: Reader = { source, at: 0, options };
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
}

const blank = /\s/;

function readUntil(reader: Reader, stop: string): Lexed {
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
    if (character === "'") take(readSingleQuoted(reader));
    else if (character === '"') take(readDoubleQuoted(reader));
    else if (character === "$") takeSplit(readVariable(reader));
    else if (source.startsWith("<<", reader.at)) {
      // Blanks between `<<` and the name of a heredoc belong to the word.
      const [operator = ""] = /^<<\s*/.exec(source.slice(reader.at)) ?? [];
      reader.at += operator.length;
      take(operator);
    } else if (character === options.escape) {
      reader.at += 1;
      if (options.isRaw === true) take(character);
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

function readSingleQuoted(reader: Reader): string {
  const end = reader.source.indexOf("'", reader.at + 1);
  if (end === -1) throw unreadable;
  const inner = reader.source.slice(reader.at + 1, end);
  reader.at = end + 1;
  return reader.options.isRaw === true ? `'${inner}'` : inner;
}

function readDoubleQuoted(reader: Reader): string {
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
    if (!isEscaped || options.isRaw === true) text += character;
    if (isEscaped) {
      text += next;
      reader.at += 1;
    }
  }
  throw unreadable;
}

function readVariable(reader: Reader): string {
  const { source, options } = reader;
  const start = reader.at;
  reader.at += 1;
  const isBraced = source.charAt(reader.at) === "{";
  if (isBraced) reader.at += 1;
  const [name = ""] = /^(?:\d+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*)/u.exec(source.slice(reader.at)) ?? [];
  reader.at += name.length;
  if (!isBraced) {
    if (name === "") return "$";
    return valueOf(name, options) ?? (options.keepsUnset === true ? `$${name}` : "");
  }
  if (name === "") throw unreadable;
  if (source.charAt(reader.at) === "}") {
    reader.at += 1;
    return valueOf(name, options) ?? (options.keepsUnset === true ? source.slice(start, reader.at) : "");
  }
  const isNullUnset = source.charAt(reader.at) === ":";
  if (isNullUnset) reader.at += 1;
  const operator = source.charAt(reader.at);
  if (!"-+?#%/".includes(operator) || operator === "" || (isNullUnset && "#%/".includes(operator))) throw unreadable;
  reader.at += 1;
  const word = readUntil(reader, "}").text;
  const value = valueOf(name, options);
  if (value === undefined && options.keepsUnset === true) return source.slice(start, reader.at);
  const isSet = value !== undefined && !(isNullUnset && value === "");
  switch (operator) {
    case "-":
      return isSet ? value : word;
    case "+":
      return isSet ? word : "";
    case "?":
      if (isSet) return value;
      throw unreadable;
    default:
      throw unreadable;
  }
}

function valueOf(name: string, options: LexOptions): string | undefined {
  const value = options.lookup(name);
  if (value === null) throw unreadable;
  return value;
}
