import type { Escape } from "./model.ts";

/** One physical line. */
export interface Line {
  readonly start: number;
  /** Without its line break; carriage returns at the end belong to that. */
  readonly content: string;
  /** From 1. */
  readonly number: number;
}

export interface Scanner {
  /** Null at the end. */
  next(): Line | null;
  /** Offset of what `next` reads. */
  position(): number;
  /** Number of the line that holds an offset. */
  lineAt(offset: number): number;
  readDirectives(): {
    readonly directives: Readonly<Record<string, string>>;
    readonly escape: Escape;
    readonly bodyStart: number;
  };
}

const known = new Set(["syntax", "escape", "check"]);

export function createScanner(text: string): Scanner {
  let at = text.startsWith("\ufeff") ? 1 : 0;
  let index = 0;
  const starts: number[] = [];
  const next = (): Line | null => {
    if (at >= text.length) return null;
    const start = at;
    const end = text.indexOf("\n", start);
    at = end === -1 ? text.length : end + 1;
    index += 1;
    starts[index - 1] = start;
    return { start, content: text.slice(start, end === -1 ? undefined : end).replace(/\r+$/, ""), number: index };
  };
  return {
    next,
    position: () => at,
    lineAt: (offset) => Math.max(1, starts.findLastIndex((start) => start <= offset) + 1),
    /** The comments `name=value` in front of all else; the first line that is none ends them. */
    readDirectives() {
      const directives: Record<string, string> = {};
      let escape: Escape = "\\";
      for (;;) {
        const [before, lineNumber] = [at, index];
        const [, name = "", value = ""] =
          /^\s*#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec(next()?.content ?? "") ?? [];
        const key = name.toLowerCase();
        if (!known.has(key) || Object.hasOwn(directives, key)) {
          [at, index] = [before, lineNumber];
          return { directives, escape, bodyStart: at };
        }
        directives[key] = value;
        if (key === "escape" && (value === "`" || value === "\\")) escape = value;
      }
    },
  };
}
