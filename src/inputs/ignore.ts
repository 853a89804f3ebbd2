import { posix } from "node:path";

/** What an ignore file keeps out of a context. */
export interface Ignore {
  /** Whether a path below a folder is kept out. @param parent what this gave for that folder; none for the root */
  test(path: string, parent?: Ignored): Ignored;
  /** Whether something below an ignored folder may be let in again. */
  readonly hasExceptions: boolean;
  /** Nothing is kept out. */
  readonly isEmpty: boolean;
}

export interface Ignored {
  readonly isIgnored: boolean;
  /** Which of the patterns fitted, here or above. */
  readonly fitting: readonly boolean[];
}

interface Pattern {
  readonly isException: boolean;
  readonly fits: (path: string) => boolean;
}

/**
 * Own code: the packages for it are not kept up. As BuildKit reads and applies an ignore file, of which the last pattern that fits
 * a path or a folder above it decides: `ignorefile.ReadAll` and `MatchesUsingParentResults` of
 * https://github.com/moby/patternmatcher/blob/v0.6.1/patternmatcher.go
 */
export function createIgnore(text: string): Ignore {
  const patterns = text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .flatMap(readLine);
  const count = patterns.length;
  return {
    isEmpty: count === 0,
    hasExceptions: patterns.some(({ isException }) => isException),
    test(path, parent) {
      const fitting = Array.from<boolean>({ length: count }).fill(false);
      let isIgnored = false;
      for (const [index, { isException, fits }] of patterns.entries()) {
        if (parent?.fitting[index] !== true && (isException !== isIgnored || !fits(path))) continue;
        fitting[index] = true;
        isIgnored = !isException;
      }
      return { isIgnored, fitting };
    },
  };
}

function readLine(line: string): readonly Pattern[] {
  if (line.startsWith("#")) return [];
  const text = line.trim();
  const isException = text.startsWith("!");
  const written = isException ? text.slice(1).trim() : text;
  if (written === "") return [];
  const path = posix.normalize(written);
  const pattern = (path.length > 1 ? path.replace(/^\//, "") : path).replace(/(?<=.)\/$/, "");
  // What fits the root would keep out everything, and is passed over.
  return pattern === "." ? [] : [{ isException, fits: createTest(pattern) }];
}

function createTest(pattern: string): (path: string) => boolean {
  if (!/[*?[\]\\]/.test(pattern)) return (path) => path === pattern;
  // Without a slash it is the end of any path, not a name.
  const end = /^\*\*([^/*?[\]\\][^*?[\]\\]*)$/.exec(pattern)?.[1];
  if (end !== undefined) return (path) => path.endsWith(end);
  const expression = toExpression(pattern);
  return (path) => expression.test(path);
}

/** A pattern of BuildKit's as a regular expression; one that it refuses fits nothing. */
function toExpression(pattern: string): RegExp {
  let source = "";
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    if (character === "*" && pattern[at + 1] === "*") {
      at += pattern[at + 2] === "/" ? 2 : 1;
      source += at + 1 === pattern.length ? ".*" : "(?:.*/)?";
    } else if (character === "*") source += "[^/]*";
    else if (character === "?") source += "[^/]";
    else if (character === "\\" && at + 1 < pattern.length) {
      at += 1;
      source += escape(pattern.charAt(at));
    } else source += character === "[" || character === "]" || character === "-" ? character : escape(character);
  }
  try {
    return new RegExp(`^${source}$`, "s");
  } catch {
    return /(?!)/;
  }
}

function escape(character: string): string {
  return character.replace(/[.+^${}()|\\/[\]*?]/, "\\$&");
}
