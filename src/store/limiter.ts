interface Slot {
  /** Gives the slot back. "too fast": the store refused the request because there are too many. */
  give(outcome: "done" | "failed" | "too fast"): void;
}

export interface Limiter {
  /** Waits for its turn, first come, first served. */
  take(): Promise<Slot>;
  /** How many slots there are now. */
  readonly limit: number;
}

/**
 * Bounds how much happens at once, and follows what the other side can take: halves the bound at a refusal, and adds one
 * after as many successes as there are slots.
 */
export function createLimiter(most: number): Limiter {
  let limit = most;
  let active = 0;
  let successes = 0;
  /** Counts the halvings: refusals of requests that began before the last one say nothing new. */
  let era = 0;
  const waiting: ((slot: Slot) => void)[] = [];

  const isFree = (): boolean => active < limit;
  const wake = (): void => {
    while (isFree() && waiting.length > 0) waiting.shift()?.(open());
  };
  const open = (): Slot => {
    active += 1;
    const begunIn = era;
    let isGiven = false;
    return {
      give(outcome) {
        if (isGiven) return;
        isGiven = true;
        active -= 1;
        if (outcome === "too fast" && begunIn === era) {
          era += 1;
          successes = 0;
          limit = Math.max(1, Math.floor(limit / 2));
        } else if (outcome === "done" && limit < most) {
          successes += 1;
          if (successes >= limit) {
            successes = 0;
            limit += 1;
          }
        }
        wake();
      },
    };
  };
  return {
    take: () => (isFree() ? Promise.resolve(open()) : new Promise<Slot>((resolve) => void waiting.push(resolve))),
    get limit() {
      return limit;
    },
  };
}
