import type { BuilderSession } from "../builder/session.ts";
import { afterKillVerb } from "../host/after-kill-verb.ts";
import type { CarriedMount } from "./find.ts";

/** What a run that was killed leaves to be settled. */
interface Legacy {
  /** Name of the builder. */
  readonly builder: string;
  readonly mounts: readonly CarriedMount[];
}

export interface MountWatch {
  /** From here on something of bkcache's may be in the mount. */
  begin(mount: CarriedMount): Promise<void>;
  end(): Promise<void>;
}

/**
 * Sees to it that nothing of bkcache's stays in a mount where this run is killed: the builder ends what runs there with the
 * connection, so that only another process of this machine can. What the machine takes along is left to the next run.
 */
export function watchMounts({ host, builder }: BuilderSession): MountWatch {
  let watch: ReturnType<typeof host.runAfterKill> | undefined;
  return {
    async begin(mount) {
      watch ??= host.runAfterKill([afterKillVerb, builder.name]);
      (await watch)?.add(JSON.stringify(mount));
    },
    async end() {
      (await watch)?.callOff();
    },
  };
}

/** @param args as `watchMounts` gives them, without the verb */
export function readLegacy([builder = "", ...mounts]: readonly string[]): Legacy {
  return { builder, mounts: mounts.map((text) => JSON.parse(text) as CarriedMount) };
}
