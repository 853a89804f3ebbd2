import type { SnapshotRef } from "../mounts/keys.ts";

/** What became of one direction of one mount. */
interface Moved {
  /** Why, for people; null where the outcome says all. */
  readonly reason: string | null;
  readonly snapshot: Pick<SnapshotRef, "scope" | "key"> | null;
  readonly files: number | null;
  /** Bytes of the files. */
  readonly bytes: number | null;
  /** Bytes of their contents that came from the store or went to it. */
  readonly storedBytes: number;
  readonly ms: number;
}

export interface MountRestore extends Moved {
  /** "present": the builder had it. "absent": the store had nothing. "skipped": it was not tried. */
  readonly outcome: "restored" | "present" | "absent" | "skipped" | "failed";
}

export interface MountSave extends Moved {
  /** "unchanged": the store has it as it is. "unused": no step of the build had it. "skipped": it was not tried. */
  readonly outcome: "saved" | "unchanged" | "unused" | "skipped" | "failed";
}

/** One mount in the report of a run. */
export interface MountReport {
  readonly name: string;
  /** As the Dockerfile has it. */
  readonly id: string;
  readonly platform: string;
  readonly targets: readonly string[];
  /** Null where this run does not read from the cache. */
  readonly restore: MountRestore | null;
  /** Null where this run does not write to the cache, or the build failed. */
  readonly save: MountSave | null;
}

/** Without the mount, which the report names otherwise. */
export function shown(snapshot: SnapshotRef | null): Moved["snapshot"] {
  return snapshot && { scope: snapshot.scope, key: snapshot.key };
}

export const nothingMoved = { reason: null, snapshot: null, files: null, bytes: null, storedBytes: 0, ms: 0 } as const;
