/*
 * The patterns that `${X#p}`, `${X%p}` and `${X/p/r}` cut out of a value, as BuildKit has them in shell.Lex: `*` and `?`, no
 * brackets, and a backslash before what is meant literally, whatever the escape character of the Dockerfile is.
 * Every function gives null for a pattern that BuildKit refuses.
 */

interface PatternOptions {
  /** `*` is as long as it can be, not as short. */
  readonly isGreedy: boolean;
  readonly isAnchored: boolean;
}

/** `${value#pattern}`, or `##` where greedy. */
export function trimPrefix(value: string, pattern: string, isGreedy: boolean): string | null {
  const found = compile(pattern, { isGreedy, isAnchored: true });
  return found === null ? null : value.replace(found, "");
}

/** `${value%pattern}`, or `%%` where greedy: of both the reverse, since the shortest match from the right is wanted. */
export function trimSuffix(value: string, pattern: string, isGreedy: boolean): string | null {
  const trimmed = trimPrefix(reverse(value), reversePattern(pattern), isGreedy);
  return trimmed === null ? null : reverse(trimmed);
}

/** `${value/pattern/replacement}`, or `//` for every match. */
export function replacePattern(
  value: string,
  { pattern, replacement, isAll }: { readonly pattern: string; readonly replacement: string; readonly isAll: boolean },
): string | null {
  const found = compile(pattern, { isGreedy: true, isAnchored: false });
  if (found === null) return null;
  // Of one match the replacement is literal; of all it is a template of Go's regexp.ReplaceAllString.
  if (!isAll) return value.replace(found, () => replacement);
  let lastEnd = 0;
  return value.replaceAll(new RegExp(found, "gu"), (match: string, start: number) => {
    // Go leaves out an empty match that stands directly behind another one.
    const isReplaced = start + match.length > lastEnd || start === 0;
    lastEnd = start + match.length;
    return isReplaced ? expandTemplate(replacement, match) : "";
  });
}

/** `$0` is the match, other groups are empty, `$$` is a dollar, any other `$` stands for itself. */
function expandTemplate(template: string, match: string): string {
  return template.replaceAll(
    /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu,
    (found, name?: string, braced?: string) => {
      if (found === "$$") return "$";
      return /^0+$/.test(name ?? braced ?? "") ? match : "";
    },
  );
}

function compile(pattern: string, { isGreedy, isAnchored }: PatternOptions): RegExp | null {
  const characters = charactersOf(pattern);
  let source = isAnchored ? "^" : "";
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] ?? "";
    if (character === "*") source += isGreedy ? "[^\\n]*" : "[^\\n]*?";
    else if (character === "?") source += "[^\\n]";
    else if (character === "\\") {
      const next = characters[index + 1];
      // These two end a part of the substitution: the escape is not the pattern's.
      if (next === "}" || next === "/") continue;
      if (next !== "*" && next !== "?" && next !== "\\") return null;
      source += `\\${next}`;
      index += 1;
    } else source += character.replace(/[[\]{}.+()|^$/]/, "\\$&");
  }
  return new RegExp(source, "u");
}

/** By code points, as Go's runes. */
function charactersOf(text: string): readonly string[] {
  return Array.from(text);
}

function reverse(text: string): string {
  return charactersOf(text).toReversed().join("");
}

/** With each escape before the same character as it was. */
function reversePattern(pattern: string): string {
  return (pattern.match(/\\[^]|[^]/gu) ?? []).toReversed().join("");
}
