/** Memory for the chunks of a body: what is given back is filled again, which costs less than fresh memory. */
export interface Chunks {
  take(): Buffer;
}

const owners = new WeakMap<ArrayBufferLike, () => void>();

export function createChunks(bytes: number): Chunks {
  const free: Buffer[] = [];
  return {
    take() {
      const chunk = free.pop() ?? Buffer.allocUnsafeSlow(bytes);
      owners.set(chunk.buffer, () => void free.push(chunk));
      return chunk;
    },
  };
}

/**
 * Says of a chunk that nobody else has a view of it. Where it is all of its memory, that is freed as soon as it is given back:
 * the garbage collector comes late to it, since it goes by the size of objects, and all that came meanwhile goes through memory
 * that no cache holds. What is a part of a larger memory, such as Node's pool, has others beside it.
 */
export function ownsMemory(chunk: Buffer): Buffer {
  const { buffer } = chunk;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === chunk.length) owners.set(buffer, () => buffer.transfer(0));
  return chunk;
}

/** Says that parts of a chunk go different ways, so that none of them gives its memory back. */
export function isShared(chunk: Buffer): Buffer {
  owners.delete(chunk.buffer);
  return chunk;
}

/**
 * Says that nobody reads a chunk, or a part of it, any more. Harmless for memory of others; what nobody gives back is left to
 * the garbage collector.
 */
export function giveBack({ buffer }: Uint8Array): void {
  const free = owners.get(buffer);
  owners.delete(buffer);
  free?.();
}
