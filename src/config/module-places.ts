import { readFileSync } from "node:fs";
import type { Span } from "../diagnostics/error.ts";
import { readTokens, type Token } from "./module-tokens.ts";
import { type Path, type Source, type SpanOptions, spanOfOffset } from "./source-map.ts";

/** Where a value of a config stands in the text of its module; offsets are UTF-16, `end` is exclusive. */
export interface ModulePlace {
  /** Of the value, or of its key where that was asked for or the value is not written out there. */
  readonly start: number;
  readonly end: number;
}

/** Names that stand for others, one after the other. */
const mostSteps = 20;

interface Entry {
  /** Offset of the key; null for an item of a list. */
  readonly key: number | null;
  /** Index of the value's first token. */
  readonly at: number;
}

/**
 * The place of what `export default` says at the path, as far as it is written out: maps and lists, names of constants of the
 * same file, spreads of those. For the rest it is the nearest place on the way. Null where not even the first key is found.
 * A config is run and not read, so this is a help for people and nothing else may rest on it.
 */
export function findInModule(text: string, path: Path, { atKey = false }: SpanOptions = {}): ModulePlace | null {
  const tokens = readTokens(text);
  const root = tokens === null ? null : findDefault(tokens);
  if (tokens === null || root === null) return null;
  let at = root;
  let found: Entry | null = null;
  for (const [index, part] of path.entries()) {
    const next = resolveValue(tokens, at, (value) => findEntry(tokens, value, part));
    if (next === null) return found === null ? null : placeOf(tokens, found, true);
    found = next;
    at = next.at;
    if (index === path.length - 1) return placeOf(tokens, found, atKey);
  }
  return null;
}

function placeOf(tokens: readonly Token[], { key, at }: Entry, atKey: boolean): ModulePlace | null {
  const first = tokens[at];
  const last = tokens[endOfValue(tokens, at) - 1];
  if (first === undefined || last === undefined) return null;
  return { start: atKey && key !== null ? key : first.start, end: last.end };
}

/** Index of the first token of the default export, or of what `defineConfig` is given there. */
function findDefault(tokens: readonly Token[]): number | null {
  const index = tokens.findIndex((token, at) => isWord(token, "export") && isWord(tokens[at + 1], "default"));
  return index === -1 ? null : index + 2;
}

/** Tries a value, and where it is a name, a call or in brackets what that stands for. */
function resolveValue(
  tokens: readonly Token[],
  start: number,
  find: (at: number) => Entry | null,
  steps = 0,
): Entry | null {
  let at = start;
  while (isSign(tokens[at], "(")) at += 1;
  const token = tokens[at];
  if (token === undefined || steps > mostSteps) return null;
  if (isSign(token, "[") || isSign(token, "{")) return find(at) ?? findInSpreads(tokens, at, { find, steps });
  if (token.kind !== "word") return null;
  if (isWord(token, "defineConfig")) {
    const open = tokens.findIndex((each, index) => index > at && isSign(each, "("));
    return open === -1 ? null : resolveValue(tokens, open + 1, find, steps + 1);
  }
  // What is called or taken from something is not written out.
  const next = tokens[at + 1];
  if (next !== undefined && (isSign(next, "(") || isSign(next, "."))) return null;
  const value = findConstant(tokens, token.text);
  return value === null ? null : resolveValue(tokens, value, find, steps + 1);
}

/** The last spread counts first. */
function findInSpreads(
  tokens: readonly Token[],
  open: number,
  { find, steps }: { readonly find: (at: number) => Entry | null; readonly steps: number },
): Entry | null {
  if (isSign(tokens[open], "[")) return null;
  for (const at of partsOf(tokens, open).toReversed()) {
    const found = isSign(tokens[at], "...") ? resolveValue(tokens, at + 1, find, steps + 1) : null;
    if (found !== null) return found;
  }
  return null;
}

/** Index of the first token of what a constant is set to. */
function findConstant(tokens: readonly Token[], name: string): number | null {
  const declared = tokens.findIndex(
    (token, at) => ["const", "let", "var"].some((kind) => isWord(tokens[at - 1], kind)) && isWord(token, name),
  );
  if (declared === -1) return null;
  for (let at = declared + 1; at < tokens.length && !isSign(tokens[at], ";"); at += 1) {
    if (isSign(tokens[at], "=")) return at + 1;
  }
  return null;
}

function findEntry(tokens: readonly Token[], open: number, part: string | number): Entry | null {
  const parts = partsOf(tokens, open);
  if (isSign(tokens[open], "[")) {
    // What comes behind a spread has another number than it seems.
    const before = parts.slice(0, Number(part) + 1);
    const at =
      typeof part === "number" && !before.some((each) => isSign(tokens[each], "...")) ? parts[part] : undefined;
    return at === undefined ? null : { key: null, at };
  }
  const at = parts.findLast((each) => {
    const { kind, text } = tokens[each] ?? {};
    return kind !== undefined && kind !== "sign" && text === String(part);
  });
  if (at === undefined) return null;
  const next = tokens[at + 1];
  const key = tokens[at]?.start ?? null;
  if (next !== undefined && isSign(next, ":")) return { key, at: at + 2 };
  return next !== undefined && (isSign(next, ",") || isSign(next, "}")) ? { key, at } : null;
}

/** Indexes of the first tokens of what the commas of a map or list part. */
function partsOf(tokens: readonly Token[], open: number): readonly number[] {
  const parts: number[] = [];
  for (let at = open + 1; at < tokens.length;) {
    if (isSign(tokens[at], "}") || isSign(tokens[at], "]")) break;
    parts.push(at);
    at = endOfValue(tokens, at);
    if (!isSign(tokens[at], ",")) break;
    at += 1;
  }
  return parts;
}

/** Index of the comma, semicolon or closing bracket behind a value. */
function endOfValue(tokens: readonly Token[], start: number): number {
  let depth = 0;
  for (let at = start; at < tokens.length; at += 1) {
    const { kind, text = "" } = tokens[at] ?? {};
    if (kind !== "sign") continue;
    if (["(", "[", "{"].includes(text)) depth += 1;
    else if ([")", "]", "}"].includes(text)) {
      if (depth === 0) return at;
      depth -= 1;
    } else if (depth === 0 && (text === "," || text === ";")) return at;
  }
  return tokens.length;
}

function isSign(token: Token | undefined, text: string): boolean {
  return token?.kind === "sign" && token.text === text;
}

function isWord(token: Token | undefined, text: string): boolean {
  return token?.kind === "word" && token.text === text;
}

/** Each file is read once: a config may have many findings. */
const texts = new Map<string, string | null>();

/** The place of a value of a module, for people. Undefined for another source, or where the text does not tell. */
export function spanInModule({ file, shownFile, text }: Source, path: Path, options: SpanOptions): Span | undefined {
  if (text !== null || file === "") return undefined;
  let own = texts.get(file);
  if (own === undefined) {
    try {
      own = readFileSync(file, "utf8");
    } catch {
      own = null;
    }
    texts.set(file, own);
  }
  const place = own === null ? null : findInModule(own, path, options);
  if (own === null || place === null) return undefined;
  const found = options.needle === undefined ? -1 : own.indexOf(options.needle, place.start);
  return spanOfOffset(own, shownFile, found !== -1 && found < place.end ? found : place.start);
}
