import { createHash } from "node:crypto";
import type { ByteRange, ObjectContent, ObjectStore } from "../store/object-store.ts";
import type { Background } from "./background.ts";
import type { Metrics } from "./metrics.ts";
import { orAborted } from "../host/or-aborted.ts";
import type { Presence } from "./presence.ts";
import type { ReadAhead } from "./read-ahead.ts";
import type { Caller } from "./served-store.ts";
import type { Tier, TierContent } from "./tier.ts";
import type { TierFile } from "./tier-files.ts";
import type { Turns } from "./turns.ts";

export interface BlobReaderOptions {
  readonly store: ObjectStore;
  readonly tier: Tier | null;
  readonly presence: Presence;
  readonly metrics: Metrics;
  readonly ahead: ReadAhead;
  readonly turns: Turns | null;
  readonly background: Background;
  /** Whether this run may delete what is corrupt, so that the next export writes it anew. */
  readonly canMend: boolean;
  readonly signal: AbortSignal;
}

export interface BlobRequest {
  readonly key: string;
  readonly hex: string;
  readonly range: ByteRange | null;
  readonly caller: Caller;
}

type Named = Pick<BlobRequest, "key" | "hex">;
type Body = Omit<ObjectContent, "version">;

export interface BlobReader {
  /** From the tier, else from the bucket into the tier. Null where there is none, or a corrupt one. */
  read(request: BlobRequest): Promise<Body | null>;
  /**
   * A client says that what it got is no good: what was sent from the tier as it was is verified the next time, and that of the
   * bucket of which a part was read is verified now, and deleted where the run may.
   */
  doubt(): Promise<void>;
}

export function createBlobReader(options: BlobReaderOptions): BlobReader {
  const { store, tier, presence, metrics, ahead, turns, background, canMend, signal: ofRelay } = options;
  /** Blobs that are on their way into the tier: whoever asks for the same one waits, and has it from there. */
  const flights = new Map<string, Promise<void>>();
  /** Blobs of the tier that were sent as they were verified when they were written. Whoever reads one again may doubt it. */
  const trusted = new Set<string>();
  /** Blobs of the bucket of which a part was read, where nothing but the client can verify them. */
  const resumed = new Map<string, Named>();

  const fromTier = ({ hex, range, caller }: BlobRequest, content: TierContent): Body => {
    const onCorrupt = () => tier?.drop(hex) ?? Promise.resolve();
    const count = (bytes: number) => metrics.count(caller.name, { bytesFromTier: bytes });
    const isTrusted = !coversAll(range) || (content.isVerified && !trusted.has(hex));
    if (isTrusted) {
      trusted.add(hex);
      return { ...content, body: counted(content.body, count) };
    }
    const body = verified(content.body, {
      hex,
      count,
      onCorrupt: () => corrupt(caller, onCorrupt),
      onRight: () => background.add(content.confirm()),
    });
    return { ...content, body };
  };
  const corrupt = (caller: Caller, mend: () => Promise<void>): void => {
    metrics.count(caller.name, { corruptBlobs: 1 });
    background.add(mend());
  };
  /** What damaged it may have been the way, and only a second reading tells. */
  const mend = async ({ key, hex }: Named): Promise<void> => {
    presence.spoil(key);
    if (!canMend) return;
    const content = await store.read(key, { signal: ofRelay });
    if (content === null) return;
    const hash = createHash("sha256");
    for await (const chunk of content.body) hash.update(chunk);
    if (hash.digest("hex") !== hex) await store.delete([key], { signal: ofRelay });
  };
  const fromStore = async (request: BlobRequest): Promise<Body | null> => {
    const { key, hex, caller } = request;
    const end = tier === null ? () => {} : beginFlight(flights, hex);
    try {
      const content = await ahead.open(store, key, caller.signal);
      if (content === null) {
        presence.forget(key);
        end();
        return null;
      }
      caller.signal.addEventListener("abort", end, { once: true });
      const { size } = content;
      const body = keeping(content.body, async () => (await tier?.write(hex, size)) ?? null, {
        hex,
        count: (bytes) => metrics.count(caller.name, { bytesFromStore: bytes }),
        onCorrupt: () => corrupt(caller, () => mend(request)),
        onEnd: (kept) => background.add(kept.finally(end)),
      });
      return {
        ...content,
        body,
        close() {
          content.close();
          end();
        },
      };
    } catch (error) {
      end();
      throw error;
    }
  };

  const inTurn = (content: Body | null, { signal }: Caller): Body | null =>
    turns === null || content === null ? content : { ...content, body: turns.inTurn(content.body, signal) };
  const read = async (request: BlobRequest): Promise<Body | null> => {
    const { key, hex, range, caller } = request;
    for (;;) {
      if (presence.isSpoiled(key)) return null;
      const kept = (await tier?.read(hex, range ?? undefined)) ?? null;
      if (kept !== null) return inTurn(fromTier(request, kept), caller);
      if (!coversAll(range)) {
        // Where a broken download goes on: BuildKit has the bytes before and checks the digest of all.
        resumed.set(hex, { key, hex });
        const content = await store.read(key, { signal: caller.signal, ...(range !== null && { range }) });
        const count = (bytes: number) => metrics.count(caller.name, { bytesFromStore: bytes });
        return content && { ...content, body: counted(content.body, count) };
      }
      const flight = flights.get(hex);
      if (flight === undefined) return inTurn(await fromStore(request), caller);
      await orAborted(flight, caller.signal);
    }
  };
  return {
    read,
    async doubt() {
      for (const request of resumed.values()) background.add(mend(request));
      await Promise.all([...trusted].map(async (hex) => tier?.doubt(hex)));
    },
  };
}

