/** Keeps long work from holding up what else is under way. */
export interface Breather {
  /** Lets others go on where this has been at work for a while. @throws the reason of the signal */
  pause(): Promise<void> | undefined;
}

/** Time in ms. An answer of the builder or a bucket waits for half of it, and a build waits for a dozen of them. */
const sliceMs = 2;

export function createBreather(signal: AbortSignal): Breather {
  // Not `performance`: what it loads takes longer than many a look at all files.
  let since = Date.now();
  const rest = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    since = Date.now();
  };
  return { pause: () => (Math.abs(Date.now() - since) < sliceMs ? undefined : rest()) };
}
