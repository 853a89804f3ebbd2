/**
 * A clause on why a step ran without what could be a value: of an instruction its line, of an argument or another setting its name.
 * The clauses are those of `inputs/describe-difference`.
 */
export function safeClause(text: string): string {
  const line = /^(line \d+) (is new|is gone|has changed|was)\b/.exec(text);
  if (line !== null) return `${line[1]} ${line[2] === "was" ? "has changed" : line[2]}`;
  const setting = /^(.+?) (is new|is gone) \(/s.exec(text);
  if (setting !== null) return `${setting[1]} ${setting[2]}`;
  const image = /^(the image \S+) was (sha256:\S+ and is sha256:\S+)$/.exec(text);
  if (image !== null) return text;
  const changed = /^(.+?) was .* and is /s.exec(text);
  return changed === null ? text : `${changed[1]} has changed`;
}
