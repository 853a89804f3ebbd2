import type { Content } from "./contents.ts";
import type { Diff } from "./diff.ts";
import type { Listed } from "./list.ts";
import { compareNames, parentOf, type Path } from "./names.ts";
import type { Pack } from "./pack.ts";
import type { BlobSource, NewBlob } from "./pack-builder.ts";
import { type Blob, clampTime, type Entry, type Snapshot } from "./snapshot.ts";

export interface Parts {
  readonly entries: readonly Listed[];
  /** Entries of the parent that go on though the mount lacks them, in the order of their paths. */
  readonly kept: readonly Entry[];
  readonly diff: Pick<Diff, "hardlinks">;
  readonly parent: Snapshot | null;
  /** Contents that the parent has: indices of its blobs, or the target of a link. */
  readonly known: Diff["known"];
  readonly read: ReadonlyMap<Path, Content>;
  readonly newBlobs: readonly NewBlob[];
  readonly newPacks: readonly Pack[];
}

/**
 * Entries, and the blobs and packs that they need, in the order in which they are needed first. Metadata comes from the
 * listing; a file that is neither known nor read is left out.
 */
export function compose(parts: Parts): Pick<Snapshot, "packs" | "blobs" | "entries"> {
  const { parent, known, read } = parts;
  const table = createTable(parts);
  const entries: Entry[] = [];
  const firstNames = new Set<Path>();
  const dirs = new Set<Path>([""]);
  for (const each of inOrder(parts)) {
    // A folder may have become another thing between the listing of it and of what is in it.
    if (!dirs.has(parentOf(each.path))) continue;
    if ("before" in each) {
      const { before } = each;
      if (before.kind === "dir") dirs.add(before.path);
      if (before.kind === "file") firstNames.add(before.path);
      if (before.kind === "hardlink" && !firstNames.has(before.target)) continue;
      const blobs = before.kind === "file" ? { blobs: before.blobs.map((known) => table.blobOf({ known })) } : {};
      entries.push({ ...before, ...blobs });
      continue;
    }
    const { listed } = each;
    const { path, uid, gid } = listed;
    if (listed.kind === "dir") {
      dirs.add(path);
      entries.push({ kind: "dir", path, uid, gid, mtime: clampTime(listed.mtime), mode: listed.mode & 0o3777 });
      continue;
    }
    const first = parts.diff.hardlinks.get(path);
    if (first !== undefined) {
      if (firstNames.has(first)) entries.push({ kind: "hardlink", path, target: first });
      continue;
    }
    const content = read.get(path);
    const then = known.get(path);
    const { mode, ...seen } = content?.listed ?? listed;
    const mtime = clampTime(seen.mtime);
    if (listed.kind === "symlink") {
      const target = content?.target ?? (then?.kind === "symlink" ? then.target : "");
      if (target !== "") entries.push({ kind: "symlink", path, uid, gid, mtime, target });
      continue;
    }
    const sources: readonly BlobSource[] | undefined =
      content?.blobs ??
      (then?.kind === "file" && parent !== null ? then.blobs.map((blob) => ({ known: blob })) : undefined);
    if (sources === undefined) continue;
    const size = content?.listed.size ?? listed.size;
    entries.push({ kind: "file", path, uid, gid, mtime, mode: mode & 0o1777, size, blobs: sources.map(table.blobOf) });
    firstNames.add(path);
  }
  return { packs: table.packs, blobs: table.blobs, entries };
}

type Part = { readonly path: Path } & ({ readonly listed: Listed } | { readonly before: Entry });

function inOrder({ entries, kept }: Parts): readonly Part[] {
  const listed = entries.map((each): Part => ({ path: each.path, listed: each }));
  if (kept.length === 0) return listed;
  const before = kept.map((each): Part => ({ path: each.path, before: each }));
  return [...listed, ...before].sort((a, b) => compareNames(a.path, b.path));
}

function createTable({ parent, newBlobs, newPacks }: Parts) {
  const blobs: Blob[] = [];
  const packs: Pack[] = [];
  /** Indices in `blobs`, by those of the parent and of this save. */
  const indices = { known: [] as number[], added: [] as number[] };
  // Two packers may have made one and the same pack.
  const packIndices = new Map<string, number>();

  const packOf = (pack: Pack | undefined): number => {
    if (pack === undefined) throw new Error("a blob of a pack that does not exist");
    const index = packIndices.get(pack.id) ?? packs.push(pack) - 1;
    packIndices.set(pack.id, index);
    return index;
  };

  const add = (blob: Blob | NewBlob | undefined, from: readonly Pack[] | undefined): number => {
    if (blob === undefined) throw new Error("a file with a blob that does not exist");
    return blobs.push({ ...blob, pack: packOf(from?.[blob.pack]) }) - 1;
  };

  const blobOf = (source: BlobSource): number =>
    "known" in source
      ? (indices.known[source.known] ??= add(parent?.blobs[source.known], parent?.packs))
      : (indices.added[source.added] ??= add(newBlobs[source.added], newPacks));

  return { blobs, packs, blobOf };
}
