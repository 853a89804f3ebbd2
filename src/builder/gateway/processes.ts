import { createLimit } from "../../host/limit.ts";
import type { Channel } from "./channel.ts";
import { gatherInput, openProcess, type Process, type ProcessOptions } from "./process.ts";
import type { MountExecOptions, MountExit } from "./shell.ts";

/** The processes of one container. */
export interface Processes {
  run(argv: readonly string[], options: MountExecOptions & { readonly folder: string }): Promise<MountExit>;
  /** Lets all of them end that wait for a command. */
  end(): void;
  /** Whether a command was broken off: its process ends with the container. */
  areBroken(): boolean;
}

/** Commands of a container under way at once. */
const atOnce = 4;
/** Time in ms for which a command waits for the process of another before it gets one more: that takes as long to start. */
const patience = 50;

/** Runs commands in processes that are there already, as far as they will do. */
export function openProcesses(channel: Channel, options: Omit<ProcessOptions, "isFirst">): Processes {
  const limit = createLimit(atOnce);
  const all = new Set<Process>();
  const idle: Process[] = [];
  let waiting: ((process: Process) => void)[] = [];
  let first: Process | null = null;
  let running = 0;
  let isBroken = false;

  const start = async (): Promise<Process> => {
    const isFirst = first === null;
    // Of several that begin at once BuildKit might start another one first.
    if (!isFirst) await first?.started;
    const process = openProcess(channel, { ...options, isFirst });
    first ??= process;
    all.add(process);
    return process;
  };
  const take = async (): Promise<Process> => {
    let free = idle.pop();
    while (free?.isOver() === true) free = idle.pop();
    if (free !== undefined) return free;
    if (running === 0) return start();
    const { promise, resolve } = Promise.withResolvers<Process | null>();
    waiting.push(resolve);
    const timer = setTimeout(() => {
      waiting = waiting.filter((each) => each !== resolve);
      resolve(null);
    }, patience);
    const given = await promise;
    clearTimeout(timer);
    return given ?? start();
  };
  const putBack = (process: Process): void => {
    if (process.isOver()) {
      all.delete(process);
      return;
    }
    const next = waiting.shift();
    if (next === undefined) idle.push(process);
    else next(process);
  };
  return {
    async run(argv, { folder, input: given, ...options }) {
      const input = await gatherInput(given, options.signal);
      return limit(async () => {
        const taking = take();
        running++;
        const process = await taking;
        try {
          options.signal?.throwIfAborted();
          return await process.run({ ...options, argv, folder, input });
        } finally {
          running--;
          isBroken ||= process.isLost();
          putBack(process);
        }
      });
    },
    end() {
      for (const process of all) process.end();
    },
    areBroken: () => isBroken,
  };
}
