/** Memory for bodies, lent for as long as somebody works on one; that of all requests together. */
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
   * Lets others have the room while the bytes are kept for an unknown time, until they are given back. False where too much
   * is kept so already.
   */
  readonly keep: () => boolean;
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

/**
 * Bounds the bytes that are held at once; a single body may be larger than the bound, and is then alone.
 * @param mostKept bytes that may be kept besides
 */
export function createBuffers(most = 48 * 2 ** 20, mostKept = most / 2): Buffers {
  const slabs: Buffer[] = [];
  let free = most;
  let kept = 0;
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
      const cost = isSlab ? slabBytes : size;
      const release = await reserve(cost, signal);
      const memory = isSlab ? (slabs.pop() ?? Buffer.allocUnsafeSlow(slabBytes)) : Buffer.allocUnsafeSlow(size);
      let isLent = true;
      let isKept = false;
      return {
        bytes: memory.subarray(0, size),
        keep() {
          if (!isLent || isKept || kept + cost > mostKept) return false;
          isKept = true;
          kept += cost;
          release();
          return true;
        },
        giveBack(isFree) {
          if (!isLent) return;
          isLent = false;
          if (isSlab && isFree) slabs.push(memory);
          if (isKept) kept -= cost;
          release();
        },
      };
    },
  };
}
