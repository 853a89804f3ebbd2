import { orAborted } from "../host/or-aborted.ts";

export interface Turns {
  /** The chunks of a body, each in its turn. @throws the reason of the signal, where that is aborted meanwhile */
  inTurn(body: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer, void, undefined>;
}

export interface TurnsOptions {
  /** Bodies that are sent while older ones wait. */
  readonly atOnce?: number;
  /** Bytes in a second from which on a body is one that others wait for. */
  readonly leastRate?: number;
  /** Time in ms for which the fastest of them is waited for, once no more of it is taken. */
  readonly patience?: number;
  /** Time in ms after which a chunk goes whatever others do, so that no connection is idle for long. */
  readonly longest?: number;
}

interface Sending {
  movedAt: number;
  /** Until when it is on time, at the least rate. */
  dueAt: number;
  wake: () => void;
}

/**
 * Sends the bodies first that were asked for last. BuildKit asks for the layers of a build from the upper ones down, four at a
 * time, and unpacks them one by one from the lowest up: the sooner it has the lowest, the more of the others comes while it
 * unpacks. Whatever comes or is taken more slowly than within a machine holds up nothing, since one connection does not
 * fill its line.
 */
export function createTurns(options: TurnsOptions = {}): Turns {
  const { atOnce = 1, leastRate = 2 ** 27, patience = 25, longest = 1_000 } = options;
  /** In the order in which they were asked for. */
  const open: Sending[] = [];
  const mustWait = (mine: Sending): boolean => {
    const time = performance.now();
    if (time - mine.movedAt > longest) return false;
    let ahead = 0;
    for (let index = open.length - 1; open[index] !== mine; index -= 1) {
      if ((open[index]?.dueAt ?? 0) > time) ahead += 1;
    }
    return ahead >= atOnce;
  };
  const wait = async (mine: Sending, signal: AbortSignal): Promise<void> => {
    let timer: NodeJS.Timeout | undefined;
    const turn = new Promise<void>((resolve) => {
      mine.wake = resolve;
      timer = setTimeout(resolve, patience);
    });
    await orAborted(turn, signal).finally(() => clearTimeout(timer));
  };
  return {
    async *inTurn(body, signal) {
      const began = performance.now();
      const mine: Sending = { movedAt: began, dueAt: began, wake: () => {} };
      open.push(mine);
      try {
        for await (const chunk of body) {
          while (mustWait(mine)) await wait(mine, signal);
          const { length } = chunk;
          yield chunk;
          const time = performance.now();
          mine.movedAt = time;
          mine.dueAt = Math.min(Math.max(mine.dueAt, time) + (length * 1_000) / leastRate, time + patience);
        }
      } finally {
        open.splice(open.indexOf(mine), 1);
        for (const { wake } of open) wake();
      }
    },
  };
}
