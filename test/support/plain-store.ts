import type { ObjectStore } from "../../src/store/object-store.ts";

export interface PlainStore extends ObjectStore {
  /** What is in it, to look at and to damage. */
  readonly objects: Map<string, { body: Buffer; modifiedAt: number }>;
  /** Bytes that were put and not there already. */
  written(): number;
}

/** A store in memory whose clock the test sets. Keys are ASCII, so that their order is that of their bytes. */
export function openPlainStore(now: () => number = Date.now): PlainStore {
  const objects: PlainStore["objects"] = new Map();
  let written = 0;
  return {
    place: "memory:",
    objects,
    written: () => written,
    get: async (key, { signal } = {}) => {
      signal?.throwIfAborted();
      return objects.get(key)?.body ?? null;
    },
    read: async () => notNeeded(),
    upload: async () => notNeeded(),
    async put(key, body, { onlyIfAbsent, signal } = {}) {
      signal?.throwIfAborted();
      if (onlyIfAbsent === true && objects.has(key)) return "exists";
      objects.set(key, { body: Buffer.from(body), modifiedAt: now() });
      written += body.length;
      return "stored";
    },
    async stat(key) {
      const found = objects.get(key);
      return found === undefined ? null : { key, size: found.body.length, modifiedAt: found.modifiedAt };
    },
    async *list(prefix) {
      for (const key of [...objects.keys()].sort()) {
        const found = objects.get(key);
        if (key.startsWith(prefix) && found) yield { key, size: found.body.length, modifiedAt: found.modifiedAt };
      }
    },
    async delete(keys) {
      for (const key of keys) objects.delete(key);
    },
    async touch(key) {
      const found = objects.get(key);
      if (found !== undefined) found.modifiedAt = now();
      return found !== undefined;
    },
    close: () => {},
  };
}

function notNeeded(): never {
  throw new Error("the mounts read and write whole objects");
}
