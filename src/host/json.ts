import { isJsonWithin } from "./json-bounds.ts";

/**
 * What anybody may have put into a bucket: undefined also for what is nested deeply, of which millions of `[` take seconds to be
 * refused, and for more values than that.
 */
export function parseJsonWithin(bytes: Buffer, maxValues = bytes.length): unknown {
  return isJsonWithin(bytes, maxValues) ? parseJson(bytes) : undefined;
}

/** Reads JSON that other programs wrote, of which nothing can be relied on. Undefined for what is no JSON. */
export function parseJson(text: string | Buffer): unknown {
  try {
    return JSON.parse(text.toString()) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether a value is an object with keys: neither null nor a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A field that the value has itself. */
export function fieldOf(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
