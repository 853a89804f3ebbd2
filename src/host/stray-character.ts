const names: Readonly<Record<string, string>> = {
  "\n": "a newline",
  "\r": "a carriage return",
  "\t": "a tab",
  " ": "a blank",
};

/** A character that no key, region or address has, by a name for people; null without one. It comes from files and quoting. */
export function strayCharacter(text: string): string | null {
  // oxlint-disable-next-line no-control-regex
  const [found] = /[\s"'`\u0000-\u001f\u007f]/.exec(text) ?? [];
  if (found === undefined) return null;
  return names[found] ?? (/["'`]/.test(found) ? `the quote ${found}` : "a control character");
}
