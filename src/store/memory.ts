import { assertKey, compareKeys } from "./keys.ts";
import type { ObjectStore } from "./object-store.ts";
import { checkDigest, tooLarge } from "./refusals.ts";

/** A store that lives as long as its process, for tests and for what is not to be kept. */
export function createMemoryStore(name = "memory"): ObjectStore {
  const objects = new Map<string, { readonly body: Buffer; modifiedAt: number }>();
  const backend = name;
  return {
    place: `memory://${name}/`,
    async get(key, { signal, maxBytes = Infinity } = {}) {
      signal?.throwIfAborted();
      assertKey(key);
      const found = objects.get(key);
      if (found === undefined) return null;
      if (found.body.length > maxBytes) throw tooLarge(backend, key, maxBytes);
      return Buffer.from(found.body);
    },
    async put(key, body, { signal, onlyIfAbsent = false, sha256 } = {}) {
      signal?.throwIfAborted();
      assertKey(key);
      checkDigest(backend, key, body, sha256);
      if (onlyIfAbsent && objects.has(key)) return "exists";
      objects.set(key, { body: Buffer.from(body), modifiedAt: Date.now() });
      return "stored";
    },
    async stat(key, { signal } = {}) {
      signal?.throwIfAborted();
      assertKey(key);
      const found = objects.get(key);
      return found === undefined ? null : { key, size: found.body.length, modifiedAt: found.modifiedAt };
    },
    async *list(prefix, { signal } = {}) {
      for (const key of [...objects.keys()].filter((each) => each.startsWith(prefix)).sort(compareKeys)) {
        signal?.throwIfAborted();
        const found = objects.get(key);
        if (found !== undefined) yield { key, size: found.body.length, modifiedAt: found.modifiedAt };
      }
    },
    async delete(keys, { signal } = {}) {
      signal?.throwIfAborted();
      for (const key of keys) {
        assertKey(key);
        objects.delete(key);
      }
    },
    async touch(key, { signal } = {}) {
      signal?.throwIfAborted();
      assertKey(key);
      const found = objects.get(key);
      if (found === undefined) return false;
      found.modifiedAt = Date.now();
      return true;
    },
    close() {},
  };
}
