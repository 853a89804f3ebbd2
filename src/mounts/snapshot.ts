import type { SnapshotRef } from "./keys.ts";
import type { Path } from "./names.ts";
import type { Pack } from "./pack.ts";

/** Who made a snapshot. Nothing of it is used but to be shown. */
export interface Writer {
  /** Of bkcache. */
  readonly version: string;
  /** Of the sources that were built. */
  readonly commit?: string;
  /** Address or number of the CI run. */
  readonly run?: string;
  /** What was built, for people: "branch main", "request 7". */
  readonly build?: string;
  /** Level of trust that the run took itself to be of. */
  readonly level?: string;
}

/** A stretch of a pack: the content of a file, or 4 MiB of a larger one. */
export interface Blob {
  /** Index in `packs`. */
  readonly pack: number;
  readonly offset: number;
  readonly length: number;
  /** SHA-256 of the content, base64. */
  readonly digest: string;
}

/** In both directions: some 35,000 years. Programs that take milliseconds for seconds make later times. */
const maxTime = 2 ** 40;

/** The time as a snapshot has it, in seconds. */
export function clampTime(time: number): number {
  return Math.min(maxTime, Math.max(-maxTime, time));
}

interface Owned {
  readonly path: Path;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
}

export interface DirEntry extends Owned {
  readonly kind: "dir";
  /** Permission bits with sticky and setgid. */
  readonly mode: number;
}

export interface FileEntry extends Owned {
  readonly kind: "file";
  /** Permission bits with sticky; never setuid or setgid. */
  readonly mode: number;
  readonly size: number;
  /** Indices in `blobs`, in the order of the content. */
  readonly blobs: readonly number[];
}

export interface SymlinkEntry extends Owned {
  readonly kind: "symlink";
  readonly target: Path;
}

/** Another name of a file that stands before it. */
export interface HardlinkEntry {
  readonly kind: "hardlink";
  readonly path: Path;
  readonly target: Path;
}

export type Entry = DirEntry | FileEntry | SymlinkEntry | HardlinkEntry;

/** One saved state of one mount. Needs nothing but its packs: no other manifest and no index. */
export interface Snapshot extends SnapshotRef {
  /** The snapshot that it grew from. For people. */
  readonly parent: Omit<SnapshotRef, "mount"> | null;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly writer: Writer;
  /** Owner and mode of the mount's own folder. */
  readonly root: Pick<DirEntry, "mode" | "uid" | "gid">;
  readonly packs: readonly Pack[];
  readonly blobs: readonly Blob[];
  /** In the order of the paths' bytes, so that a folder stands before what is in it. */
  readonly entries: readonly Entry[];
}

export interface SnapshotTotals {
  readonly files: number;
  /** Of the contents of all files. */
  readonly bytes: number;
  /** Of the packs, as they are stored. */
  readonly storedBytes: number;
}

export function totalsOf({ entries, packs }: Pick<Snapshot, "entries" | "packs">): SnapshotTotals {
  let files = 0;
  let bytes = 0;
  for (const entry of entries) {
    if (entry.kind !== "dir") files++;
    if (entry.kind === "file") bytes += entry.size;
  }
  return { files, bytes, storedBytes: packs.reduce((sum, pack) => sum + pack.storedBytes, 0) };
}
