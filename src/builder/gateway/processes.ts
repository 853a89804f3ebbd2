import { createLimit } from "../../host/limit.ts";
import { type BuildProcess, type BuildStdio, startInBuild } from "./build-stdio.ts";
import type { Channel } from "./channel.ts";
import type { EngineWay } from "./engine-stdio.ts";
import { gatherInput, loop, newId, openProcess, type Process } from "./process.ts";
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
/** Bytes from which on it pays to have the engine start a process, which takes some 0.2 s. */
const bulk = 16 << 20;

export interface ProcessesOptions extends Pick<BuildProcess, "container" | "metadata"> {
  /** What the user is to see of a failed call. */
  readonly explain: (error: unknown) => Promise<unknown>;
  /** For commands through which much may go. */
  readonly engine: EngineWay | null;
}

/** Runs commands in processes that are there already, as far as they will do. */
export function openProcesses(channel: Channel, options: ProcessesOptions): Processes {
  const { engine, explain } = options;
  const limit = createLimit(atOnce);
  const all = new Set<Process>();
  const idle: Process[] = [];
  /** Those that the engine has started. */
  const byEngine = new Set<Process>();
  /** Of the first one. */
  const mark = newId();
  let waiting: ((process: Process) => void)[] = [];
  let first: BuildStdio | null = null;
  let running = 0;
  let isBroken = false;

  const start = async (): Promise<Process> => {
    const isFirst = first === null;
    // Of several that begin at once BuildKit might start another one first.
    if (!isFirst) await first?.started;
    const stdio = startInBuild(channel, { ...options, script: loop, ...(isFirst && { mark }) });
    first ??= stdio;
    const process = openProcess(stdio, explain);
    all.add(process);
    return process;
  };
  /** One whose streams the engine carries, where it can. */
  const takeByEngine = async (way: EngineWay): Promise<Process | null> => {
    const free = idle.findIndex((process) => byEngine.has(process) && !process.isOver());
    if (free !== -1) return idle.splice(free, 1)[0] ?? null;
    if (first === null) putBack(await start());
    const stdio = await way.start(mark, loop);
    if (stdio === null) return null;
    const process = openProcess(stdio, explain);
    all.add(process);
    byEngine.add(process);
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
    async run(argv, { folder, input: given, expectedBytes = 0, ...options }) {
      const input = await gatherInput(given, options.signal);
      return limit(async () => {
        const taking = expectedBytes >= bulk && engine !== null ? takeByEngine(engine) : take();
        running++;
        const process = (await taking) ?? (await take());
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
