import { BkcacheError } from "../diagnostics/error.ts";
import { fieldOf } from "../host/json.ts";
import { clampTime } from "./snapshot.ts";

/* The values of a manifest, each read as hostile input. All throw BK5030. */

export function readAll<T>(document: unknown, key: string, read: (value: unknown) => T): readonly T[] {
  const list = fieldOf(document, key);
  if (!Array.isArray(list)) throw badManifest(`it has no ${key}`);
  return list.map(read);
}

export function at<T>(list: readonly T[], index: unknown): T {
  const found = list[count(index)];
  if (found === undefined) throw badManifest("it names what is not there");
  return found;
}

export function text(value: unknown): string {
  if (typeof value !== "string" || value.length > 4096) throw badManifest("a text is none");
  return value;
}

export function count(value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw badManifest("a number is none");
  return value;
}

export function id(value: unknown): number {
  const number = count(value);
  // The last one means "no owner" to Linux.
  if (number >= 0xffff_ffff) throw badManifest("an owner is none");
  return number;
}

export function time(value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value !== clampTime(value)) {
    throw badManifest("a time is none");
  }
  return value;
}

export function modeOf(value: unknown, allowed: number): number {
  const mode = count(value);
  // A bitwise test would look at 32 bits only.
  if (mode > 0o7777 || (mode & ~allowed) !== 0) throw badManifest("a mode has bits that no snapshot holds");
  return mode;
}

export function badManifest(reason: string): BkcacheError {
  return new BkcacheError({ code: "BK5030", message: `the manifest cannot be used: ${reason}` });
}
