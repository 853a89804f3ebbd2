import { performance } from "node:perf_hooks";

/** Watches who waits for whom while an object is read. */
export interface Waits {
  /** A chunk has come. */
  came(bytes: number): void;
  /** Whoever reads is done with it. */
  taken(): void;
  /** Whether most of the time since this was last answered went by in waiting for the bucket, with nothing else to do. */
  areLong(): boolean;
}

/** Bytes and ms that tell something. */
const leastBytes = 2 ** 20;
const leastMs = 50;

/**
 * Where a near bucket keeps a busy process waiting, more connections would only make more work. The share of time for which
 * the thread was idle tells the two apart.
 */
export function createWaits(now = () => performance.now(), loop = () => performance.eventLoopUtilization()): Waits {
  let since = now();
  let mark = since;
  let before = loop();
  let waited = 0;
  let bytes = 0;
  return {
    came(length) {
      waited += now() - mark;
      bytes += length;
    },
    taken() {
      mark = now();
    },
    areLong() {
      const passed = mark - since;
      if (bytes < leastBytes || passed < leastMs) return false;
      const current = loop();
      const idle = (current.idle - before.idle) / passed;
      const areLong = waited / passed > 0.5 && idle > 0.5;
      [since, before, waited, bytes] = [mark, current, 0, 0];
      return areLong;
    },
  };
}
