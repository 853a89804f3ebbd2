/** Work that no answer waits for. */
export interface Background {
  /** Its failure is nobody's. */
  add(work: Promise<unknown>): void;
  /** Waits for all. */
  settled(): Promise<void>;
}

export function createBackground(): Background {
  const running = new Set<Promise<unknown>>();
  return {
    add(work) {
      const done: Promise<unknown> = work.catch(() => {}).finally(() => running.delete(done));
      running.add(done);
    },
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
