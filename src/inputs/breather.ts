/** Keeps long work from holding up what else is under way. */
export interface Breather {
  /** Lets others go on where this has been at work for a while. @throws the reason of the signal */
  pause(): Promise<void> | undefined;
}

const sliceMs = 8;

export function createBreather(signal: AbortSignal): Breather {
  let since = performance.now();
  const rest = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    since = performance.now();
  };
  return { pause: () => (performance.now() - since < sliceMs ? undefined : rest()) };
}
