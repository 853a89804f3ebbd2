import { createLimit } from "../host/limit.ts";
import type { ObjectStore, PutOptions, Upload } from "./object-store.ts";

export interface WriteOptions extends Pick<PutOptions, "onlyIfAbsent" | "signal"> {
  /** Of each part but the last. */
  readonly partBytes?: number;
  /** Parts that are sent at once; the source waits while there are as many. */
  readonly atOnce?: number;
}

/** Stores an object as its bytes come, in parts where it is large; where the source or the store fails, nothing of it stays. */
export async function writeStream(
  store: ObjectStore,
  key: string,
  source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { partBytes = 8 * 2 ** 20, atOnce = 4, ...calling }: WriteOptions = {},
): Promise<"stored" | "exists"> {
  let upload: Upload | undefined;
  const sending: Promise<void>[] = [];
  const limit = createLimit(atOnce);
  let failure: { readonly error: unknown } | undefined;
  const send = async (to: Upload, number: number, body: Buffer): Promise<void> => {
    let started = () => {};
    const isStarted = new Promise<void>((resolve) => (started = resolve));
    const sent = limit(() => {
      started();
      return to.part(number, body);
    }).catch((error: unknown) => void (failure ??= { error }));
    sending.push(sent);
    await isStarted;
  };
  try {
    let number = 0;
    for await (const part of partsOf(source, partBytes)) {
      if (failure !== undefined) throw failure.error;
      if (number === 0 && part.length < partBytes) return await store.put(key, part, calling);
      upload ??= await store.upload(key, calling);
      number += 1;
      await send(upload, number, part);
    }
    if (upload === undefined) return await store.put(key, new Uint8Array(), calling);
    await Promise.all(sending);
    if (failure !== undefined) throw failure.error;
    return await upload.complete();
  } catch (error) {
    await upload?.abort();
    throw error;
  }
}

/** All of this length but the last, which is not empty. */
async function* partsOf(
  source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  length: number,
): AsyncGenerator<Buffer, void, undefined> {
  let part = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length;) {
      const piece = chunk.subarray(at, at + length - filled);
      part.set(piece, filled);
      filled += piece.length;
      at += piece.length;
      if (filled < length) continue;
      yield part;
      part = Buffer.allocUnsafeSlow(length);
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}
