/** Numbers from 0 to below 1, the same for a seed each time: mulberry32. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Act = () => Promise<void>;

/** Those who act in a world at once. */
export function createActors() {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  return {
    start(act: Act): void {
      const actor = act()
        .catch((error: unknown) => void failures.push(error))
        .finally(() => running.delete(actor));
      running.add(actor);
    },
    /**
     * Takes the world step by step until all have come to their end, or one has failed. Returns the failures.
     * @param step lets time pass, and whoever waited for it come to its next request
     */
    async run(step: Act): Promise<readonly unknown[]> {
      while (running.size > 0 && failures.length === 0) await step();
      return failures;
    },
  };
}
