import type { Channel } from "./channel.ts";
import { openBuild } from "./internal-build.ts";
import { bareRoot, mountKey } from "./llb.ts";
import { type CacheSharingOpt, MountType } from "./messages.ts";
import type { buildsMount, turnMount } from "./records.ts";

/** Something that all others see on the builder. It goes with its connection at the latest. */
export interface Hold {
  /** Never fails: what cannot be released has gone. */
  release(): Promise<void>;
}

interface HoldOptions {
  readonly mount: typeof turnMount | typeof buildsMount;
  readonly sharing: (typeof CacheSharingOpt)["LOCKED" | "SHARED"];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Holds one of bkcache's own mounts by a container in which nothing runs: BuildKit itself lets the next one wait whose mount
 * is locked, and knows which mounts are in use. Without a process the container needs no helper, but any root.
 */
export async function hold(channel: Channel, { mount, sharing, signal }: HoldOptions): Promise<Hold> {
  const build = openBuild(channel);
  const cacheOpt = { ID: mountKey(mount), sharing };
  try {
    const mounts = [
      { dest: "/", mountType: MountType.BIND, resultID: await build.solve(bareRoot, signal) },
      { dest: "/held", mountType: MountType.CACHE, cacheOpt, output: -1 },
    ];
    const container = await build.makeContainer(mounts, signal);
    return {
      async release() {
        await build.release(container).catch(() => {});
        await build.close();
      },
    };
  } catch (error) {
    await build.close();
    throw error;
  }
}
