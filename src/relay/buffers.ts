/** Memory for bodies, lent for as long as somebody works on one. */
export interface Buffers {
  /** Waits until there is room, first come, first served. */
  lend(size: number, signal: AbortSignal): Promise<Loan>;
  /** The same for memory that the caller takes himself. Returns what gives it back, once. */
  reserve(size: number, signal: AbortSignal): Promise<() => void>;
}

export interface Loan {
  /** Of the size asked for, with whatever was in it before. */
  readonly bytes: Buffer;
  /**
   * Gives it back, once.
   * @param isFree whether nobody can read it any more; after a failure somebody may still be sending it
   */
  readonly giveBack: (isFree: boolean) => void;
}

/** Bytes of BuildKit's parts. Memory of this size is used again: fresh memory is filled with zeros by the kernel, page by page. */
const slabBytes = 8 * 2 ** 20;
/** Below, fresh memory costs less than a slab that is not free for others. */
const smallBytes = 256 * 1024;

/** Bounds the bytes that are held at once; a single body may be larger than the bound, and is then alone. */
export function createBuffers(most: number): Buffers {
  const slabs: Buffer[] = [];
  let free = most;
  const waiting: { readonly cost: number; readonly start: () => void }[] = [];
  const wake = (): void => {
    for (let next = waiting[0]; next !== undefined && free >= next.cost; next = waiting[0]) {
      waiting.shift();
      free -= next.cost;
      next.start();
    }
  };
  const reserve = async (size: number, signal: AbortSignal): Promise<() => void> => {
    signal.throwIfAborted();
    const cost = Math.min(size, most);
    await new Promise<void>((resolve, reject) => {
      const start = (): void => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      };
      const entry = { cost, start };
      const onAbort = (): void => {
        waiting.splice(waiting.indexOf(entry), 1);
        reject(signal.reason as Error);
        wake();
      };
      signal.addEventListener("abort", onAbort, { once: true });
      waiting.push(entry);
      wake();
    });
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      free += cost;
      wake();
    };
  };
  return {
    reserve,
    async lend(size, signal) {
      const isSlab = size > smallBytes && size <= slabBytes;
      const release = await reserve(isSlab ? slabBytes : size, signal);
      const memory = isSlab ? (slabs.pop() ?? Buffer.allocUnsafeSlow(slabBytes)) : Buffer.allocUnsafeSlow(size);
      let isLent = true;
      return {
        bytes: memory.subarray(0, size),
        giveBack(isFree) {
          if (!isLent) return;
          isLent = false;
          if (isSlab && isFree) slabs.push(memory);
          release();
        },
      };
    },
  };
}
