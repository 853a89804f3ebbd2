import { createLimit } from "../../host/limit.ts";
import type { Channel } from "./channel.ts";
import { type Build, openBuild } from "./internal-build.ts";
import { baseFolder, type LlbDefinition, mountBase, mountKey } from "./llb.ts";
import { CacheSharingOpt, MountType } from "./messages.ts";
import { mountPath, notesPath, runProcess } from "./process.ts";
import { notesMount } from "./records.ts";
import type { MountIdentity, MountShell } from "./shell.ts";

export interface ContainerOptions {
  /** What containers are made of: the helper. */
  readonly root: () => Promise<LlbDefinition>;
  /** What the user is to see of a failed call of a process. */
  readonly explain: (error: unknown) => Promise<unknown>;
}

/** The containers of one node, each with a mount. */
export interface Containers {
  /** Opens a mount in a container of its own. */
  open(mount: MountIdentity, signal?: AbortSignal): Promise<MountShell>;
  close(): Promise<void>;
}

/** A build that has the helper already. */
interface RootedBuild extends Build {
  /** The id of the helper's root in it. */
  readonly root: string;
}

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
    async open(mount, signal) {
      const build = takeIdle() ?? (await begin(signal));
      try {
        const id = await makeContainer(build, mount, signal);
        return shellOf(channel, id, { build, explain: options.explain, onClosed: () => void idle.push(build) });
      } catch (error) {
        await build.close();
        throw error;
      }
    },
    async close() {
      await Promise.all(idle.splice(0).map((build) => build.close()));
    },
  };
}

/** Returns the id of the container. */
async function makeContainer(
  build: RootedBuild,
  mount: MountIdentity,
  signal: AbortSignal | undefined,
): Promise<string> {
  const base = mountBase(mount);
  const baseId = base === null ? "" : await build.solve(base, signal);
  const cacheOpt = { ID: mountKey(mount), sharing: CacheSharingOpt.LOCKED };
  const cache = { dest: mountPath, mountType: MountType.CACHE, cacheOpt, output: -1 };
  const notesOpt = { ID: mountKey(notesMount), sharing: CacheSharingOpt.SHARED };
  const mounts = [
    { dest: "/", mountType: MountType.BIND, resultID: build.root },
    base === null ? cache : { ...cache, resultID: baseId, selector: baseFolder },
    { dest: notesPath, mountType: MountType.CACHE, cacheOpt: notesOpt, output: -1 },
  ];
  return build.makeContainer(mounts, signal);
}

interface ShellOptions {
  readonly build: RootedBuild;
  readonly explain: ContainerOptions["explain"];
  /** Called where the build is as good as new. */
  readonly onClosed: () => void;
}

function shellOf(channel: Channel, container: string, { build, explain, onClosed }: ShellOptions): MountShell {
  const { metadata } = build;
  /** When BuildKit has started the first process: of several at once it might start another one first. */
  let firstStarted: Promise<void> | undefined;
  let isBroken = false;
  const run: MountShell["exec"] = async (argv, execOptions) => {
    const common = { ...execOptions, container, metadata, explain };
    if (firstStarted !== undefined) {
      await firstStarted;
      return runProcess(channel, argv, { ...common, isFirst: false });
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    firstStarted = promise;
    try {
      return await runProcess(channel, argv, { ...common, isFirst: true, onStarted: resolve });
    } finally {
      resolve();
    }
  };
  return {
    async exec(argv, execOptions) {
      try {
        return await run(argv, execOptions);
      } catch (error) {
        isBroken = true;
        throw error;
      }
    },
    async close() {
      const isReleased = await build.release(container);
      if (isBroken || !isReleased || build.hasEnded()) await build.close();
      else onClosed();
    },
  };
}
