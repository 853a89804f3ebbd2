import type { Gateway } from "../builder/gateway/gateway.ts";
import type { MountIdentity } from "../builder/gateway/shell.ts";
import type { MountRecord } from "../builder/gateway/records.ts";
import type { BuilderSession } from "../builder/session.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { findingsOf } from "./findings.ts";
import type { CarriedMount } from "./find.ts";

/** What a builder has of one mount. */
export type MountState =
  | { readonly kind: "lacking" }
  | { readonly kind: "present"; readonly record: MountRecord }
  /** Two folders of one id: builds take one of them, and nobody can tell which. */
  | { readonly kind: "twins"; readonly records: readonly MountRecord[] };

/**
 * Records that may be this mount's. A mount with an owner or a mode has a base, whose own owner and mode no record tells:
 * of those with the same id, each may be another mount.
 */
function recordsOf(identity: MountIdentity, records: readonly MountRecord[]): readonly MountRecord[] {
  const hasBase = identity.uid !== undefined || identity.gid !== undefined || identity.mode !== undefined;
  return records.filter(
    (record) => record.mountId === identity.id && record.namespace === identity.namespace && record.hasBase === hasBase,
  );
}

export function stateOf(identity: MountIdentity, records: readonly MountRecord[]): MountState {
  const own = recordsOf(identity, records);
  const [record] = own;
  if (record === undefined) return { kind: "lacking" };
  // Of several with a base each may have another owner.
  return own.length === 1 || record.hasBase ? { kind: "present", record } : { kind: "twins", records: own };
}

/** Whether something has the mount open. */
export function isHeld(state: MountState): boolean {
  return state.kind === "present" && state.record.isInUse;
}

/** Why a builder can carry no mounts, or null. What else is wrong with it shows where it is used. */
export async function findTooOld(session: BuilderSession, mounts: readonly CarriedMount[]): Promise<Diagnostic | null> {
  try {
    await Promise.all(mounts.map(async (mount) => (await session.gateway(mount)).requireSupport()));
    return null;
  } catch (error) {
    return findingsOf(error).find(({ code }) => code === "BK4024") ?? null;
  }
}

/** What the builder has of each mount. @param known the records of its only node, where they were asked for already */
export async function readStates(
  session: BuilderSession,
  mounts: readonly CarriedMount[],
  known: Promise<readonly MountRecord[] | null> | null = null,
): Promise<ReadonlyMap<CarriedMount, MountState>> {
  const all = await known;
  if (all !== null) return new Map(mounts.map((mount) => [mount, stateOf(mount.identity, all)]));
  const records = new Map<Gateway, Promise<readonly MountRecord[]>>();
  const states = await Promise.all(
    mounts.map(async (mount) => {
      const gateway = await session.gateway(mount);
      const asked = records.get(gateway) ?? gateway.listMountRecords();
      records.set(gateway, asked);
      return [mount, stateOf(mount.identity, await asked)] as const;
    }),
  );
  return new Map(states);
}
