import { assertKey, comesAfter, compareKeys } from "./keys.ts";
import { clamp } from "./content.ts";
import type { ObjectStore } from "./object-store.ts";
import { createParts } from "./parts.ts";
import { checkDigest, tooLarge } from "./refusals.ts";

/** Bytes that a reader gets at once. */
const partSize = 64 * 1024;

/** A store that lives as long as its process, for tests and for what is not to be kept. */
export function createMemoryStore(name = "memory"): ObjectStore {
  const objects = new Map<string, { readonly body: Buffer; readonly version: string; modifiedAt: number }>();
  const backend = name;
  let writes = 0;
  const store = (key: string, body: Buffer, onlyIfAbsent: boolean): "stored" | "exists" => {
    if (onlyIfAbsent && objects.has(key)) return "exists";
    writes += 1;
    objects.set(key, { body, version: String(writes), modifiedAt: Date.now() });
    return "stored";
  };
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
      return store(key, Buffer.from(body), onlyIfAbsent);
    },
    async read(key, { signal, range } = {}) {
      signal?.throwIfAborted();
      assertKey(key);
      const found = objects.get(key);
      if (found === undefined) return null;
      const { body, version, modifiedAt } = found;
      const { start, end } = clamp(range, body.length);
      async function* parts() {
        for (let at = start; at < end; at += partSize) {
          signal?.throwIfAborted();
          yield Buffer.from(body.subarray(at, Math.min(end, at + partSize)));
        }
      }
      return { size: body.length, modifiedAt, version, start, body: parts(), close: () => {} };
    },
    async upload(key, { signal, onlyIfAbsent = false } = {}) {
      signal?.throwIfAborted();
      assertKey(key);
      const parts = createParts<Buffer>(key);
      return {
        async part(number, body, { sha256, isChecked = false } = {}) {
          signal?.throwIfAborted();
          parts.check(number);
          if (!isChecked) checkDigest(backend, key, body, sha256);
          parts.set(number, Buffer.from(body));
        },
        async complete() {
          signal?.throwIfAborted();
          const body = Buffer.concat(parts.inOrder());
          parts.end();
          return store(key, body, onlyIfAbsent);
        },
        abort: async () => parts.end(),
      };
    },
    async stat(key, { signal } = {}) {
      signal?.throwIfAborted();
      assertKey(key);
      const found = objects.get(key);
      return found === undefined ? null : { key, size: found.body.length, modifiedAt: found.modifiedAt };
    },
    async *list(prefix, { signal, startAfter } = {}) {
      const isListed = (key: string) => key.startsWith(prefix) && comesAfter(key, startAfter);
      for (const key of [...objects.keys()].filter(isListed).sort(compareKeys)) {
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
