import { codes } from "../diagnostics/codes.ts";
import { nearest, suggest } from "../diagnostics/nearest.ts";
import { misplacedKey } from "./misplaced.ts";
import type { Finding } from "./rules/finding.ts";
import { keysAt, takesVariableReference } from "./shape.ts";
import type { Path } from "./source-map.ts";
import type { SchemaError } from "./validate.gen.js";

export interface Fault extends SchemaError {
  /** What a union would take here, in words; set on the one fault that stands for a union. */
  readonly expected?: readonly string[];
}

/** Patterns of the schema in words. */
export const patternTexts: Readonly<Record<string, string>> = {
  "^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$": 'one whole variable such as "${NAME}"',
  "^[a-zA-Z0-9_-]+$": "letters, digits, `_` and `-`",
  "^[A-Za-z_][A-Za-z0-9_]*$": "letters, digits and `_`, not beginning with a digit",
  "^[a-z0-9-]+$": "small letters, digits and `-`",
  "^[a-z0-9][a-z0-9-]{0,31}$": "small letters, digits and `-`, at most 32 and no `-` first",
  "^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$": "a duration such as 90s or 1h30m",
  "^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h|d))+$": "a duration such as 14d or 36h",
  "^[0-9]+(\\.[0-9]+)?([KMGT]i?)?B$": "a size such as 500MB or 4GiB",
  "^[a-zA-Z0-9_./-]+$": "letters, digits, `_`, `.`, `/` and `-`",
  "^/": "an absolute path",
  "^BK[0-9]{4}$": "a code such as BK2026",
};
export const wholeVariable = "^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$";
const namePattern = {
  name: "^[a-zA-Z0-9_-]+$",
  variable: "^[A-Za-z_][A-Za-z0-9_]*$",
  project: "^[a-z0-9-]+$",
  level: "^[a-z0-9][a-z0-9-]{0,31}$",
};
const namePatterns = new Set(Object.values(namePattern));

const kinds: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  object: "a map",
  array: "a list",
  null: "null",
};

export function expectationsOf(fault: Fault): readonly string[] {
  if (fault.expected !== undefined) return fault.expected;
  if (fault.keyword === "const") return [String(fault.params["allowedValue"])];
  if (fault.keyword === "enum") return [];
  return [fault.params["type"]].flat().map((kind) => kinds[String(kind)] ?? String(kind));
}

/** What is wrong, in words. `rawOf` gives the text of a value as the file has it. */
export function describeFault(fault: Fault, data: unknown, rawOf: (path: Path) => string | undefined): Finding {
  const path = withIndexes(pathOf(fault), data);
  const value = valueAt(data, path);
  const name = nameOf(path);
  const { params } = fault;
  switch (fault.keyword) {
    case "additionalProperties":
    case "unevaluatedProperties":
      return unknownKey(String(params["additionalProperty"] ?? params["unevaluatedProperty"]), path, data);
    case "required": {
      const key = String(params["missingProperty"]);
      return { code: "BK2013", path, atKey: true, message: `${name} lacks ${key}` };
    }
    case "propertyNames": {
      const key = String(params["propertyName"]);
      if (path[0] === "rules") {
        const near = nearest(key, Object.keys(codes));
        const hint = near === undefined ? "`bkcache explain` lists all codes" : `did you mean ${near}?`;
        return { code: "BK2016", path: [...path, key], atKey: true, message: `there is no code ${show(key)}`, hint };
      }
      const isVariable = path[0] === "variables" || path.at(-1) === "matrix" || path.at(-1) === "env";
      return badName(key, [...path, key], isVariable ? namePattern.variable : namePattern.name, true);
    }
    case "type":
      return wrongType(fault, path, data, rawOf);
    case "discriminator": {
      const tag = (value as Record<string, unknown> | null)?.["type"];
      const at = [...path, "type"];
      if (typeof tag !== "string")
        return { code: "BK2011", path: at, message: `type must be a string, not ${showValue(tag, "type")}` };
      return notAllowed(at, tag, ["local", "s3", "gcs", "registry", "gha", "azblob", "inline"]);
    }
    case "enum":
      return notAllowed(path, value, params["allowedValues"] as readonly unknown[]);
    case "const":
      return notAllowed(path, value, [params["allowedValue"]]);
    case "pattern": {
      const pattern = String(params["pattern"]);
      const text = patternTexts[pattern] ?? pattern;
      if (namePatterns.has(pattern)) return badName(String(value), path, pattern, false);
      const expected = [...(fault.expected ?? []), text].join(", or ");
      return {
        code: pattern === wholeVariable ? "BK2011" : "BK2012",
        path,
        message: `${name} must be ${expected}, not ${showValue(value, name)}`,
      };
    }
    case "minLength":
      return { code: "BK2012", path, message: `${name} must not be empty` };
    case "minimum":
      return {
        code: "BK2012",
        path,
        message: `${name} must be at least ${String(params["limit"])}, not ${showValue(value, name)}`,
      };
    case "maximum":
      return {
        code: "BK2012",
        path,
        message: `${name} must be at most ${String(params["limit"])}, not ${showValue(value, name)}`,
      };
    default:
      return { code: "BK2012", path, message: `${name} is not allowed here` };
  }
}

