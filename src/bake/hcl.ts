import { partsOf, soleVariable, type Text, type VariableRef } from "../config/text.ts";

/**
 * HCL expressions as text, laid out as hclfmt lays them out. An expression may span lines; its further lines are
 * indented as if the first stood at the margin.
 */
export type Expression = string;

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
export function valueExpression(value: unknown): Expression {
  if (typeof value === "string") return stringExpression(value);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  if (Array.isArray(value)) return listExpression(value.map(valueExpression));
  if (typeof value !== "object") throw new Error(`no HCL for a value of type ${typeof value}`);
  return objectExpression(Object.entries(value).map(([key, field]) => [key, valueExpression(field)]));
}

/** On one line where it fits. */
export function listExpression(items: readonly Expression[]): Expression {
  const line = `[${items.join(", ")}]`;
  if (items.length <= 1 ? !line.includes("\n") : !line.includes("\n") && line.length <= lineWidth) return line;
  return `[\n${items.map((item) => indent(`${item},`)).join("\n")}\n]`;
}

/** One line for each key. */
export function objectExpression(fields: readonly (readonly [string, Expression])[]): Expression {
  if (fields.length === 0) return "{}";
  return `{\n${indent(alignFields(fields.map(([key, value]) => [keyExpression(key), value])))}\n}`;
}

/** `{ id = "npm", env = "TOKEN" }` where it fits on a line. */
export function shortObjectExpression(fields: readonly (readonly [string, Expression])[]): Expression {
  const line = `{ ${fields.map(([key, value]) => `${keyExpression(key)} = ${value}`).join(", ")} }`;
  const fits = fields.length > 0 && fields.length <= 3 && !line.includes("\n") && line.length <= lineWidth;
  return fits ? line : objectExpression(fields);
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
export function alignFields(fields: readonly (readonly [string, Expression])[]): string {
  const lines: string[] = [];
  let run: (readonly [string, Expression])[] = [];
  const endRun = () => {
    const width = Math.max(0, ...run.map(([key]) => columnsOf(key)));
    for (const [key, value] of run) lines.push(`${key}${" ".repeat(width - columnsOf(key))} = ${value}`);
    run = [];
  };
  for (const field of fields) {
    const [key, value] = field;
    if (!value.includes("\n")) {
      run.push(field);
      continue;
    }
    endRun();
    lines.push(`${key} = ${value}`);
  }
  endRun();
  return lines.join("\n");
}

/** hclfmt counts characters as a reader sees them. */
function columnsOf(key: string): number {
  if (/^[\x20-\x7e]*$/.test(key)) return key.length;
  return [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(key)].length;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
