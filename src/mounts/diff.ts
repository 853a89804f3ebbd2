import type { Listed } from "./list.ts";
import type { Path } from "./names.ts";
import type { Entry, FileEntry, Snapshot, SymlinkEntry } from "./snapshot.ts";

/** A state that the mount had: what the snapshot says, at a time in seconds by the builder's clock. */
export interface Baseline {
  readonly snapshot: Snapshot;
  readonly time: number;
}

/** What of the content of a mount is known without reading it. */
export interface Diff {
  /** Files and links whose content the snapshot has. */
  readonly known: ReadonlyMap<Path, FileEntry | SymlinkEntry>;
  /** Files and links that have to be read, in the order of the listing; of several names of one file the first. */
  readonly unknown: readonly Listed[];
  /** First name of each file that has several in this mount, by its other names. */
  readonly hardlinks: ReadonlyMap<Path, Path>;
}

/** @param entries in the order of their paths; of the kinds that a snapshot holds. */
export function diffListing(entries: readonly Listed[], baseline: Baseline | null): Diff {
  const before = baseline === null ? new Map<Path, FileEntry | SymlinkEntry>() : indexContents(baseline.snapshot);
  const firstNames = new Map<string, Path>();
  const hardlinks = new Map<Path, Path>();
  const known = new Map<Path, FileEntry | SymlinkEntry>();
  const unknown: Listed[] = [];
  for (const entry of entries) {
    if (entry.kind === "dir") continue;
    if (entry.links > 1 && entry.kind === "file") {
      const first = firstNames.get(entry.inode);
      if (first !== undefined) {
        hardlinks.set(entry.path, first);
        continue;
      }
      firstNames.set(entry.inode, entry.path);
    }
    const then = before.get(entry.path);
    if (baseline !== null && then !== undefined && hasContentOf(entry, then, baseline.time)) {
      known.set(entry.path, then);
    } else {
      unknown.push(entry);
    }
  }
  return { known, unknown, hardlinks };
}

function hasContentOf(now: Listed, then: FileEntry | SymlinkEntry, time: number): boolean {
  if (now.kind !== then.kind) return false;
  if (then.kind === "symlink") return now.ctime < time && now.size === then.target.length;
  if (now.size !== then.size) return false;
  return (now.ctime < time && now.mtime === then.mtime) || isNamedByContent(now.path);
}

/**
 * Names that two programs give to contents, so that one name never gets another content: Go's build cache and cacache,
 * npm's store. Go sets the times of thousands of them in each build, to know later what was in use.
 */
function isNamedByContent(path: Path): boolean {
  return (
    /(?:^|\/)([0-9a-f]{2})\/\1[0-9a-f]{62}-d$/.test(path) ||
    /(?:^|\/)content-v2\/sha(?:1|256|512)\/[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{36,124}$/.test(path)
  );
}

/** Every file and link by its path, other names of a file included. */
function indexContents({ entries }: Snapshot): Map<Path, FileEntry | SymlinkEntry> {
  const contents = new Map<Path, FileEntry | SymlinkEntry>();
  for (const entry of entries) {
    if (entry.kind === "file" || entry.kind === "symlink") contents.set(entry.path, entry);
    if (entry.kind !== "hardlink") continue;
    const target = contents.get(entry.target);
    if (target !== undefined) contents.set(entry.path, target);
  }
  return contents;
}

/**
 * Seconds by which an mtime may differ in what is the same. Programs that rewrite what they have, or note by the mtime what they
 * have used, would have a snapshot of every build; those that delete by the mtime, as Go's build cache after five days, count in
 * days.
 */
const sameTime = 86_400;

/** Whether a snapshot with these entries would be like the other: metadata included, but for mtimes within a day. */
export function hasSameEntries(entries: readonly Entry[], others: readonly Entry[]): boolean {
  return (
    entries.length === others.length && entries.every((entry, index) => isSameEntry(entry, others[index] as Entry))
  );
}

function isSameEntry(a: Entry, b: Entry): boolean {
  if (a.path !== b.path || a.kind !== b.kind) return false;
  if (a.kind === "hardlink") return a.target === (b as typeof a).target;
  const other = b as typeof a;
  if (a.uid !== other.uid || a.gid !== other.gid || Math.abs(a.mtime - other.mtime) > sameTime) return false;
  if (a.kind === "symlink") return a.target === (other as typeof a).target;
  if (a.mode !== (other as typeof a).mode) return false;
  if (a.kind === "dir") return true;
  const { blobs, size } = other as typeof a;
  return a.size === size && a.blobs.length === blobs.length && a.blobs.every((blob, index) => blob === blobs[index]);
}
