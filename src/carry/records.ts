import type { MountIdentity } from "../builder/gateway/shell.ts";
import type { MountRecord } from "../builder/gateway/records.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
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

export function twinFinding({ name }: CarriedMount, count: number): Diagnostic {
  return {
    code: "BK5051",
    message: `the builder has ${count} folders for the cache mount ${name}, and which of them a build gets is chance`,
    hint: "`bkcache mounts repair` keeps the one with the content; a mount used with two kinds of sharing is the usual cause",
  };
}
