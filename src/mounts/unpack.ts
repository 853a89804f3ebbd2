import { createLimit } from "../host/limit.ts";
import type { DirEntry, Entry, FileEntry, HardlinkEntry, Snapshot, SymlinkEntry } from "./snapshot.ts";

/** The entries of a snapshot as they are unpacked. */
export interface Layout {
  readonly dirs: readonly DirEntry[];
  /** In the order of their contents in the packs. */
  readonly batches: readonly Batch[];
  readonly symlinks: readonly SymlinkEntry[];
  readonly hardlinks: readonly HardlinkEntry[];
}

/** Files whose contents begin in the same pack. */
interface Batch {
  readonly files: FileEntry[];
  /** Packs in the order in which the files need them; one that is needed again later stands there again. */
  readonly visits: number[];
}

export function layOut({ entries, blobs }: Pick<Snapshot, "entries" | "blobs">): Layout {
  const place = (file: FileEntry): readonly [number, number] => {
    const first = blobs[file.blobs[0] ?? -1];
    return first === undefined ? [-1, 0] : [first.pack, first.offset];
  };
  const files = only(entries, "file")
    .map((file) => ({ file, place: place(file) }))
    .sort((a, b) => a.place[0] - b.place[0] || a.place[1] - b.place[1]);
  const batches: Batch[] = [];
  let last: number | undefined;
  for (const each of files) {
    const [pack] = each.place;
    if (pack !== last) batches.push({ files: [], visits: [] });
    last = pack;
    const batch = batches.at(-1);
    batch?.files.push(each.file);
    for (const index of each.file.blobs) {
      const visited = blobs[index]?.pack ?? -1;
      if (batch?.visits.at(-1) !== visited) batch?.visits.push(visited);
    }
  }
  return {
    dirs: only(entries, "dir"),
    batches,
    symlinks: only(entries, "symlink"),
    hardlinks: only(entries, "hardlink"),
  };
}

function only<K extends Entry["kind"]>(entries: readonly Entry[], kind: K): Extract<Entry, { readonly kind: K }>[] {
  return entries.filter((entry): entry is Extract<Entry, { readonly kind: K }> => entry.kind === kind);
}

/** A batch, and the next one of its packs at each call. */
interface OpenBatch {
  readonly files: readonly FileEntry[];
  readonly nextPack: () => Promise<Buffer>;
}

/** Hands out batches in their order, to several readers too, while the packs of those to come are opened. */
export type BatchQueue = () => OpenBatch | undefined;

export function openBatches(
  { batches }: Pick<Layout, "batches">,
  open: (pack: number) => Promise<Buffer>,
  ahead: number,
): BatchQueue {
  const visits = batches.flatMap((batch) => batch.visits);
  const opening = new Map<number, Promise<Buffer>>();
  const started = new Set<number>();
  // Some more are asked for than are worked on, so that the next request never waits for a tar.
  const limit = createLimit(ahead);
  const start = (visit: number): Promise<Buffer> => {
    started.add(visit);
    const opened = limit(() => open(visits[visit] ?? -1));
    // Its failure is met when its turn comes.
    opened.catch(() => {});
    opening.set(visit, opened);
    return opened;
  };
  let next = 0;
  const startNext = (): void => {
    while (opening.size < ahead && next < visits.length) {
      if (!started.has(next)) void start(next);
      next++;
    }
  };
  const take = (visit: number): Promise<Buffer> => {
    // Another reader may be far behind, in a large file that all are opened for.
    const opened = opening.get(visit) ?? start(visit);
    if (visit + 1 < visits.length && !started.has(visit + 1)) void start(visit + 1);
    opening.delete(visit);
    // In place of the one before, which its reader is through with.
    opened.then(startNext, () => {});
    return opened;
  };
  startNext();
  let batch = 0;
  let first = 0;
  return () => {
    const taken = batches[batch++];
    if (taken === undefined) return undefined;
    let visit = first;
    first += taken.visits.length;
    return { files: taken.files, nextPack: () => take(visit++) };
  };
}
