import type { Diagnostic, Span } from "../diagnostics/error.ts";

/** Keys and indexes that lead from the top of a config to a value. */
export type Path = readonly (string | number)[];

/** A value of a YAML or JSON file with its place: offsets are UTF-16, `end` is exclusive. */
export interface SourceNode {
  readonly value: unknown;
  readonly start: number;
  readonly end: number;
  readonly entries?: ReadonlyMap<string, SourceEntry>;
  readonly items?: readonly SourceNode[];
  /** Number of values in it, aliases followed. */
  readonly size: number;
  /** Levels of maps and lists below it, itself included. */
  readonly height: number;
}

export interface SourceEntry {
  readonly start: number;
  readonly end: number;
  readonly node: SourceNode;
}

/** One config file as read. */
export interface Source {
  /** Absolute. */
  readonly file: string;
  /** As findings show it: relative to where the command runs. */
  readonly shownFile: string;
  /** Folder that relative paths of the file start from. */
  readonly dir: string;
  /** Plain data: maps, lists, strings, finite numbers, booleans and null. */
  readonly value: unknown;
  /** Null for a module, whose values have no place in the text. */
  readonly text: string | null;
  readonly root: SourceNode | null;
}

/** Something wrong in the text of one file, before it is known how files go together. */
export interface Problem {
  readonly code: "BK2003" | "BK2006" | "BK2009" | "BK2014";
  readonly message: string;
  readonly hint?: string;
  readonly path: Path;
  /** Null where the file is a module. */
  readonly offset: number | null;
}

export interface ReadResult {
  /** Null where the text cannot be read. */
  readonly root: SourceNode | null;
  readonly problems: readonly Problem[];
}

/** How deep a config may nest, and how many values it may hold with aliases and shared objects written out. */
export const limits = { bytes: 8 * 1024 * 1024, depth: 64, values: 1_000_000, copied: 100_000 } as const;

/** Whether a key would reach into JavaScript's object prototype when a config is read as a map. */
export function isPrototypeKey(key: string): boolean {
  return key in Object.prototype;
}

export function tooDeep(path: Path, offset: number | null): Problem {
  // The path itself would be as long as the nesting.
  return {
    code: "BK2006",
    message: `the config nests more than ${limits.depth} levels`,
    path: path.slice(0, 4),
    offset,
  };
}

export function forbiddenKey(key: string): Pick<Problem, "code" | "message" | "hint"> {
  return {
    code: "BK2009",
    message: `the key ${JSON.stringify(key)} is not allowed`,
    hint: "it is a name of JavaScript's object prototype; choose another",
  };
}

/** Characters that would move the cursor or reorder what a terminal shows. */
// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A text for people in which nothing moves the cursor or reorders what a terminal shows. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

export function formatPath(path: Path): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (!/^[\w$-]+$/.test(part)) text += `[${JSON.stringify(part)}]`;
    else text += text === "" ? part : `.${part}`;
  }
  return text;
}

/** Reads what `formatPath` writes. */
export function parsePath(text: string): Path {
  const parts: (string | number)[] = [];
  for (const match of text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g)) {
    if (match[1] !== undefined) parts.push(Number(match[1]));
    else if (match[2] !== undefined) parts.push(JSON.parse(match[2]) as string);
    else if (match[3] !== undefined) parts.push(match[3]);
  }
  return parts;
}

/** Whether the file itself says a value at the path. */
export function hasPath(source: Source, path: Path): boolean {
  let value = source.value;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return false;
    value = (value as Record<string | number, unknown>)[part];
  }
  return true;
}

export interface SpanOptions {
  /** The key instead of its value. */
  readonly atKey?: boolean;
  /** Text inside the value to point at, where the file has it letter by letter. */
  readonly needle?: string;
}

