import { setTimeout as sleep } from "node:timers/promises";
import type { ObjectStore } from "../../src/store/object-store.ts";

type StoreCall = "get" | "read" | "put" | "upload" | "stat" | "list" | "delete" | "touch";

export interface Wrapping {
  /** Runs before each call; it may wait, or throw to make the call fail. `index` counts all calls from 0. */
  readonly before?: (call: StoreCall, key: string, index: number) => Promise<void> | void;
  /** May change what was read. */
  readonly afterGet?: (key: string, body: Buffer | null) => Buffer | null;
}

export interface WrappedStore extends ObjectStore {
  /** Every call so far, as `put p/ab/cd`. */
  readonly calls: readonly string[];
}

/** A store that tells what is asked of it, and can be slow, fail and lie as a test wants. */
export function wrapStore(store: ObjectStore, { before, afterGet }: Wrapping = {}): WrappedStore {
  const calls: string[] = [];
  const note = async (call: StoreCall, key: string, signal: AbortSignal | undefined): Promise<void> => {
    const index = calls.push(`${call} ${key}`) - 1;
    await before?.(call, key, index);
    signal?.throwIfAborted();
  };
  return {
    place: store.place,
    calls,
    async get(key, options) {
      await note("get", key, options?.signal);
      const body = await store.get(key, options);
      return afterGet === undefined ? body : afterGet(key, body);
    },
    async read(key, options) {
      await note("read", key, options?.signal);
      return store.read(key, options);
    },
    async upload(key, options) {
      await note("upload", key, options?.signal);
      return store.upload(key, options);
    },
    async put(key, body, options) {
      await note("put", key, options?.signal);
      return store.put(key, body, options);
    },
    async stat(key, options) {
      await note("stat", key, options?.signal);
      return store.stat(key, options);
    },
    async *list(prefix, options) {
      await note("list", prefix, options?.signal);
      yield* store.list(prefix, options);
    },
    async delete(keys, options) {
      for (const key of keys) await note("delete", key, options?.signal);
      await store.delete(keys, options);
    },
    async touch(key, options) {
      await note("touch", key, options?.signal);
      return store.touch(key, options);
    },
    close: () => store.close(),
  };
}

/** Every call takes this longer, as over a network. */
export function slowStore(store: ObjectStore, latencyMs: number): WrappedStore {
  return wrapStore(store, { before: () => sleep(latencyMs) });
}

/** The nth call (from 0) and, unless `once`, all after it fail with the error. */
export function failingStore(
  store: ObjectStore,
  at: number,
  { error = new Error("the store is gone"), once = false }: { readonly error?: Error; readonly once?: boolean } = {},
): WrappedStore {
  return wrapStore(store, {
    before: (_call, _key, index) => {
      if (once ? index === at : index >= at) throw error;
    },
  });
}
