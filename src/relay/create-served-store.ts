import { createLimit } from "../host/limit.ts";
import { isKey } from "../store/keys.ts";
import type { ByteRange, ObjectContent, ObjectInfo, ObjectStore } from "../store/object-store.ts";
import { clamp } from "../store/content.ts";
import { createBackground } from "./background.ts";
import type { Buffers } from "./buffers.ts";
import { S3Error } from "./errors.ts";
import { createManifestReader } from "./read-manifest.ts";
import type { Metrics } from "./metrics.ts";
import { digestOf, etagOf, isManifest, type Layout } from "./names.ts";
import { createPresence } from "./presence.ts";
import type { ReadAhead } from "./read-ahead.ts";
import { createBlobReader } from "./read-blob.ts";
import type { Caller, ServedStore, StoredObject } from "./served-store.ts";
import type { Spool } from "./spool.ts";
import { refusing, refusalOf } from "./store-failure.ts";
import { createWriter } from "./store-object.ts";
import type { Tier } from "./tier.ts";
import type { Turns } from "./turns.ts";
import { createUploads } from "./uploads.ts";
import { createWrites } from "./writes.ts";

/** What all buckets of a relay share, so that their bounds are those of the process. */
export interface SharedResources {
  readonly spool: Spool;
  readonly buffers: Buffers;
  readonly ahead: ReadAhead;
  /** Null where several builders read, none of which is to wait for another. */
  readonly turns: Turns | null;
  readonly metrics: Metrics;
}

export interface ServedStoreOptions extends SharedResources {
  /** Opened at the place that is served; whoever opened it closes it. */
  readonly store: ObjectStore;
  readonly tier: Tier | null;
  readonly layout: Layout;
  /** Whether a caller of this run may write, so that corrupt blobs are deleted. */
  readonly canMend: boolean;
  /** Of the relay. */
  readonly signal: AbortSignal;
}

export interface OpenServedStore extends ServedStore {
  /** A build failed over what it read: nothing is trusted in the next one. */
  doubt(): Promise<void>;
  /** Aborts the uploads that are open, and waits for what is still being written. */
  close(): Promise<void>;
}

/** Serves a store to BuildKit's s3 cache: nothing goes in that is not verified, nothing comes out that fails a build. */
export function createServedStore(options: ServedStoreOptions): OpenServedStore {
  const { store, layout, metrics, signal: ofRelay } = options;
  const background = createBackground();
  const writes = createWrites();
  const presence = createPresence({ store, signal: ofRelay });
  const shared = { ...options, background, writes, presence };
  const blobs = createBlobReader(shared);
  const readManifest = createManifestReader(shared);
  const write = createWriter(shared);
  const uploads = createUploads(shared);
  const inTurn = createLimit(1);

  const describe = (key: string, found: Pick<ObjectInfo, "size" | "modifiedAt">): StoredObject => ({
    size: found.size,
    modifiedAt: found.modifiedAt,
    etag: etagOf(key, found, layout),
  });
  const find = async (key: string, { signal }: Caller): Promise<StoredObject | null> => {
    if (!isKey(key) || presence.isSpoiled(key)) return null;
    const found = await refusing(() => store.stat(key, { signal }));
    return found && describe(key, found);
  };
  const open = async (key: string, range: ByteRange | null, caller: Caller) => {
    const hex = digestOf(key, layout);
    if (hex !== null) return blobs.read({ key, hex, range, caller });
    if (isManifest(key, layout)) {
      const found = await readManifest(key, caller);
      return found && contentOf(found, range ?? undefined);
    }
    return store.read(key, { signal: caller.signal, ...(range !== null && { range }) });
  };

  return {
    head: find,
    async get(key, { range, caller }) {
      const found = isKey(key) ? await refusing(() => open(key, range, caller)) : null;
      metrics.count(caller.name, found === null ? { misses: 1 } : { hits: 1 });
      if (found === null) return null;
      const { etag } = describe(key, found);
      return { ...found, version: etag, etag, body: refusingBody(found.body) };
    },
    async put(request) {
      requireKey(request.key);
      await write(request);
      return describe(request.key, { size: request.body.size, modifiedAt: Date.now() });
    },
    async touch(key, caller) {
      if (!isKey(key) || presence.isSpoiled(key)) return null;
      const isThere = await refusing(() => store.touch(key, { signal: caller.signal }));
      return isThere ? find(key, caller) : null;
    },
    async *list(prefix, { startAfter, caller }) {
      try {
        const from = startAfter === null ? {} : { startAfter };
        for await (const found of store.list(prefix, { signal: caller.signal, ...from })) {
          yield { ...found, etag: etagOf(found.key, found, layout) };
        }
      } catch (error) {
        throw refusalOf(error);
      }
    },
    async delete(keys, { signal }) {
      for (const key of keys) presence.forget(key);
      await refusing(() => store.delete(keys.filter(isKey), { signal }));
    },
    async createUpload(key) {
      requireKey(key);
      return uploads.create(key);
    },
    uploadPart: (part) => uploads.part(part),
    async completeUpload({ onlyIfAbsent, ...completion }) {
      const { key, caller } = completion;
      const complete = async () => {
        // The store wants to know it before the first part; a race with another relay is won by the last.
        if (onlyIfAbsent && (await find(key, caller)) !== null)
          throw new S3Error("PreconditionFailed", `${key} exists`);
        const size = await uploads.complete(completion);
        presence.note(key, size);
        metrics.count(caller.name, { bytesToStore: size });
        return describe(key, { size, modifiedAt: Date.now() });
      };
      return onlyIfAbsent ? inTurn(complete) : complete();
    },
    abortUpload: (upload) => uploads.abort(upload),
    doubt: () => blobs.doubt(),
    async close() {
      await uploads.close();
      await background.settled();
    },
  };
}

function requireKey(key: string): void {
  if (!isKey(key)) throw new S3Error("InvalidArgument", "the key has a part that is empty, a dot, or too long");
}

function contentOf(
  { bytes, modifiedAt }: { readonly bytes: Buffer; readonly modifiedAt: number },
  range: ByteRange | undefined,
): Omit<ObjectContent, "version"> {
  const { start, end } = clamp(range, bytes.length);
  const body = start === end ? [] : [bytes.subarray(start, end)];
  return { size: bytes.length, modifiedAt, start, body: toAsync(body), close: () => {} };
}

async function* toAsync(chunks: readonly Buffer[]): AsyncGenerator<Buffer, void, undefined> {
  yield* chunks;
}

async function* refusingBody(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* body;
  } catch (error) {
    throw refusalOf(error);
  }
}
