import type { MountShell } from "../builder/gateway/shell.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { Damage } from "./damage.ts";
import type { ListNewest, LoadedSnapshot } from "./load.ts";
import type { Writer } from "./snapshot.ts";

interface Progress {
  readonly phase: "list" | "read" | "finish";
  /** Bytes of content, so far and in all: 0 where that is not known. */
  readonly bytes: number;
  readonly totalBytes: number;
  /** Bytes that went over the network to or from the store. */
  readonly storedBytes: number;
}

export interface SaveOptions {
  readonly store: ObjectStore;
  readonly shell: MountShell;
  readonly mount: {
    /** Name of the mount in the store. */
    readonly id: string;
    readonly scope: string;
    /** Null: the snapshot gets a key of its own, and nothing is written where nothing changed. */
    readonly key: string | null;
    /** Bytes of all files in the snapshot; the oldest ones are left out. */
    readonly maxSize?: number;
  };
  /** Scopes whose newest snapshot the save may build on, the nearest first; the mount's own when left out. */
  readonly parentScopes?: readonly string[];
  /** A snapshot that is in memory already, taken where it is the one that is looked for. */
  readonly parent?: LoadedSnapshot;
  /** Where several mounts are saved: one listing for all of them. */
  readonly listNewest?: ListNewest;
  /** What a restore has found, so that the save makes it good. */
  readonly damage?: Damage;
  /**
   * Whether the mount may lack what was saved before, as after a restore that failed: what it lacks is kept then, as far as
   * `maxSize` has room.
   */
  readonly isIncomplete?: boolean;
  readonly writer: Writer;
  /** Writes over a snapshot with the same key. */
  readonly overwrite?: boolean;
  /** Age in days from which a pack that is used on is made young again, for the sake of lifecycle rules. */
  readonly refreshDays?: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}
