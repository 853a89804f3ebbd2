import type { Listed } from "./list.ts";
import { parentOf, type Path } from "./names.ts";
import type { Entry, FileEntry, Snapshot } from "./snapshot.ts";

/**
 * What of an earlier snapshot a mount lacks, in the order of the paths: what is there now wins, and nothing is kept below
 * what is no folder any more. Of the files the youngest are kept that fit beside the others into `maxBytes`.
 */
export function keepLacking(
  entries: readonly Listed[],
  { entries: before }: Pick<Snapshot, "entries">,
  maxBytes = Number.POSITIVE_INFINITY,
): readonly Entry[] {
  const there = new Set(entries.map(({ path }) => path));
  const dirs = new Set<Path>(["", ...entries.flatMap(({ path, kind }) => (kind === "dir" ? [path] : []))]);
  const files = new Map(before.flatMap((entry) => (entry.kind === "file" ? [[entry.path, entry] as const] : [])));
  const kept = new Map<Path, Entry>();
  for (const entry of before) {
    if (there.has(entry.path) || !dirs.has(parentOf(entry.path))) continue;
    if (entry.kind === "dir") dirs.add(entry.path);
    if (entry.kind !== "hardlink" || kept.has(entry.target)) {
      kept.set(entry.path, entry);
      continue;
    }
    // The name that it was another one of is of another file now.
    const file = files.get(entry.target);
    if (file !== undefined) kept.set(entry.path, { ...file, path: entry.path });
  }
  const old = findOldest(kept, maxBytes - sizeOf(entries));
  return [...kept.values()].filter((entry) => !old.has(entry.kind === "hardlink" ? entry.target : entry.path));
}

function sizeOf(entries: readonly Listed[]): number {
  const sizes = new Map(entries.flatMap(({ kind, inode, size }) => (kind === "file" ? [[inode, size] as const] : [])));
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

/** Paths of the files that do not fit, those that were modified first. */
function findOldest(kept: ReadonlyMap<Path, Entry>, room: number): ReadonlySet<Path> {
  const files = [...kept.values()].filter((entry): entry is FileEntry => entry.kind === "file");
  let bytes = files.reduce((sum, { size }) => sum + size, 0);
  const old = new Set<Path>();
  for (const { path, size } of files.sort((a, b) => a.mtime - b.mtime || (a.path < b.path ? -1 : 1))) {
    if (bytes <= room) break;
    bytes -= size;
    old.add(path);
  }
  return old;
}
