import type { ByteRange, ObjectContent, ObjectReader } from "../store/object-store.ts";
import { createWaits, type Waits } from "./waits.ts";

export interface ReadAheadOptions {
  /** Ranges that are read at once beside the one that is served, of all objects together. */
  readonly atOnce?: number;
  readonly rangeBytes?: number;
  /** Tells of one object whether it is read slowly. */
  readonly watch?: () => Waits;
}

export interface ReadAhead {
  /** As `ObjectReader.read` for the entire object, with ranges on several connections at once where one is slow. */
  open(store: ObjectReader, key: string, signal: AbortSignal): Promise<ObjectContent | null>;
}

/**
 * Reads large objects in ranges ahead of who reads, where the bucket keeps them waiting: one connection to a distant one is
 * slow however fast the line is, and to a near one the fastest way. The bound is shared by the objects that are read at the
 * same time, since BuildKit pulls layers side by side.
 */
export function createReadAhead({
  atOnce = 8,
  rangeBytes = 4 * 2 ** 20,
  watch = createWaits,
}: ReadAheadOptions = {}): ReadAhead {
  let objects = 0;
  let running = 0;

  async function* follow(
    first: ObjectContent,
    fetch: (range: ByteRange) => Download,
    stop: () => void,
  ): AsyncGenerator<Buffer, void, undefined> {
    const { size } = first;
    const waits = watch();
    const ahead: Download[] = [];
    let next = size;
    const fill = (): void => {
      // Each has one range, and a fair share of the others.
      while (next < size && (ahead.length === 0 || (running < atOnce && ahead.length <= atOnce / objects))) {
        const download = fetch({ start: next, end: next + rangeBytes });
        next += rangeBytes;
        ahead.push(download);
        running += 1;
        void download.ended.then(() => (running -= 1));
      }
    };
    objects += 1;
    try {
      let end = size;
      let at = 0;
      for await (const chunk of first.body) {
        waits.came(chunk.length);
        const wanted = chunk.subarray(0, end - at);
        at += wanted.length;
        yield wanted;
        if (at === end) break;
        waits.taken();
        if (end < size || size - at < 2 * rangeBytes || !waits.areLong()) continue;
        // What follows comes in ranges; this one has its share of the rest.
        end = next = at + rangeBytes;
        fill();
      }
      for (let current = ahead[0]; current !== undefined; current = ahead[0]) {
        for await (const chunk of current.chunks()) yield chunk;
        ahead.shift();
        fill();
      }
    } finally {
      objects -= 1;
      stop();
    }
  }

  return {
    async open(store, key, ofCaller) {
      const first = await store.read(key, { signal: ofCaller });
      if (first === null || first.size < 2 * rangeBytes) return first;
      const ending = new AbortController();
      const signal = AbortSignal.any([ofCaller, ending.signal]);
      const stop = () => ending.abort(new Error(`${key} is not read any more`));
      const fetch = (range: ByteRange) =>
        startDownload(async () => {
          const content = await store.read(key, { range, signal });
          if (content?.version !== first.version) {
            content?.close();
            throw new Error(`${key} was replaced while it was read`);
          }
          return content.body;
        });
      return {
        ...first,
        body: follow(first, fetch, stop),
        close() {
          first.close();
          stop();
        },
      };
    },
  };
}

interface Download {
  /** The bytes as they have come and come. @throws what reading them throws */
  chunks(): AsyncIterable<Buffer>;
  /** All have come, or none come any more. */
  readonly ended: Promise<void>;
}

/** Reads a body into memory, whether or not anybody waits for it. */
function startDownload(open: () => Promise<AsyncIterable<Buffer>>): Download {
  const gathered: Buffer[] = [];
  let failure: { readonly error: unknown } | undefined;
  let hasEnded = false;
  let wake = (): void => {};
  const run = async (): Promise<void> => {
    try {
      for await (const chunk of await open()) {
        gathered.push(chunk);
        wake();
      }
    } catch (error) {
      failure = { error };
    } finally {
      hasEnded = true;
      wake();
    }
  };
  return {
    ended: run(),
    async *chunks() {
      for (;;) {
        for (let chunk = gathered.shift(); chunk !== undefined; chunk = gathered.shift()) yield chunk;
        if (failure !== undefined) throw failure.error;
        if (hasEnded) return;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
