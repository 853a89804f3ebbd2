/** A reference to a declared variable, kept as an HCL variable in the emitted file. */
export interface VariableRef {
  readonly variable: string;
  /** The value is encoded as this component of a cache name before it is used (see bake/cache-name.ts). */
  readonly encode?: "scope" | "platform";
  /** Stands in for a value that is empty. */
  readonly fallback?: string;
}

/**
 * A string of a config after its references were read: a plain string is literal, a list mixes literals
 * and variables. Two literals never stand side by side, and a list holds at least one variable.
 */
export type Text = string | readonly TextPart[];
export type TextPart = string | VariableRef;

export interface TextReference {
  /** What stands between the braces, as written. */
  readonly name: string;
  /** UTF-16 offset of the `$`. */
  readonly offset: number;
}

export interface ParsedTemplate {
  readonly parts: readonly TextPart[];
  readonly references: readonly TextReference[];
  /** Offset of a `${` that no `}` closes. */
  readonly unclosed?: number;
}

/**
 * Reads the one template form of the config: `${NAME}` is a reference, `$${` a literal `${`, all else is
 * literal. Scans left to right as HCL's template scanner does, so that `$$${A}` is the text `$${A}`.
 */
export function parseTemplate(source: string): ParsedTemplate {
  const parts: TextPart[] = [];
  const references: TextReference[] = [];
  let literal = "";
  for (let i = 0; i < source.length;) {
    if (source.startsWith("$${", i)) {
      literal += "${";
      i += 3;
    } else if (source.startsWith("${", i)) {
      const end = source.indexOf("}", i);
      if (end === -1) return { parts: [source], references, unclosed: i };
      const name = source.slice(i + 2, end);
      references.push({ name, offset: i });
      if (literal !== "") parts.push(literal);
      literal = "";
      parts.push({ variable: name });
      i = end + 1;
    } else {
      literal += source[i];
      i += 1;
    }
  }
  if (literal !== "") parts.push(literal);
  return { parts, references };
}

/** Joins parts into the smallest `Text` that means the same. */
export function textOf(parts: readonly TextPart[]): Text {
  const merged: TextPart[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (part === "") continue;
    if (typeof part === "string" && typeof last === "string") merged[merged.length - 1] = last + part;
    else merged.push(part);
  }
  if (merged.length === 0) return "";
  const [only] = merged;
  return merged.length === 1 && typeof only === "string" ? only : merged;
}

/** The parts of a text, a literal as a list of one. */
export function partsOf(text: Text): readonly TextPart[] {
  return typeof text === "string" ? [text] : text;
}

/** For people: variables as `${NAME}`. Not an encoding; `hcl.ts` has that. */
export function showText(text: Text): string {
  return partsOf(text)
    .map((part) => (typeof part === "string" ? part : `\${${part.variable}}`))
    .join("");
}

/** One text after the other. */
export function joinTexts(...texts: readonly Text[]): Text {
  const parts: TextPart[] = [];
  for (const text of texts) {
    if (typeof text === "string") parts.push(text);
    else parts.push(...text);
  }
  return textOf(parts);
}

/** The variable that a text consists of, where it is nothing else. */
export function soleVariable(text: Text): VariableRef | undefined {
  const [only] = text;
  return typeof text !== "string" && text.length === 1 && typeof only === "object" ? only : undefined;
}
