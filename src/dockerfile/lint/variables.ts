import type { Lookup } from "../shell-words.ts";

/**
 * A word of a shell command with its variables replaced, quotes being gone already. Null where a variable is not known
 * (the script may set it), or where a command or a pattern decides.
 */
export function substitute(text: string, lookup: Lookup): string | null {
  if (!/[$`]/.test(text)) return text;
  if (/`|\$\(/.test(text)) return null;
  let isKnown = true;
  const result = text.replaceAll(
    /\$(?:(\w+)|\{(\w+)(?::?-([^{}$]*))?\}|\{[^}]*\}?)/g,
    (_, bare: string | undefined, braced: string | undefined, fallback: string | undefined) => {
      const name = bare ?? braced;
      const value = name === undefined ? null : lookup(name);
      if (typeof value === "string" && (value !== "" || fallback === undefined)) return value;
      if (value === null || fallback === undefined) isKnown = false;
      return fallback ?? "";
    },
  );
  return isKnown ? result : null;
}
