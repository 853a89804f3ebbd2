import type { Gateway } from "../builder/gateway/gateway.ts";
import { type MountGroup, openGroup } from "../builder/gateway/group.ts";
import type { CarriedMount } from "./find.ts";

/** Mounts of a run that are opened together. */
export interface MountGroups {
  /** The group of a mount. @param gateway the node that has it */
  of(mount: CarriedMount, gateway: Gateway): MountGroup;
  close(): Promise<void>;
}

/** Mounts in one container at most. */
const groupSize = 64;

export interface GroupOptions {
  /** Whether a mount is waited for by itself, since something has it open. */
  readonly isAlone: (mount: CarriedMount) => boolean;
  /** Time in ms of a mount: all of a container are open as long as one is. */
  readonly budgetOf: (mount: CarriedMount) => number;
}

/** Parts mounts, in their order, into groups of one node and one end. */
export function groupMounts(mounts: readonly CarriedMount[], { isAlone, budgetOf }: GroupOptions): MountGroups {
  const membersOf = new Map<CarriedMount, CarriedMount[]>();
  const filling = new Map<string, CarriedMount[]>();
  for (const mount of mounts) {
    const kind = `${mount.platform} ${budgetOf(mount)}`;
    const current = filling.get(kind);
    const isNew = isAlone(mount) || current === undefined || current.length >= groupSize;
    const members = isNew ? [] : current;
    members.push(mount);
    membersOf.set(mount, members);
    if (!isAlone(mount)) filling.set(kind, members);
  }
  const opened = new Map<CarriedMount[], MountGroup>();
  return {
    of(mount, gateway) {
      const members = membersOf.get(mount) ?? [mount];
      const group =
        opened.get(members) ??
        openGroup(
          gateway,
          members.map(({ identity }) => identity),
        );
      opened.set(members, group);
      return group;
    },
    async close() {
      await Promise.all([...opened.values()].map((group) => group.close()));
    },
  };
}
