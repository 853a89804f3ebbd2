/** A path of COPY, ADD or a bind mount, part by part: one without wildcards as it is, `**` for any number of folders. */
export type PathPattern = readonly (string | RegExp | typeof anyFolders)[];

export const anyFolders = Symbol("**");

/** @param path from the root of the context, without `.` and `..`; null for one that Go's filepath.Match refuses */
export function readPattern(path: string): PathPattern {
  return path.split("/").map((part) => {
    if (part === "**") return anyFolders;
    return /[*?[\\]/.test(part) ? toExpression(part) : part;
  });
}

/** As Go's filepath.Match; what that refuses fits nothing. */
function toExpression(part: string): RegExp {
  let source = "";
  for (let at = 0; at < part.length; at += 1) {
    const character = part.charAt(at);
    if (character === "*") source += ".*";
    else if (character === "?") source += ".";
    else if (character === "[") {
      const end = part.indexOf("]", at + 2);
      if (end === -1) return /(?!)/;
      source += part.slice(at, end + 1);
      at = end;
    } else {
      if (character === "\\") at += 1;
      source += part.charAt(at).replace(/[.+^${}()|\\/[\]*?]/, "\\$&");
    }
  }
  try {
    return new RegExp(`^${source}$`, "s");
  } catch {
    return /(?!)/;
  }
}

/** How far some patterns have come in a folder. */
export interface Progress {
  readonly pattern: PathPattern;
  /** Index of the part that comes next. */
  readonly next: number;
}

/** Where the patterns come to with a name in their folder; one that has come to its end has named the path itself. */
export function advance(all: readonly Progress[], name: string): readonly Progress[] {
  return all.flatMap(({ pattern, next }) => step(pattern, next, name));
}

function step(pattern: PathPattern, next: number, name: string): readonly Progress[] {
  const part = pattern[next];
  if (part === undefined) return [];
  if (part === anyFolders) {
    // At the end it names all that is below.
    if (next + 1 === pattern.length) return [{ pattern, next: next + 1 }];
    return [{ pattern, next }, ...step(pattern, next + 1, name)];
  }
  const fits = typeof part === "string" ? part === name : part.test(name);
  return fits ? [{ pattern, next: next + 1 }] : [];
}

export function isComplete({ pattern, next }: Progress): boolean {
  return next === pattern.length;
}
