import { partsOf, soleVariable, type Text, type VariableRef } from "../config/text.ts";

/**
 * An HCL expression as text, laid out as hclfmt lays it out. Own code: the encoders that exist are compiled from Go, which takes
 * 0.3 s to load; tests hold this one to them. It may span lines. `pad` is the indentation of the line
 * that an expression begins on; what stands inside of a list or object is made with `deeper(pad)`.
 */
export type Expression = string;

export function deeper(pad: string): string {
  return `${pad}  `;
}

const lineWidth = 100;

/** Writes `${NAME}` parts as HCL variables and all else literally. */
export function textExpression(text: Text): Expression {
  const variable = soleVariable(text);
  if (variable !== undefined) return variableExpression(variable);
  const parts = partsOf(text);
  return `"${parts
    .map((part, index) =>
      typeof part === "string" ? escape(part, typeof parts[index + 1] === "object") : `\${${variableExpression(part)}}`,
    )
    .join("")}"`;
}

/** A literal string. Legal escapes are few: JSON's `\b`, `\f`, `\/` and surrogate pairs are errors in HCL. */
export function stringExpression(literal: string): Expression {
  return `"${escape(literal, false)}"`;
}

export function variableExpression({ variable, encode, fallback }: VariableRef): Expression {
  const value = fallback === undefined ? variable : `${variable} != "" ? ${variable} : ${stringExpression(fallback)}`;
  if (encode !== undefined) return `bkcache_${encode}(${value})`;
  return fallback === undefined ? value : `(${value})`;
}

const plain = /^[\w ,.:;/=@+*()[\]|<>?!&#'^~-]*$/;

function escape(literal: string, isBeforeVariable: boolean): string {
  if (plain.test(literal)) return literal;
  let out = "";
  for (let i = 0; i < literal.length;) {
    const code = literal.codePointAt(i) as number;
    const char = String.fromCodePoint(code);
    i += char.length;
    // Read with the `${` of a variable behind it, `$` or `%` would turn into an escape.
    if ((char === "$" || char === "%") && isBeforeVariable && i === literal.length) out += unicodeEscape(code);
    else if ((char === "$" || char === "%") && literal[i] === "{") out += char + char;
    else if (char === '"' || char === "\\") out += `\\${char}`;
    else if (char === "\n") out += "\\n";
    else if (char === "\r") out += "\\r";
    else if (char === "\t") out += "\\t";
    else if (isInvisible(code)) out += unicodeEscape(code);
    else if (code >= 0xd800 && code <= 0xdfff) out += "\\ufffd"; // Half a surrogate pair has no form in UTF-8.
    else out += char;
  }
  return out;
}

/** Control characters, line separators, and the byte order mark. */
function isInvisible(code: number): boolean {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0x2028 || code === 0x2029 || code === 0xfeff;
}

function unicodeEscape(code: number): string {
  return `\\u${code.toString(16).padStart(4, "0")}`;
}

/** A JSON value. */
export function valueExpression(value: unknown, pad: string): Expression {
  if (typeof value === "string") return stringExpression(value);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  if (typeof value !== "object") throw new Error(`no HCL for a value of type ${typeof value}`);
  const inner = deeper(pad);
  if (Array.isArray(value)) {
    return listExpression(
      value.map((item) => valueExpression(item, inner)),
      pad,
    );
  }
  return objectExpression(
    Object.entries(value).map(([key, field]) => [key, valueExpression(field, inner)]),
    pad,
  );
}

/** On one line where it fits. */
export function listExpression(items: readonly Expression[], pad: string): Expression {
  let width = 0;
  let isOneLine = true;
  for (const item of items) {
    width += item.length + 2;
    isOneLine &&= !item.includes("\n");
  }
  if (isOneLine && (items.length <= 1 || width <= lineWidth)) return `[${items.join(", ")}]`;
  const inner = deeper(pad);
  return `[\n${items.map((item) => `${inner}${item},\n`).join("")}${pad}]`;
}

export type Field = readonly [key: string, value: Expression];

/** One line for each key. */
export function objectExpression(fields: readonly Field[], pad: string): Expression {
  if (fields.length === 0) return "{}";
  const keyed = fields.map(([key, value]) => [keyExpression(key), value] as const);
  return `{\n${alignFields(keyed, deeper(pad))}\n${pad}}`;
}

/** `{ id = "npm", env = "TOKEN" }` where it fits on a line. */
export function shortObjectExpression(fields: readonly Field[], pad: string): Expression {
  if (fields.length > 3 || fields.length === 0) return objectExpression(fields, pad);
  const line = `{ ${fields.map(([key, value]) => `${keyExpression(key)} = ${value}`).join(", ")} }`;
  return !line.includes("\n") && line.length <= lineWidth ? line : objectExpression(fields, pad);
}

/** Words that mean something else where a key could stand. */
const reserved = new Set(["for", "true", "false", "null", "if", "in"]);

function keyExpression(key: string): Expression {
  return /^[A-Za-z_][\w-]*$/.test(key) && !reserved.has(key) ? key : stringExpression(key);
}

/**
 * `key = value` lines. As hclfmt does it, the `=` of neighbours that take one line each stand in one column; a value
 * of several lines ends such a run and takes no part in it.
 */
export function alignFields(fields: readonly Field[], pad: string): string {
  const lines: string[] = [];
  for (let start = 0; start < fields.length;) {
    let end = start;
    let width = 0;
    for (; end < fields.length; end++) {
      const [key, value] = fields[end] as Field;
      if (value.includes("\n")) break;
      width = Math.max(width, columnsOf(key));
    }
    for (; start < end; start++) {
      const [key, value] = fields[start] as Field;
      lines.push(`${pad}${key}${" ".repeat(width - columnsOf(key))} = ${value}`);
    }
    if (end < fields.length) {
      const [key, value] = fields[end] as Field;
      lines.push(`${pad}${key} = ${value}`);
      start = end + 1;
    }
  }
  return lines.join("\n");
}

/** hclfmt counts characters as a reader sees them. */
function columnsOf(key: string): number {
  if (/^[\x20-\x7e]*$/.test(key)) return key.length;
  return [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(key)].length;
}
