import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { BkcacheError } from "../diagnostics/error.ts";
import { isRecord, listOf, parseJson } from "../host/json.ts";
import type { Keys } from "./signature.ts";

/** One entry of a file of keys: who may do what. */
export interface KeyEntry {
  /** For metrics and messages. */
  readonly name: string;
  readonly keys: Keys;
  readonly mayWrite: boolean;
  /** Names of backends; undefined: all that are served. */
  readonly backends?: readonly string[];
}

/** Others may not read it, nor the group write it: what mounts a secret for a group gives that the right to read. */
const forbidden = 0o027 & ~0o040;
const fields = new Set(["name", "accessKeyId", "secretAccessKey", "access", "backends"]);

/**
 * Reads the keys of those who may use a relay.
 * @throws BkcacheError BK1016, which never has a part of a secret in it
 */
export function readKeys(file: string, cwd: string): readonly KeyEntry[] {
  const path = resolve(cwd, file);
  const wrong = (what: string, hint?: string, cause?: unknown): BkcacheError =>
    new BkcacheError({ code: "BK1016", message: `${file}: ${what}`, hint: hint ?? form, cause });
  let text: string;
  try {
    const { mode } = statSync(path);
    if (process.platform !== "win32" && (mode & forbidden) !== 0) {
      throw wrong(`others may read or write it (mode ${(mode & 0o777).toString(8)})`, `chmod 600 ${file}`);
    }
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof BkcacheError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw wrong(`it cannot be read (${code})`, "name a file that this user may read", error);
  }
  const json = parseJson(text);
  const callers = isRecord(json) ? listOf(json["callers"]) : [];
  if (callers.length === 0) throw wrong("it has no list `callers` with an entry");
  const entries = callers.map((caller, index) => {
    const entry = readEntry(caller);
    if (typeof entry === "string") throw wrong(`callers[${index}] ${entry}`);
    return entry;
  });
  for (const fieldOf of [(entry: KeyEntry) => entry.name, (entry: KeyEntry) => entry.keys.accessKeyId]) {
    if (new Set(entries.map(fieldOf)).size < entries.length)
      throw wrong("two entries have the same name or accessKeyId");
  }
  return entries;
}

const form =
  'it is JSON: { "callers": [{ "name": "ci", "accessKeyId": "...", "secretAccessKey": "...", "access": "read-write" }] }';

/** A text says what is wrong. */
function readEntry(caller: unknown): KeyEntry | string {
  if (!isRecord(caller)) return "is no object";
  const unknown = Object.keys(caller).find((field) => !fields.has(field));
  if (unknown !== undefined)
    return `has the field ${JSON.stringify(unknown)}, which is none of ${[...fields].join(", ")}`;
  const { name, accessKeyId, secretAccessKey, access = "read", backends } = caller;
  if (typeof name !== "string" || name === "") return "has no name";
  if (typeof accessKeyId !== "string" || !/^[\w-]{8,128}$/.test(accessKeyId))
    return "has no accessKeyId of 8 to 128 letters, digits, - and _";
  // Whoever knows the id alone can try secrets against signed requests that went over the line.
  if (typeof secretAccessKey !== "string" || !/^[\x21-\x7e]{32,256}$/.test(secretAccessKey))
    return "has no secretAccessKey of 32 to 256 characters";
  if (access !== "read" && access !== "read-write") return "has an access that is neither read nor read-write";
  if (backends !== undefined && (!Array.isArray(backends) || !backends.every((each) => typeof each === "string")))
    return "has backends that are no list of names";
  return {
    name,
    keys: { accessKeyId, secretAccessKey },
    mayWrite: access === "read-write",
    ...(backends !== undefined && { backends }),
  };
}
