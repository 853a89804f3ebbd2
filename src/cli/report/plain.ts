/** Characters that move the cursor, change the order of what stands beside them, cannot be seen or end a line. */
const controls = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const short: Readonly<Record<string, string>> = { "\t": "\t", "\n": "\\n", "\r": "\\r" };

function escape(character: string): string {
  const code = character.charCodeAt(0);
  return short[character] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : asUnits(character));
}

/** As JSON writes them, which is by units of UTF-16. */
function asUnits(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

/**
 * Text from anywhere, such as a name that stands in a bucket, as one line that does nothing but to be read: control
 * characters are written out, and nothing is a workflow command. A runner of GitHub takes `::` at the beginning of a line
 * for one, behind blanks too, and `##[` anywhere:
 * https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export function plainLine(text: string): string {
  return text
    .replaceAll(controls, escape)
    .replace(/^(\s*):(?=:)/, "$1\\x3a")
    .replaceAll("##[", "##\\x5b");
}

/** The same of a text that may have several lines: those below the first are marked. */
export function plainLines(text: string): string {
  return text.trimEnd().split("\n").map(plainLine).join("\n  | ");
}

/** JSON that reads the same, and holds none of these characters either. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value, null, 2)
    .replaceAll(controls, (character) => (character === "\n" ? character : asUnits(character)))
    .replaceAll("##[", "##\\u005b");
}
