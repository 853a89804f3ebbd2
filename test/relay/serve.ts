import { randomBytes } from "node:crypto";
import { createBuffers } from "../../src/relay/buffers.ts";
import { createServedStore, type OpenServedStore } from "../../src/relay/create-served-store.ts";
import { createMetrics, type Metrics } from "../../src/relay/metrics.ts";
import { createReadAhead } from "../../src/relay/read-ahead.ts";
import type { Caller, IncomingBody } from "../../src/relay/served-store.ts";
import { openSpool } from "../../src/relay/spool.ts";
import { createTurns } from "../../src/relay/turns.ts";
import type { Tier } from "../../src/relay/tier.ts";
import type { ByteRange, ObjectStore } from "../../src/store/object-store.ts";
import { sha256 } from "../contract/bytes.ts";
import { makeTempDir } from "../support/cleanup.ts";

const layout = { blobsPrefix: "blobs/", manifestsPrefix: "manifests/" };
export const caller: Caller = { name: "app", signal: new AbortController().signal };

export interface Served {
  readonly served: OpenServedStore;
  readonly metrics: Metrics;
  /** Folder of the spool's folders. */
  readonly spoolParent: string;
}

export interface ServeOptions {
  readonly tier?: Tier | null;
  readonly canMend?: boolean;
  readonly spoolBytes?: number;
  /** Bytes of parts that wait in memory, not in the spool. */
  readonly mostKept?: number;
  readonly rangeBytes?: number;
  /** Whether one connection to the bucket is slow; it is. */
  readonly isSlow?: boolean;
}

/** A served store as a relay opens it, with small bounds. */
export function serve(store: ObjectStore, options: ServeOptions = {}): Served {
  const { tier = null, canMend = true, spoolBytes, mostKept, rangeBytes = 64 * 1024, isSlow = true } = options;
  const metrics = createMetrics();
  const spoolParent = makeTempDir("spool");
  const served = createServedStore({
    store,
    tier,
    layout,
    canMend,
    metrics,
    signal: new AbortController().signal,
    spool: openSpool({ parent: spoolParent, ...(spoolBytes !== undefined && { maxBytes: spoolBytes }) }),
    buffers: createBuffers(undefined, mostKept),
    turns: createTurns(),
    ahead: createReadAhead({ rangeBytes, watch: () => ({ came() {}, taken() {}, areLong: () => isSlow }) }),
  });
  return { served, metrics, spoolParent };
}

export const blobKey = (body: Buffer): string => `${layout.blobsPrefix}sha256:${sha256(body)}`;
export const blobOf = (size: number): Buffer => randomBytes(size);

/** A body as it comes from a client, in pieces. */
export function bodyOf(body: Buffer, signed: string | null = sha256(body)): IncomingBody {
  async function* bytes() {
    for (let at = 0; at < body.length; at += 60_000) yield body.subarray(at, at + 60_000);
  }
  return { bytes: bytes(), size: body.length, sha256: signed };
}

export async function getAll(
  served: OpenServedStore,
  key: string,
  range: ByteRange | null = null,
): Promise<Buffer | null> {
  const found = await served.get(key, { range, caller });
  if (found === null) return null;
  const chunks: Buffer[] = [];
  for await (const chunk of found.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function putBlob(served: OpenServedStore, body: Buffer): Promise<string> {
  const key = blobKey(body);
  await served.put({ key, body: bodyOf(body), onlyIfAbsent: false, caller });
  return key;
}

/** A manifest of one record for each blob, each the parent of the next. */
export function manifestOf(blobs: readonly Buffer[]): Buffer {
  return Buffer.from(
    JSON.stringify({
      layers: blobs.map((body, index) => ({
        blob: `sha256:${sha256(body)}`,
        ...(index !== 1 && { parent: index - 1 }),
        annotations: { size: body.length, diffID: `sha256:${sha256(body)}` },
      })),
      records: blobs.map((_, index) => ({ digest: `sha256:${index}`, layers: [index === 0 ? {} : { layer: index }] })),
    }),
  );
}
