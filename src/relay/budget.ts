export interface Budget {
  /** Waits until so many bytes are free, first come, first served. Returns what gives them back, once. */
  reserve(bytes: number, signal: AbortSignal): Promise<() => void>;
}

/** Bounds the bytes that are held at once; a single request may be larger than the budget, and is then alone. */
export function createBudget(most: number): Budget {
  let free = most;
  const waiting: { readonly bytes: number; readonly start: () => void }[] = [];
  const wake = (): void => {
    for (let next = waiting[0]; next !== undefined && free >= next.bytes; next = waiting[0]) {
      waiting.shift();
      free -= next.bytes;
      next.start();
    }
  };
  return {
    async reserve(wanted, signal) {
      signal.throwIfAborted();
      const bytes = Math.min(wanted, most);
      await new Promise<void>((resolve, reject) => {
        const start = (): void => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        };
        const entry = { bytes, start };
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
        free += bytes;
        wake();
      };
    },
  };
}
