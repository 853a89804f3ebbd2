import { createHash } from "node:crypto";
import type { ObjectStore } from "../store/object-store.ts";
import { writeStream } from "../store/write-stream.ts";
import type { Background } from "./background.ts";
import type { Buffers } from "./buffers.ts";
import { blobsOf, parseManifest } from "./cache-manifest.ts";
import { S3Error } from "./errors.ts";
import { digestOf, isManifest, type Layout } from "./names.ts";
import type { Metrics } from "./metrics.ts";
import type { Presence } from "./presence.ts";
import { maxManifestBytes } from "./read-manifest.ts";
import { orAborted } from "../host/or-aborted.ts";
import { checkDigests, collect } from "./receive.ts";
import { sha256 } from "./sha256.ts";
import type { Caller, IncomingBody } from "./served-store.ts";
import { refusing } from "./store-failure.ts";
import type { Tier } from "./tier.ts";
import type { Writes } from "./writes.ts";

export interface WriterOptions {
  readonly store: ObjectStore;
  readonly tier: Tier | null;
  readonly layout: Layout;
  readonly presence: Presence;
  readonly metrics: Metrics;
  readonly background: Background;
  readonly buffers: Buffers;
  readonly writes: Writes;
}

export interface WriteRequest {
  readonly key: string;
  readonly body: IncomingBody;
  readonly onlyIfAbsent: boolean;
  readonly caller: Caller;
}

/** Up to here a body is held in memory, verified, and then sent; beyond, it is sent in parts, and completed once it is verified. */
const maxHeld = 16 * 2 ** 20;
const partBytes = 8 * 2 ** 20;
/** Time in ms that a manifest waits for the blobs that it names. */
const longestWait = 60_000;

/** Writes an object whose body comes in one request. */
export function createWriter(options: WriterOptions): (request: WriteRequest) => Promise<void> {
  const { store, tier, layout, presence, metrics, background, buffers, writes } = options;

  const keep = async (hex: string, bytes: Uint8Array): Promise<void> => {
    const file = (await tier?.write(hex, bytes.byteLength)) ?? null;
    try {
      await file?.write(bytes);
      await file?.commit();
    } catch {
      await file?.abort().catch(() => {});
    }
  };
  /** So that nobody finds a manifest before the blobs that it names. */
  const awaitBlobs = async (bytes: Buffer, signal: AbortSignal): Promise<void> => {
    const manifest = parseManifest(bytes);
    if (manifest === null) return;
    const until = AbortSignal.any([signal, AbortSignal.timeout(longestWait)]);
    for (const blob of blobsOf(manifest).keys()) {
      const key = `${layout.blobsPrefix}${blob}`;
      // Another upload of it, which somebody has left, is no reason to wait.
      if (!writes.isRunning(key) || (await presence.sizeOf(key)) !== null) continue;
      await orAborted(writes.settle(key), until).catch(() => signal.throwIfAborted());
      if ((await presence.sizeOf(key)) !== null) continue;
      throw new S3Error("ServiceUnavailable", `${key}, which the manifest names, has not been stored`);
    }
  };
  const writeHeld = async ({ key, body, onlyIfAbsent, caller }: WriteRequest): Promise<"stored" | "exists"> => {
    const { bytes, giveBack } = await buffers.lend(body.size, caller.signal);
    let isFree = false;
    let kept = Promise.resolve();
    try {
      await collect(body, bytes);
      const actual = sha256(bytes);
      const hex = digestOf(key, layout);
      checkDigests(actual, { signed: body.sha256, named: hex });
      if (isManifest(key, layout)) await awaitBlobs(bytes, caller.signal);
      const result = await refusing(() =>
        store.put(key, bytes, { sha256: actual, signal: caller.signal, ...(onlyIfAbsent && { onlyIfAbsent }) }),
      );
      isFree = true;
      if (hex !== null) kept = keep(hex, bytes);
      return result;
    } finally {
      background.add(kept.then(() => giveBack(isFree)));
    }
  };
  const writeParts = async ({ key, body, onlyIfAbsent, caller }: WriteRequest): Promise<"stored" | "exists"> => {
    const atOnce = 2;
    const release = await buffers.reserve((atOnce + 1) * partBytes, caller.signal);
    const hex = digestOf(key, layout);
    async function* checked() {
      const hash = createHash("sha256");
      for await (const chunk of body.bytes) {
        hash.update(chunk);
        yield chunk;
      }
      checkDigests(hash.digest("hex"), { signed: body.sha256, named: hex });
    }
    try {
      return await refusing(() =>
        writeStream(store, key, checked(), { partBytes, atOnce, onlyIfAbsent, signal: caller.signal }),
      );
    } finally {
      release();
    }
  };

  return async (request) => {
    const { key, body, caller } = request;
    const named = digestOf(key, layout);
    if (named !== null && body.sha256 !== null) checkDigests(body.sha256, { signed: null, named });
    const isLarge = body.size > maxHeld;
    if (isLarge && isManifest(key, layout) && body.size > maxManifestBytes) {
      throw new S3Error("EntityTooLarge", `a cache manifest has at most ${maxManifestBytes} bytes`);
    }
    const write = isLarge && !isManifest(key, layout) ? writeParts : writeHeld;
    const result = await writes.track(key, write(request));
    if (result === "exists") throw new S3Error("PreconditionFailed", `${key} exists`);
    presence.note(key, body.size);
    metrics.count(caller.name, { bytesToStore: body.size });
  };
}
