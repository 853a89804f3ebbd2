import type { Readable } from "node:stream";
import { transferError } from "./failure.ts";
import { gather } from "./gather.ts";

/** Above this a length that a store claims is not believed before the bytes have come. */
const maxReserved = 64 * 2 ** 20;

export interface BodyOptions {
  /** Bytes that the store says will come; undefined where it does not. */
  readonly length: number | undefined;
  readonly maxBytes: number;
  /** Time in ms in which no byte comes. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
}

/**
 * Reads an answer's body to its end, into one buffer. "too large" ends the connection.
 * @throws Error with code ETRUNCATED where it ends before its length, ETIMEDOUT where nothing comes, or the stream's own;
 * the signal's reason where it is aborted.
 */
export async function readBody(body: Readable, options: BodyOptions): Promise<Buffer | "too large"> {
  const { length, maxBytes, idleMs, signal } = options;
  if (signal.aborted || (length ?? 0) > maxBytes) {
    discard(body);
    signal.throwIfAborted();
    return "too large";
  }
  const reserved = length !== undefined && length <= maxReserved ? Buffer.allocUnsafeSlow(length) : null;
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise<Buffer | "too large">((resolve, reject) => {
    const finish = (result: Buffer | "too large" | Error) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      if (Buffer.isBuffer(result)) return resolve(result);
      discard(body);
      if (result === "too large") resolve(result);
      else reject(result);
    };
    const onAbort = () => finish(signal.reason as Error);
    const timer = setTimeout(() => finish(transferError("ETIMEDOUT", `no byte for ${idleMs} ms`)), idleMs);
    signal.addEventListener("abort", onAbort, { once: true });
    body.on("data", (chunk: Buffer) => {
      timer.refresh();
      const end = size + chunk.length;
      if (end > maxBytes) return finish("too large");
      if (length !== undefined && end > length) return finish(truncated(length, end));
      if (reserved === null) chunks.push(chunk);
      else chunk.copy(reserved, size);
      size = end;
    });
    body.once("end", () => {
      if (length !== undefined && size !== length) finish(truncated(length, size));
      else finish(reserved ?? Buffer.concat(chunks, size));
    });
    body.on("error", finish);
    // A connection that breaks may say nothing but this.
    body.once("close", () => finish(truncated(length, size)));
  });
}

/**
 * A body in chunks, of which at most one is read ahead. The time is that of one wait: who reads may take as long as he likes.
 * @throws Error as `readBody` does; the end of the stream may be too early.
 */
export async function* chunksOf(
  body: Readable,
  { idleMs, signal }: Pick<BodyOptions, "idleMs" | "signal">,
): AsyncGenerator<Buffer, void, undefined> {
  const gathered = gather(body);
  const onAbort = () => body.destroy(signal.reason as Error);
  signal.addEventListener("abort", onAbort, { once: true });
  let isWaiting = true;
  // One timer for all chunks, and an error only where there is one: a body has thousands.
  const timer = setTimeout(() => {
    if (isWaiting) body.destroy(transferError("ETIMEDOUT", `no byte for ${idleMs} ms`));
  }, idleMs);
  try {
    signal.throwIfAborted();
    for (;;) {
      isWaiting = true;
      timer.refresh();
      const chunk = await gathered.next();
      isWaiting = false;
      if (chunk === null) return;
      yield chunk;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    gathered.stop();
  }
}

const pieceBytes = 2 ** 18;

/** A body in pieces, as TLS takes it best: it encrypts all that it is handed at once, into memory of its own. */
export function* piecesOf(parts: readonly Uint8Array[]): Generator<Uint8Array, void, undefined> {
  for (const part of parts) {
    for (let at = 0; at < part.length; at += pieceBytes) yield part.subarray(at, at + pieceBytes);
  }
}

/** Ends a body that nobody reads, and with it the connection that it would block. */
export function discard(body: Readable): void {
  body.on("error", () => {});
  body.destroy();
}

function truncated(length: number | undefined, size: number): Error {
  return transferError("ETRUNCATED", `${size} bytes came of ${length ?? "an unknown number"}`);
}