/** The place of a value in its file. Undefined for a module, or where the file does not say the path. */
export function spanAt(source: Source, path: Path, options: SpanOptions = {}): Span | undefined {
  if (source.root === null || source.text === null) return undefined;
  let node = source.root;
  let start = node.start;
  for (const [i, part] of path.entries()) {
    if (typeof part === "number") {
      const item = node.items?.[part];
      if (item === undefined) return undefined;
      node = item;
      start = node.start;
    } else {
      const entry = node.entries?.get(part);
      if (entry === undefined) return undefined;
      node = entry.node;
      start = options.atKey === true && i === path.length - 1 ? entry.start : node.start;
    }
  }
  if (options.needle !== undefined) {
    const found = source.text.indexOf(options.needle, node.start);
    if (found !== -1 && found < node.end) start = found;
  }
  return spanOfOffset(source.text, source.shownFile, start);
}

export function spanOfOffset(text: string, file: string, offset: number): Span {
  const at = Math.min(offset, text.length);
  const lineStart = text.lastIndexOf("\n", at - 1) + 1;
  let line = 1;
  for (let i = text.indexOf("\n"); i !== -1 && i < lineStart; i = text.indexOf("\n", i + 1)) line += 1;
  const lineEnd = text.indexOf("\n", lineStart);
  const content = text.slice(lineStart, lineEnd === -1 ? text.length : lineEnd).replace(/\r$/, "");
  const column = at - lineStart + 1;
  return { file, line, column, excerpt: excerptOf(content, line, column) };
}

const excerptWidth = 110;

/** Keys whose values must not be shown, in any spelling; the value is what follows. */
const credentialValue =
  /((?:access[-_]?key(?:[-_]?id)?|secret[-_]?(?:access[-_]?)?key|session[-_]?token|gh[-_]?token|account[-_]?key|token|password|passwd|sas(?:[-_]?token)?)["']?\s*[:=]\s*["']?)([^\s,;}"']+)|(:\/\/[^\s/@:]+:)([^\s/@]+)(?=@)/gi;
function excerptOf(line: string, number: number, column: number): string {
  const shown = showLine(line);
  const from = column > excerptWidth - 10 ? column - excerptWidth / 2 : 0;
  const window = shown.slice(from, from + excerptWidth);
  const cut = { before: from > 0 ? "..." : "", after: from + excerptWidth < shown.length ? "..." : "" };
  const gutter = `${number} | `;
  const lead = shown.slice(from, column - 1).replace(/[^\t]/g, " ");
  return `${gutter}${cut.before}${window}${cut.after}\n${" ".repeat(gutter.length + cut.before.length)}${lead}^`;
}

/** All findings of a minified file are on one long line, which is masked once. */
let last = { line: "", shown: "" };

/** The line without what must not be shown, in the same length, so that a caret stays below its place. */
function showLine(line: string): string {
  if (line === last.line) return last.shown;
  const masked = line.replace(
    credentialValue,
    (_, key: string | undefined, value: string | undefined, user: string | undefined, password: string | undefined) =>
      `${key ?? user ?? ""}${"*".repeat((value ?? password ?? "").length)}`,
  );
  last = { line, shown: masked.replace(unprintable, "\ufffd") };
  return last.shown;
}

/** The nearest place on the way to a value: a matrix makes targets that no file names, and what is inherited is elsewhere. */
export function spanNear(spanOf: (path: Path) => Span | undefined, path: Path): Span | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const span = spanOf(path.slice(0, length));
    if (span !== undefined) return span;
  }
  return undefined;
}

/** A finding as it is shown. */
export function toDiagnostic(
  { code, message, hint, path }: Omit<Diagnostic, "path" | "span"> & { readonly path: Path },
  span: Span | undefined,
): Diagnostic {
  return {
    code,
    message: printable(message),
    ...(hint === undefined ? {} : { hint: printable(hint) }),
    ...(path.length === 0 ? {} : { path: printable(formatPath(path)) }),
    ...(span === undefined ? {} : { span }),
  };
}
