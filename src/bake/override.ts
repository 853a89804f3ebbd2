import { resolve } from "node:path";
import { csvFields, formatOptionCsv, optionsOf, parseOptionCsv } from "../config/csv.ts";
import { isRemote, parseOciLayout } from "./location.ts";

/** One `--set PATTERN.KEY[.SUB]=VALUE`. */
export interface Override {
  readonly pattern: string;
  readonly key: string;
  readonly sub: string | null;
  /** Null where none was given: `args.NAME` then takes the environment's. */
  readonly value: string | null;
  /** `+=`. */
  readonly append: boolean;
}

/** Reads a `--set` value; null for a text that bake will refuse itself. */
export function parseOverride(text: string): Override | null {
  const equals = text.indexOf("=");
  const left = equals === -1 ? text : text.slice(0, equals);
  const append = left.endsWith("+");
  const [pattern, key, ...sub] = (append ? left.slice(0, -1) : left).split(".");
  if (pattern === undefined || key === undefined) return null;
  return {
    pattern,
    key,
    sub: sub.length === 0 ? null : sub.join("."),
    value: equals === -1 ? null : text.slice(equals + 1),
    append,
  };
}

/** The `--set` value of an override. */
export function showOverride({ pattern, key, sub, value, append }: Override): string {
  const left = [pattern, key, ...(sub === null ? [] : [sub])].join(".");
  return value === null ? left : `${left}${append ? "+" : ""}=${value}`;
}

/** The override with its paths absolute: bake does not run in `cwd`, where the user wrote them. */
export function withAbsolutePaths(override: Override, cwd: string): Override {
  const { key, value } = override;
  if (value === null || value === "") return override;
  switch (key) {
    case "context":
    case "contexts":
      return { ...override, value: absoluteContext(value, cwd) };
    case "cache-from":
    case "cache-to":
      return { ...override, value: absoluteEntry(override, value, cwd) };
    case "output":
      return { ...override, value: absoluteOutput(value, cwd) };
    case "secret":
    case "secrets":
      return { ...override, value: absoluteSecret(value, cwd) };
    case "ssh":
      return { ...override, value: absoluteSsh(value, cwd) };
    default:
      // `dockerfile` counts from the context.
      return override;
  }
}

function absoluteContext(value: string, cwd: string): string {
  const layout = parseOciLayout(value);
  if (layout !== null) return `oci-layout://${resolve(cwd, layout.path)}${layout.suffix}`;
  if (value === "-" || isRemote(value) || /^[a-z][a-z0-9+-]*:/.test(value)) return value;
  return resolve(cwd, value);
}

function absoluteOutput(value: string, cwd: string): string {
  const fields = csvFields(value);
  const isPath = fields?.length === 1 && fields[0] === value && !value.startsWith("type=");
  if (isPath) return value === "-" ? value : resolve(cwd, value);
  return mapFields(value, (key, path) => (key === "dest" && path !== "-" && path !== "" ? resolve(cwd, path) : path));
}

/** Without a `=` it is an image. */
function absoluteEntry({ sub }: Override, value: string, cwd: string): string {
  if (sub !== null || !value.includes("=")) return value;
  const isLocal = optionsOf(value)["type"] === "local";
  return mapFields(value, (key, path) => (isLocal && (key === "src" || key === "dest") ? resolve(cwd, path) : path));
}

function absoluteSecret(value: string, cwd: string): string {
  // With type=env the source is a variable.
  if (optionsOf(value)["type"] === "env") return value;
  return mapFields(value, (key, path) => (key === "src" || key === "source" ? resolve(cwd, path) : path));
}

function absoluteSsh(value: string, cwd: string): string {
  const equals = value.indexOf("=");
  if (equals === -1) return value;
  const paths = value.slice(equals + 1).split(",");
  return `${value.slice(0, equals)}=${paths.map((path) => (path === "" ? path : resolve(cwd, path))).join(",")}`;
}

/** A text that is no CSV stays as it is: buildx says what is wrong with it. */
function mapFields(text: string, map: (key: string, value: string) => string): string {
  const fields = parseOptionCsv(text);
  if (fields === null) return text;
  return formatOptionCsv(
    fields.map(({ key, value }) => ({ key, value: value === null ? null : map(key.trim().toLowerCase(), value) })),
  );
}
