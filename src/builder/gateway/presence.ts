import { orAborted } from "../../host/or-aborted.ts";
import type { Channel } from "./channel.ts";
import { type Build, openBuild } from "./internal-build.ts";
import { bareRoot, mountKey } from "./llb.ts";
import { CacheSharingOpt, MountType } from "./messages.ts";
import { buildsMount, turnMount } from "./records.ts";

/** Something that all others see on the builder. It goes with its connection at the latest. */
export interface Hold {
  /** Never fails: what cannot be released has gone. */
  release(): Promise<void>;
}

/**
 * Holds bkcache's own mounts by containers in which nothing runs: BuildKit itself lets the next one wait whose mount is locked,
 * and knows which mounts are in use. Without a process a container needs no helper, but any root.
 */
export interface Holds {
  /** Begins what a turn takes, for one that comes soon. */
  prepareTurn(): void;
  takeTurn(signal?: AbortSignal): Promise<Hold>;
  announceBuild(signal: AbortSignal): Promise<Hold>;
}

/** A build for containers, which ends with the last of them. */
interface Place {
  readonly build: Build;
  readonly root: Promise<string>;
  holds: number;
}

const turn = { ID: mountKey(turnMount), sharing: CacheSharingOpt.LOCKED };
const builds = { ID: mountKey(buildsMount), sharing: CacheSharingOpt.SHARED };

export function createHolds(channel: Channel): Holds {
  let prepared: Place | undefined;
  let current: Place | undefined;
  const begin = (): Place => {
    const build = openBuild(channel);
    const root = build.solve(bareRoot);
    // Whoever takes it hears of it.
    root.catch(() => {});
    return { build, root, holds: 0 };
  };
  const isUsable = (place: Place | undefined): place is Place => place !== undefined && !place.build.hasEnded();
  const hold = async (place: Place, cacheMount: typeof turn | typeof builds, signal?: AbortSignal): Promise<Hold> => {
    const { build } = place;
    place.holds += 1;
    const leave = async () => {
      place.holds -= 1;
      if (place.holds > 0) return;
      if (current === place) current = undefined;
      await build.close();
    };
    try {
      const resultID = await (signal === undefined ? place.root : orAborted(place.root, signal));
      const mounts = [
        { dest: "/", mountType: MountType.BIND, resultID },
        { dest: "/held", mountType: MountType.CACHE, cacheOpt: cacheMount, output: -1 },
      ];
      const container = await build.makeContainer(mounts, signal);
      current = place;
      return {
        async release() {
          await build.release(container).catch(() => {});
          await leave();
        },
      };
    } catch (error) {
      await leave();
      throw error;
    }
  };
  return {
    prepareTurn: () => void (prepared ??= begin()),
    takeTurn(signal) {
      // In a build of its own: where it is given up, only the end of that ends BuildKit's wait.
      const place = isUsable(prepared) ? prepared : begin();
      prepared = undefined;
      return hold(place, turn, signal);
    },
    // In the build of the turn, which is there already.
    announceBuild: (signal) => hold(isUsable(current) ? current : begin(), builds, signal),
  };
}
