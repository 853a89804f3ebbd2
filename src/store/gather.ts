import { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { createChunks, giveBack, ownsMemory } from "./chunks.ts";
import { transferError } from "./failure.ts";

export interface Gathered {
  /** What has come, or comes next; null at the end. @throws the stream's own error, once all that came before was read */
  next(): Promise<Buffer | null>;
  /** Reads no more; the body stays open. */
  stop(): void;
}

/** As much as a socket is read in one go, twice. */
const chunkBytes = 2 ** 17;
/** A part of this size is a chunk by itself. */
const largePart = 2 ** 15;

/**
 * Joins the small parts of a body that come in one turn of the event loop. Over TLS a part is a record, of 16 KiB at most and of
 * some servers 4 KiB, and to handle one costs far more than to copy it.
 */
export function gather(body: Readable): Gathered {
  const chunks = createChunks(chunkBytes);
  const ready: Buffer[] = [];
  let filling: Buffer | null = null;
  let filled = 0;
  let outcome: { readonly error: unknown } | "end" | null = null;
  let wake: (() => void) | null = null;

  const close = (): void => {
    if (filling !== null) ready.push(filling.subarray(0, filled));
    [filling, filled] = [null, 0];
  };
  const onData = (part: Buffer): void => {
    if (part.length >= largePart) {
      close();
      ready.push(body instanceof IncomingMessage ? ownsMemory(part) : part);
    } else {
      for (let at = 0; at < part.length;) {
        filling ??= chunks.take();
        const copied = part.copy(filling, filled, at);
        at += copied;
        filled += copied;
        if (filled === chunkBytes) close();
      }
      if (body instanceof IncomingMessage) giveBack(ownsMemory(part));
    }
    if (ready.length > 0) body.pause();
    if (wake === null) return;
    if (ready.length > 0) wake();
    // Whatever the socket has already comes before that.
    else setImmediate(wake);
    wake = null;
  };
  const finish = (how: NonNullable<typeof outcome>): void => {
    outcome ??= how;
    wake?.();
  };
  const onEnd = (): void => finish("end");
  const onError = (error: unknown): void => finish({ error });
  // A connection that breaks may say nothing but this.
  const onClose = (): void =>
    finish({ error: body.errored ?? transferError("ETRUNCATED", "the connection was closed before the end") });
  if (body.readableEnded) onEnd();
  else if (body.destroyed) onClose();
  body.on("data", onData).on("end", onEnd).on("error", onError).on("close", onClose);

  return {
    async next() {
      for (;;) {
        if (ready.length === 0) close();
        const chunk = ready.shift();
        if (ready.length === 0 && body.isPaused()) body.resume();
        if (chunk !== undefined) return chunk;
        if (outcome === "end") return null;
        if (outcome !== null) throw outcome.error;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    stop() {
      body.off("data", onData).off("end", onEnd).off("close", onClose).pause();
      // Whoever destroys it may do so with an error.
    },
  };
}
