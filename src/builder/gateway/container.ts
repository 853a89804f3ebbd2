import type { Channel } from "./channel.ts";
import { baseFolder, type LlbDefinition, mountBase, mountKey } from "./llb.ts";
import { CacheSharingOpt, Control, LLBBridge, MountType, NetMode } from "./messages.ts";
import { mountPath, newId, runProcess } from "./process.ts";
import type { MountIdentity, MountShell } from "./shell.ts";

export interface ContainerOptions {
  /** What the container is made of: the helper. */
  readonly root: LlbDefinition;
  readonly signal?: AbortSignal | undefined;
  /** What the user is to see of a failed call of a process. */
  readonly explain: (error: unknown) => Promise<unknown>;
}

/** A build that does nothing by itself: it lives until it is closed, and what is made in it goes with it. */
interface Build {
  /** Marks calls as those of this build. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The id of what a definition makes, which need not be made yet. */
  solve(definition: LlbDefinition, signal?: AbortSignal): Promise<string>;
  close(): Promise<void>;
}

/** Time for what a builder answers at once. */
const promptly = 30_000;

/** Begins a build without a frontend and without a definition, which BuildKit leaves to the calls that follow. */
function openBuild(channel: Channel): Build {
  const ref = newId();
  // Internal: it stands neither in the history nor among the builds under way.
  const build = channel.open(Control.Solve, {});
  void build.send({ Ref: ref, Internal: true });
  build.end();
  let failure: unknown;
  const ended = build.receive(() => {}).catch((error: unknown) => (failure = error));
  const metadata = { "buildkit-controlapi-buildid": ref };
  return {
    metadata,
    async solve(Definition, signal) {
      const request = { Definition, allowResultReturn: true, allowResultArrayRef: true };
      try {
        const { result } = await channel.call(LLBBridge.Solve, request, { metadata, signal });
        return result?.ref?.id ?? "";
      } catch (error) {
        // A call of a build that has failed says no more than that there is none.
        throw failure ?? error;
      }
    },
    async close() {
      build.cancel();
      await ended;
    },
  };
}

/** Opens a mount in a container of its own. */
export async function openContainer(
  channel: Channel,
  mount: MountIdentity,
  options: ContainerOptions,
): Promise<MountShell> {
  const { signal, explain } = options;
  // One for each container: where a mount is busy, only the end of the build ends BuildKit's wait for it.
  const build = openBuild(channel);
  const { metadata } = build;
  const container = newId();
  try {
    const base = mountBase(mount);
    const [root, baseId] = await Promise.all([
      build.solve(options.root, signal),
      base === null ? "" : build.solve(base, signal),
    ]);
    const cacheOpt = { ID: mountKey(mount), sharing: CacheSharingOpt.LOCKED };
    const cache = { dest: mountPath, mountType: MountType.CACHE, cacheOpt, output: -1 };
    const request = {
      ContainerID: container,
      Mounts: [
        { dest: "/", mountType: MountType.BIND, resultID: root },
        base === null ? cache : { ...cache, resultID: baseId, selector: baseFolder },
      ],
      Network: NetMode.NONE,
    };
    // No limit: another build may hold the mount.
    await channel.call(LLBBridge.NewContainer, request, { metadata, signal });
  } catch (error) {
    await build.close();
    throw error;
  }
  /** When BuildKit has started the first process: of several at once it might start another one first. */
  let firstStarted: Promise<void> | undefined;
  return {
    async exec(argv, execOptions) {
      const whole = { ...execOptions, container, metadata, explain };
      if (firstStarted !== undefined) {
        await firstStarted;
        return runProcess(channel, argv, { ...whole, isFirst: false });
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      firstStarted = promise;
      try {
        return await runProcess(channel, argv, { ...whole, isFirst: true, onStarted: resolve });
      } finally {
        resolve();
      }
    },
    async close() {
      // Ends what runs in it and waits for that. It fails with the exit code of what it ended.
      const options = { metadata, timeoutMs: promptly };
      await channel.call(LLBBridge.ReleaseContainer, { ContainerID: container }, options).catch(() => {});
      await build.close();
    },
  };
}
