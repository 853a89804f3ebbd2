import type { Duplex } from "node:stream";

/** Bytes that wait for their way out, beyond which a sender waits too: some, so that the builder never does. */
const maxQueued = 1 << 20;

export interface Writer {
  write(chunk: Uint8Array): void;
  /** Resolves when there is room for more, or nobody who would take it. */
  room(): Promise<void>;
}

export function createWriter(stream: Duplex): Writer {
  let queued = 0;
  let waiting: (() => void)[] = [];
  const wake = (): void => {
    for (const resume of waiting) resume();
    waiting = [];
  };
  stream.once("close", wake);
  const isFull = (): boolean => queued >= maxQueued && !stream.destroyed && !stream.closed;
  return {
    write(chunk) {
      queued += chunk.length;
      stream.write(chunk, () => {
        queued -= chunk.length;
        if (queued < maxQueued) wake();
      });
    },
    async room() {
      while (isFull()) await new Promise<void>((resolve) => void waiting.push(resolve));
    },
  };
}

/** Reads nothing from a stream while any of the given promises waits. A failed one is given to `onFailed`, once for all. */
export function createPauser(
  stream: Pick<Duplex, "pause" | "resume">,
  onFailed: (error: unknown) => void,
): (answer: void | Promise<void>) => void {
  let waiting = 0;
  return (answer) => {
    if (answer === undefined) return;
    waiting++;
    stream.pause();
    answer.then(() => {
      waiting--;
      if (waiting === 0) stream.resume();
    }, onFailed);
  };
}