function unknownKey(key: string, path: Path, data: unknown): Finding {
  const at = [...path, key];
  const special = misplacedKey(key, path, valueAt(data, path));
  if (special !== undefined) return { ...special, path: at, atKey: true };
  const allowed = keysAt(data, path);
  const near = nearest(key, allowed);
  const hint = near === undefined ? `allowed here: ${allowed.join(", ")}` : `did you mean ${near}?`;
  return { code: "BK2010", path: at, atKey: true, message: `unknown key ${show(key)}`, hint };
}

function badName(key: string, path: Path, pattern: string, atKey: boolean): Finding {
  const mended =
    pattern === namePattern.project || pattern === namePattern.level
      ? key
          .toLowerCase()
          .replaceAll(/[^a-z0-9-]+/g, "-")
          .replace(/^-+/, "")
      : key.replaceAll(pattern === namePattern.name ? /[^a-zA-Z0-9_-]+/g : /\W+/g, "_");
  return {
    code: "BK2021",
    path,
    atKey,
    message: `bad name ${show(key)}: a name is ${patternTexts[pattern]}`,
    ...(/[a-zA-Z0-9]/.test(mended) && new RegExp(pattern).test(mended) ? { hint: `${mended} would do` } : {}),
  };
}

function notAllowed(path: Path, value: unknown, allowed: readonly unknown[]): Finding {
  const texts = allowed.filter((item) => typeof item === "string");
  const near = typeof value === "string" ? suggest(value, texts) : undefined;
  const list = allowed.map(String).join(", ");
  return {
    code: "BK2012",
    path,
    message: `${nameOf(path)} must be ${allowed.length > 1 ? "one of " : ""}${list}, not ${showValue(value, nameOf(path))}`,
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  };
}

function wrongType(fault: Fault, path: Path, data: unknown, rawOf: (path: Path) => string | undefined): Finding {
  const value = valueAt(data, path);
  const takesVariable = takesVariableReference(data, path);
  const expected = expectationsOf(fault).map((kind) =>
    takesVariable && kind === "a string" ? (patternTexts[wholeVariable] ?? kind) : kind,
  );
  const name = nameOf(path);
  const message = `${path.length === 0 ? "the config" : name} must be ${expected.join(" or ")}, not ${showValue(value, name)}`;
  const found: Finding = { code: "BK2011", path, message };
  if (typeof value === "number" && expected.includes("a string")) {
    const raw = rawOf(path) ?? String(value);
    const loss = raw === String(value) ? "" : `: a bare ${raw} is the number ${value}`;
    return { ...found, message: `${message}${loss}`, hint: `put it in quotes: "${raw}"` };
  }
  if (typeof value === "boolean" && expected.includes("a string"))
    return { ...found, hint: `put it in quotes: "${value}"` };
  if (typeof value === "string" && expected.includes("a list"))
    return { ...found, hint: `write a list: [${show(value)}]` };
  if (value === null && rawOf(path) !== undefined)
    return { ...found, hint: "the key has no value: remove it, or give it one" };
  return found;
}

/** Path with numbers where the data has lists: a JSON pointer does not tell them apart. */
function withIndexes(path: Path, data: unknown): Path {
  let value = data;
  return path.map((part) => {
    const key = Array.isArray(value) ? Number(part) : part;
    value = (value as Record<string | number, unknown> | null | undefined)?.[key];
    return key;
  });
}

/** A value is called by its key; an item by its list's. */
function nameOf(path: Path): string {
  const last = path.at(-1);
  const isIndex = typeof last === "number" || (typeof last === "string" && /^\d+$/.test(last));
  if (!isIndex || path.length < 2) return typeof last === "string" ? last : "the config";
  return `${nameOf(path.slice(0, -1))}[${last}]`;
}

function show(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}

function showValue(value: unknown, name: string): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a map";
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (typeof value === "number" || typeof value === "boolean") return `the ${typeof value} ${value}`;
  if (typeof value !== "string") return `a ${typeof value}`;
  return /key|token|secret|password|passwd/i.test(name) ? "this string" : show(value);
}

export function pathOf(fault: SchemaError): Path {
  if (fault.instancePath === "") return [];
  return fault.instancePath
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}
