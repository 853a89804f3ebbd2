import type { ClientHttp2Stream } from "node:http2";
import { createWriter } from "./flow.ts";
import { lengthOf } from "./wire.ts";

/* How gRPC puts messages into a stream. Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */

/** Bytes of a message at most. BuildKit sends none of more than 16 MiB. */
const maxFrame = 32 << 20;
/** A byte that says whether the message is compressed, and its length in four. */
const frameHead = 5;

/** Bytes from which on a piece of a message goes out as it is, and not as a copy. */
const largePiece = 32 << 10;

/** Sends messages, each at once; resolves when there is room for more. What is sent to a stream that has ended is dropped. */
export function createSender<In>(
  stream: ClientHttp2Stream,
  encode: (message: In) => readonly Uint8Array[],
): (message: In) => Promise<void> {
  const writer = createWriter(stream);
  return async (message) => {
    if (stream.destroyed || stream.writableEnded) return;
    stream.cork();
    for (const chunk of frame(encode(message))) writer.write(chunk);
    stream.uncork();
    await writer.room();
  };
}

/** A message with its head; small pieces are put together. */
function frame(message: readonly Uint8Array[]): readonly Uint8Array[] {
  const head = Buffer.alloc(frameHead);
  head.writeUInt32BE(lengthOf(message), 1);
  const chunks: Uint8Array[] = [];
  let small: Uint8Array[] = [head];
  for (const piece of message) {
    if (piece.length < largePiece) small.push(piece);
    else {
      chunks.push(Buffer.concat(small), piece);
      small = [];
    }
  }
  if (small.length > 0) chunks.push(Buffer.concat(small));
  return chunks;
}

/** Gives each message of a stream to `onMessage`, valid until that returns. Throws at a frame that cannot be. */
export function createDeframer(onMessage: (bytes: Buffer) => void): (chunk: Buffer) => void {
  /** A frame that several chunks share. */
  let held = Buffer.allocUnsafeSlow(64 * 1024);
  let filled = 0;
  const lengthAt = (bytes: Buffer, at: number): number => {
    if (bytes[at] !== 0) throw new Error("the answer is compressed, which was not asked for");
    const length = frameHead + bytes.readUInt32BE(at + 1);
    if (length > maxFrame) throw new Error(`a message of ${length} bytes`);
    return length;
  };
  return (chunk) => {
    for (let at = 0; at < chunk.length;) {
      const left = chunk.length - at;
      if (filled === 0 && left >= frameHead) {
        const length = lengthAt(chunk, at);
        if (left >= length) {
          onMessage(chunk.subarray(at + frameHead, at + length));
          at += length;
          continue;
        }
      }
      const wanted = filled < frameHead ? frameHead : lengthAt(held, 0);
      if (wanted > held.length) held = Buffer.concat([held.subarray(0, filled)], wanted);
      const copied = Math.min(left, wanted - filled);
      chunk.copy(held, filled, at, at + copied);
      filled += copied;
      at += copied;
      if (filled < frameHead || filled < lengthAt(held, 0)) continue;
      const length = filled;
      filled = 0;
      onMessage(held.subarray(frameHead, length));
    }
  };
}
