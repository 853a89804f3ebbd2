import { chooseKeptPacks } from "./compact.ts";
import { type Diff, diffListing } from "./diff.ts";
import type { Listed } from "./list.ts";
import type { Entry, FileEntry, Snapshot } from "./snapshot.ts";

export interface ReadPlan {
  readonly diff: Diff;
  readonly toRead: readonly Listed[];
  /** Blobs of the parent that need not be stored again, by digest. */
  readonly knownBlobs: ReadonlyMap<string, number>;
}

/**
 * What a save has to read: what the parent does not have, and what lives in packs that are left behind.
 * @param options.stampTime when the mount was equal to the parent; null where it may never have been
 * @param options.kept what the mount lacks, and the next snapshot has all the same
 */
export function planRead(
  entries: readonly Listed[],
  parent: Snapshot | null,
  { stampTime, kept }: { readonly stampTime: number | null; readonly kept: readonly Entry[] },
): ReadPlan {
  if (parent === null) {
    const diff = diffListing(entries, null);
    return { diff, toRead: diff.unknown, knownBlobs: new Map() };
  }
  const all = diffListing(entries, { snapshot: parent, time: stampTime ?? Number.NEGATIVE_INFINITY });
  const isUnchanged = all.unknown.length === 0 && entries.length === parent.entries.length;
  if (isUnchanged) return { diff: all, toRead: [], knownBlobs: new Map() };
  const keptBlobs = kept.flatMap((entry) => (entry.kind === "file" ? entry.blobs : []));
  const packs = chooseKeptPacks(parent, [...guessLive(entries, parent), ...keptBlobs]);
  const isKept = (blob: number): boolean => packs.has(parent.blobs[blob]?.pack ?? -1);
  const known = new Map(all.known);
  const unknownPaths = new Set(all.unknown.map((entry) => entry.path));
  for (const [path, entry] of all.known) {
    // What lives in a pack that is left behind moves to a new one.
    if (entry.kind === "file" && !entry.blobs.every(isKept)) {
      known.delete(path);
      unknownPaths.add(path);
    }
  }
  const toRead = entries.filter((entry) => unknownPaths.has(entry.path));
  const knownBlobs = new Map(
    parent.blobs.flatMap((blob, index) => (isKept(index) ? [[blob.digest, index] as const] : [])),
  );
  return { diff: { ...all, known }, toRead, knownBlobs };
}

/** Blobs of files that are there under the same name with the same size; what changed all the same is few. */
function guessLive(entries: readonly Listed[], parent: Snapshot): number[] {
  const files = new Map(
    parent.entries.flatMap((entry) => (entry.kind === "file" ? [[entry.path, entry] as const] : [])),
  );
  return entries.flatMap((entry): readonly number[] => {
    const then: FileEntry | undefined = files.get(entry.path);
    return then !== undefined && then.size === entry.size && entry.kind === "file" ? then.blobs : [];
  });
}
