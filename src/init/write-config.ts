import type { Config } from "../config/schema.gen.ts";
import { schemaUrl } from "../diagnostics/docs.ts";
import { isInstalled } from "./dev-dependency.ts";

export const formats = ["yaml", "ts", "json"] as const;
export type Format = (typeof formats)[number];

export const configFileName = (format: Format): string => `bkcache.config.${format}`;

/** Where the schema lies in a project that has bkcache installed. */
const schemaPath = "./node_modules/bkcache/schemas/bkcache.schema.json";

/** Where an editor finds the schema from `dir`: in the installed package, else at its address. */
export function schemaFor(dir: string): string {
  return isInstalled(dir) ? schemaPath : schemaUrl;
}

export interface Written {
  readonly format: Format;
  /** Lines of the comment at the top; JSON has no place for them. */
  readonly comment: readonly string[];
  /** Path or address of the schema. */
  readonly schema?: string;
}

/** The text of a config file that reads as `config`. */
export async function writeConfig(config: Config, { format, comment, schema = schemaPath }: Written): Promise<string> {
  if (format === "json") return `${JSON.stringify({ $schema: schema, ...config }, null, 2)}\n`;
  if (format === "yaml") {
    const { Document, visit } = await import("yaml");
    const document = new Document(config, { aliasDuplicateObjects: false });
    visit(document, {
      Scalar(_, node) {
        // The library loses the first line of a block of text where that is blank.
        if (typeof node.value === "string" && /^\s/.test(node.value)) node.type = "QUOTE_DOUBLE";
      },
    });
    const head = [`yaml-language-server: $schema=${schema}`, ...comment].map((line) => hash("#", line));
    return `${head.join("\n")}\n${document.toString({ lineWidth: 0 })}`;
  }
  const head = comment.map((line) => `${hash("//", line)}\n`).join("");
  return `import { defineConfig } from "bkcache";\n\n${head}export default defineConfig(${expression(config, "")});\n`;
}

function hash(mark: string, line: string): string {
  return `${mark} ${line.replaceAll(/[\p{Cc}\u2028\u2029]/gu, " ")}`.trimEnd();
}

const lineWidth = 110;

/** A JSON value as a literal of TypeScript. */
function expression(value: unknown, pad: string): string {
  if (typeof value === "string") return stringLiteral(value);
  if (typeof value !== "object" || value === null) return String(value);
  const inner = `${pad}  `;
  const items = Array.isArray(value)
    ? value.map((item) => expression(item, inner))
    : Object.entries(value).flatMap(([key, field]) =>
        field === undefined ? [] : [`${propertyName(key)}: ${expression(field, inner)}`],
      );
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (items.length === 0) return `${open}${close}`;
  const line = Array.isArray(value) ? `[${items.join(", ")}]` : `{ ${items.join(", ")} }`;
  const isShort = pad.length + line.length <= lineWidth && !line.includes("\n") && isLeaf(value);
  return isShort ? line : `${open}\n${items.map((item) => `${inner}${item},\n`).join("")}${pad}${close}`;
}

/** Maps of a few scalars and lists of them stand on one line; what a reader looks for has a line of its own. */
function isLeaf(value: object): boolean {
  return Object.values(value).every(
    (each) => typeof each !== "object" || each === null || (Array.isArray(value) && isLeaf(each as object)),
  );
}

function stringLiteral(text: string): string {
  if (!text.includes("\n")) return quoted(text);
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll("`", "\\`")
    .replaceAll("${", "\\${")
    // A template turns CR LF into LF.
    .replaceAll(/[\p{Cc}\u2028\u2029\ufeff]/gu, (char) =>
      char === "\n" || char === "\t" ? char : unicodeEscape(char),
    );
  return `\`${escaped}\``;
}

function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(/[\u2028\u2029\ufeff]/g, unicodeEscape);
}

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function propertyName(key: string): string {
  // In a literal this one key would set the prototype.
  if (key === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key);
}
