import { BkcacheError } from "../../diagnostics/error.ts";
import type { Gateway } from "./gateway.ts";
import type { MountIdentity, MountShell } from "./shell.ts";

/** Mounts that are opened together. */
export interface MountGroup {
  /**
   * Uses one of them. Where the container was lost to another of them, it is used once more, in a container of its own.
   * @throws BkcacheError as `openShell` does.
   */
  use<T>(mount: MountIdentity, signal: AbortSignal, work: (shell: MountShell) => Promise<T>): Promise<T>;
  /** Closes what nobody has used; what is used later is opened by itself. */
  close(): Promise<void>;
}

/** Time in ms for all of them to be free, after which each one is waited for by itself. */
const patience = 5_000;

/**
 * Opens mounts of one node in one container, when the first one is used: to start one takes the builder as long as the work on a
 * small mount. Where they cannot be opened together, each has its own.
 */
export function openGroup(gateway: Gateway, mounts: readonly MountIdentity[]): MountGroup {
  let shells: Promise<ReadonlyMap<MountIdentity, MountShell>> | undefined;
  const openAll = async (signal: AbortSignal): Promise<ReadonlyMap<MountIdentity, MountShell>> => {
    if (mounts.length < 2) return new Map();
    try {
      const within = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
      const opened = await gateway.openShells(mounts, { signal: within });
      return new Map(mounts.map((mount, index) => [mount, opened[index] as MountShell]));
    } catch {
      // Who needs one of them learns why.
      return new Map();
    }
  };
  const close = async (): Promise<void> => {
    const opened = await shells;
    shells = Promise.resolve(new Map());
    await Promise.all([...(opened?.values() ?? [])].map((shell) => shell.close()));
  };
  const useAlone: MountGroup["use"] = async (mount, signal, work) =>
    closing(await gateway.openShell(mount, { signal }), work);
  return {
    async use(mount, signal, work) {
      const shell = (await (shells ??= openAll(signal))).get(mount);
      if (shell === undefined) return useAlone(mount, signal, work);
      try {
        return await closing(shell, work);
      } catch (error) {
        const isLost = error instanceof BkcacheError && error.code === "BK4022" && !signal.aborted;
        if (!isLost) throw error;
        // The mount is free when all of the container's are.
        await close();
        return useAlone(mount, signal, work);
      }
    },
    close,
  };
}

async function closing<T>(shell: MountShell, work: (shell: MountShell) => Promise<T>): Promise<T> {
  try {
    return await work(shell);
  } finally {
    await shell.close();
  }
}
