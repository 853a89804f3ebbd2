import { createLimit } from "../../host/limit.ts";
import type { Channel } from "./channel.ts";
import { type Build, openBuild } from "./internal-build.ts";
import { baseFolder, type LlbDefinition, mountBase, mountKey, notesPath } from "./llb.ts";
import { CacheSharingOpt, MountType } from "./messages.ts";
import type { EngineWay } from "./engine-stdio.ts";
import { notesMount } from "./records.ts";
import type { MountIdentity, MountShell } from "./shell.ts";
import { openProcesses } from "./processes.ts";

export interface ContainerOptions {
  /** What containers are made of: the helper. */
  readonly root: () => Promise<LlbDefinition>;
  /** What the user is to see of a failed call of a process. */
  readonly explain: (error: unknown) => Promise<unknown>;
  /** A shorter way to processes, where there is one. */
  readonly engine: EngineWay | null;
}

/** The containers of one node, each with some mounts. */
export interface Containers {
  /** Opens mounts in a container of their own, which ends with the last of their shells. */
  open(mounts: readonly MountIdentity[], signal?: AbortSignal): Promise<readonly MountShell[]>;
  close(): Promise<void>;
}

/** A build that has the helper already. */
interface RootedBuild extends Build {
  /** The id of the helper's root in it. */
  readonly root: string;
}

/** Where a mount lies in its container. */
const folderOf = (index: number): string => (index === 0 ? "/k" : `/k${index}`);

/**
 * Makes containers, of which each that is open at a time has a build of its own: where a mount is busy, only the end of the
 * build ends BuildKit's wait for it. A build whose container was closed in good order takes the next one, since the helper,
 * a megabyte, goes to every build.
 */
export function createContainers(channel: Channel, options: ContainerOptions): Containers {
  const idle: RootedBuild[] = [];
  // One helper on its way at a time.
  const limit = createLimit(1);
  const begin = async (signal: AbortSignal | undefined): Promise<RootedBuild> => {
    const definition = await options.root();
    return limit(async () => {
      signal?.throwIfAborted();
      const build = openBuild(channel);
      try {
        return { ...build, root: await build.solve(definition, signal) };
      } catch (error) {
        await build.close();
        throw error;
      }
    });
  };
  const takeIdle = (): RootedBuild | undefined => {
    let build = idle.pop();
    while (build?.hasEnded() === true) build = idle.pop();
    return build;
  };
  return {
    async open(mounts, signal) {
      const build = takeIdle() ?? (await begin(signal));
      let container: string;
      try {
        container = await makeContainer(build, mounts, signal);
      } catch (error) {
        await build.close();
        throw error;
      }
      const { metadata } = build;
      const processes = openProcesses(channel, { ...options, container, metadata });
      const open = new Set(mounts.keys());
      let released: Promise<void> | undefined;
      const release = async (): Promise<void> => {
        processes.end();
        const isReleased = await build.release(container);
        if (processes.areBroken() || !isReleased || build.hasEnded()) await build.close();
        else idle.push(build);
      };
      return [...mounts.keys()].map((index) => ({
        exec: (argv, execOptions) => processes.run(argv, { ...execOptions, folder: folderOf(index) }),
        async close() {
          open.delete(index);
          if (open.size === 0) await (released ??= release());
        },
      }));
    },
    async close() {
      await Promise.all(idle.splice(0).map((build) => build.close()));
    },
  };
}

/** Returns the id of the container. */
async function makeContainer(
  build: RootedBuild,
  mounts: readonly MountIdentity[],
  signal: AbortSignal | undefined,
): Promise<string> {
  const caches = await Promise.all(
    mounts.map(async (mount, index) => {
      const base = mountBase(mount);
      const cacheOpt = { ID: mountKey(mount), sharing: CacheSharingOpt.LOCKED };
      const cache = { dest: folderOf(index), mountType: MountType.CACHE, cacheOpt, output: -1 };
      return base === null ? cache : { ...cache, resultID: await build.solve(base, signal), selector: baseFolder };
    }),
  );
  const notesOpt = { ID: mountKey(notesMount), sharing: CacheSharingOpt.SHARED };
  return build.makeContainer(
    [
      { dest: "/", mountType: MountType.BIND, resultID: build.root },
      ...caches,
      { dest: notesPath, mountType: MountType.CACHE, cacheOpt: notesOpt, output: -1 },
    ],
    signal,
  );
}
