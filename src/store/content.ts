import { setTimeout as sleep } from "node:timers/promises";
import type { Readable } from "node:stream";
import type { ByteRange, ObjectContent } from "./object-store.ts";
import { transferError } from "./failure.ts";
import { chunksOf, discard } from "./transfer.ts";

/** An answer with the bytes of an object, not yet read. */
export interface OpenedBody {
  /** Of the entire object. */
  readonly size: number;
  readonly modifiedAt: number;
  readonly version: string;
  /** Where in the object the body begins: 0 where the store does not know ranges. */
  readonly start: number;
  readonly body: Readable;
}

export interface ContentSource {
  /** Asks for bytes, of that version where one is given. Null where there is no such object. "outside": the range has none. */
  open(range: ByteRange | undefined, version?: string): Promise<OpenedBody | "outside" | null>;
  /** Whether the same request may succeed when it is sent again. */
  isPassing(error: unknown): boolean;
  /** The error for people. */
  describe(error: unknown): Error;
  /** For an object that is no longer the one that the body began with. */
  replaced(): Error;
  readonly signal: AbortSignal;
  readonly idleMs: number;
  /** How often the same byte is asked for, and bounds in ms of the waits between. */
  readonly tries: number;
  readonly waits: readonly number[];
}

/** Opens the content of an object, and goes on where its line breaks. */
export async function openContent(source: ContentSource, range?: ByteRange): Promise<ObjectContent | null> {
  let found = await source.open(range);
  if (found === "outside") found = await source.open(undefined);
  if (found === null || found === "outside") return null;
  const { size, modifiedAt, version } = found;
  const { start, end } = clamp(range, size);
  const at: Position = { next: start, end, current: found, isClosed: false };
  if (start === end) discard(found.body);
  // What breaks before anybody reads is seen by who reads.
  else found.body.on("error", () => {});
  const close = () => {
    at.isClosed = true;
    discard(at.current.body);
  };
  return { size, modifiedAt, version, start, body: readFrom(source, at), close };
}

/** The bytes of a range that an object of this size has. */
export function clamp(range: ByteRange | undefined, size: number): { readonly start: number; readonly end: number } {
  if (range === undefined) return { start: 0, end: size };
  if ("last" in range) return { start: Math.max(0, size - range.last), end: size };
  const start = Math.min(range.start, size);
  return { start, end: Math.max(start, Math.min(range.end ?? size, size)) };
}

/** As the header has it; null for a range without bytes, which it cannot say. */
export function rangeHeader(range: ByteRange): string | null {
  if ("last" in range) return range.last === 0 ? null : `bytes=-${range.last}`;
  const { start, end } = range;
  if (end === undefined) return `bytes=${start}-`;
  return end <= start ? null : `bytes=${start}-${end - 1}`;
}

/** What `content-range` says of the entire object and the place in it. */
export function readContentRange(
  header: string | null | undefined,
): { readonly start: number; readonly size: number } | null {
  const [, start, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(header ?? "") ?? [];
  return start === undefined ? null : { start: Number(start), size: Number(size) };
}

interface Position {
  next: number;
  readonly end: number;
  current: OpenedBody;
  isClosed: boolean;
}

async function* readFrom(source: ContentSource, at: Position): AsyncGenerator<Buffer, void, undefined> {
  const { signal, idleMs, tries, waits } = source;
  const { version } = at.current;
  let failures = 0;
  try {
    while (at.next < at.end) {
      try {
        let begin = at.current.start;
        for await (const chunk of chunksOf(at.current.body, { idleMs, signal })) {
          const wanted = chunk.subarray(Math.max(0, at.next - begin), Math.max(0, at.end - begin));
          begin += chunk.length;
          if (wanted.length === 0) continue;
          at.next += wanted.length;
          failures = 0;
          yield wanted;
          if (at.next === at.end) return;
        }
        throw transferError("ETRUNCATED", `the body ended ${at.end - at.next} bytes early`);
      } catch (error) {
        discard(at.current.body);
        signal.throwIfAborted();
        if (at.isClosed) throw error;
        failures += 1;
        if (failures >= tries || !source.isPassing(error)) throw source.describe(error);
      }
      const bound = waits[Math.min(failures, waits.length) - 1] ?? 0;
      await sleep(Math.random() * bound, undefined, { signal }).catch(() => signal.throwIfAborted());
      const next = await source.open({ start: at.next, end: at.end }, version);
      if (next === null || next === "outside") throw source.replaced();
      at.current = next;
      if (next.version !== version) throw source.replaced();
    }
  } finally {
    discard(at.current.body);
  }
}
