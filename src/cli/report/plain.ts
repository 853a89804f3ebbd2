/** Characters that move the cursor, change the order of what stands beside them or end a line. A tab does no harm. */
// oxlint-disable-next-line no-control-regex
const controls =
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r" };

function escape(character: string): string {
  const code = character.charCodeAt(0);
  return short[character] ?? (code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`);
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
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
    .replaceAll(controls, (character) => (character === "\n" ? character : `\\u${hex(character.charCodeAt(0), 4)}`))
    .replaceAll("##[", "##\\u005b");
}
