import { createLimit } from "../host/limit.ts";
import { isKey } from "../store/keys.ts";
import type { ObjectStore } from "../store/object-store.ts";

/** What this run knows of the objects in a bucket. */
export interface Presence {
  /** Bytes of an object as the bucket had it within the last minute; null where it is not there or nobody can say. */
  sizeOf(key: string): Promise<number | null>;
  /** It was written, or read to its end, with these bytes. */
  note(key: string, size: number): void;
  forget(key: string): void;
  /** Its digest is not that of its name: as good as absent, until it is written anew. */
  spoil(key: string): void;
  isSpoiled(key: string): boolean;
}

/** Time in ms: the manifests of one build, which name the same blobs, come within it. */
const keptFor = 60_000;

export interface PresenceOptions {
  readonly store: ObjectStore;
  /** Ends questions, which several callers share. */
  readonly signal: AbortSignal;
  readonly now?: () => number;
}

export function createPresence({ store, signal, now = Date.now }: PresenceOptions): Presence {
  const known = new Map<string, { readonly size: Promise<number | null>; readonly at: number }>();
  const spoiled = new Set<string>();
  const limit = createLimit(16);
  return {
    async sizeOf(key) {
      if (spoiled.has(key) || !isKey(key)) return null;
      const found = known.get(key);
      if (found !== undefined && now() - found.at < keptFor) return found.size;
      const size = limit(async () => (await store.stat(key, { signal }))?.size ?? null);
      known.set(key, { size, at: now() });
      try {
        const answer = await size;
        if (answer === null) known.delete(key);
        return answer;
      } catch {
        // A blob that nobody can ask for cannot be read either.
        known.delete(key);
        return null;
      }
    },
    note(key, size) {
      spoiled.delete(key);
      known.set(key, { size: Promise.resolve(size), at: now() });
    },
    forget: (key) => void known.delete(key),
    spoil: (key) => void spoiled.add(key),
    isSpoiled: (key) => spoiled.has(key),
  };
}
