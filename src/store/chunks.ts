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