function coversAll(range: ByteRange | null): boolean {
  return range === null || ("start" in range && range.start === 0 && range.end === undefined);
}

function beginFlight(flights: Map<string, Promise<void>>, hex: string): () => void {
  let end = (): void => {};
  const flight = new Promise<void>((resolve) => (end = resolve));
  flights.set(hex, flight);
  return () => {
    if (flights.get(hex) === flight) flights.delete(hex);
    end();
  };
}

interface Watching {
  readonly hex: string;
  readonly count: (bytes: number) => void;
  readonly onCorrupt: () => void;
  readonly onRight?: () => void;
}

/**
 * The bytes as they come, the last of them once the digest of all is right: a client never has the whole of what is
 * corrupt.
 * @throws Error in place of the last ones
 */
async function* verified(
  body: AsyncIterable<Buffer>,
  { hex, count, onCorrupt, onRight }: Watching,
): AsyncGenerator<Buffer, void, undefined> {
  const hash = createHash("sha256");
  let held: Buffer | undefined;
  let bytes = 0;
  try {
    for await (const chunk of body) {
      hash.update(chunk);
      bytes += chunk.length;
      if (held !== undefined) yield held;
      held = chunk;
    }
    if (hash.digest("hex") !== hex) {
      onCorrupt();
      throw new Error(`the blob ${hex} is corrupt`);
    }
    onRight?.();
    if (held !== undefined) yield held;
  } finally {
    count(bytes);
  }
}

/** The same, and kept in the tier as well. */
async function* keeping(
  body: AsyncIterable<Buffer>,
  open: () => Promise<TierFile | null>,
  { onEnd, ...watching }: Watching & { readonly onEnd: (kept: Promise<void>) => void },
): AsyncGenerator<Buffer, void, undefined> {
  let file: TierFile | null = null;
  const giveUp = async (): Promise<void> => {
    const failed = file;
    file = null;
    await failed?.abort().catch(() => {});
  };
  async function* copied(): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of body) {
      await file?.write(chunk).catch(giveUp);
      yield chunk;
    }
  }
  let kept: Promise<void> | undefined;
  try {
    file = await open();
    for await (const chunk of verified(copied(), watching)) yield chunk;
    kept = file?.commit().catch(() => {});
  } finally {
    onEnd(kept ?? giveUp());
  }
}

async function* counted(
  body: AsyncIterable<Buffer>,
  count: (bytes: number) => void,
): AsyncGenerator<Buffer, void, undefined> {
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      yield chunk;
    }
  } finally {
    count(bytes);
  }
}
