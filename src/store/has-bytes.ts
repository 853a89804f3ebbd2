import type { ObjectReader } from "./object-store.ts";

/** Whether the object is there with exactly these bytes: then an earlier try whose answer was lost has written it. */
export async function hasBytes(reader: ObjectReader, key: string, body: Uint8Array): Promise<boolean> {
  const found = await reader.stat(key);
  return found?.size === body.byteLength && (await reader.get(key))?.equals(body) === true;
}
