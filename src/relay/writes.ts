/** Objects that are being written, so that what names them can wait for it. */
export interface Writes {
  /** Runs the write of an object; of one that comes in parts until it is complete. */
  track<T>(key: string, work: Promise<T>): Promise<T>;
  /** Whether something is being written under the key. */
  isRunning(key: string): boolean;
  /** Waits for what is being written under the key now. */
  settle(key: string): Promise<void>;
}

export function createWrites(): Writes {
  const running = new Map<string, Set<Promise<unknown>>>();
  return {
    async track(key, work) {
      const own = running.get(key) ?? new Set();
      running.set(key, own);
      const done = work.catch(() => {});
      own.add(done);
      try {
        return await work;
      } finally {
        own.delete(done);
        if (own.size === 0 && running.get(key) === own) running.delete(key);
      }
    },
    isRunning: (key) => running.has(key),
    async settle(key) {
      const own = running.get(key);
      if (own !== undefined) await Promise.all(own);
    },
  };
}
