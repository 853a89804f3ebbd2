import { createLimit } from "../host/limit.ts";
import type { Path } from "./names.ts";
import type { DirEntry, Entry, FileEntry, HardlinkEntry, Snapshot, SymlinkEntry } from "./snapshot.ts";
import { paddingOf, tarEnd, writeHeader } from "./tar/write.ts";

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

const outputBytes = 256 * 2 ** 10;

/** Puts small pieces together: each one that is passed on may cost a message. A large one is passed on as it is. */
async function* coalesce(pieces: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
  let buffer = Buffer.allocUnsafe(outputBytes);
  let length = 0;
  for await (const piece of pieces) {
    const isLarge = piece.length >= outputBytes / 2;
    if (length > 0 && (isLarge || length + piece.length > outputBytes)) {
      yield buffer.subarray(0, length);
      // The receiver keeps the one that it has.
      buffer = Buffer.allocUnsafe(outputBytes);
      length = 0;
    }
    if (isLarge) {
      yield piece;
    } else {
      piece.copy(buffer, length);
      length += piece.length;
    }
  }
  if (length > 0) yield buffer.subarray(0, length);
}

export interface FilesOptions {
  readonly blobs: Snapshot["blobs"];
  readonly queue: BatchQueue;
  readonly onFile?: ((file: FileEntry) => void) | undefined;
}

/**
 * As many of the files as this reader gets, as a tar archive without their folders.
 * @param links comes after them, once `ready` settles: the targets of hard links may be with another reader. busybox makes
 * some links last of all in an archive, so that the folders need one of their own.
 */
export function writeFiles(
  options: FilesOptions,
  links?: { readonly of: Layout; readonly ready: Promise<unknown> },
): AsyncGenerator<Buffer> {
  return coalesce(
    (async function* () {
      yield* filePieces(options);
      if (links !== undefined) {
        await links.ready;
        yield* linkPieces(links.of);
      }
      yield tarEnd;
    })(),
  );
}

/**
 * Everything as one tar archive: folders first, and so that their owner can write to them, and once more at the end, with
 * their modes and times, which are lost as long as anything is put into them.
 */
export function writeContents(layout: Layout, options: FilesOptions): AsyncGenerator<Buffer> {
  return coalesce(
    (async function* () {
      for (const dir of layout.dirs) yield dirHeader({ ...dir, mode: 0o700 });
      yield* filePieces(options);
      yield* linkPieces(layout);
      yield* dirPieces(layout);
      yield tarEnd;
    })(),
  );
}

async function* filePieces({ blobs, queue, onFile }: FilesOptions): AsyncGenerator<Buffer> {
  for (let batch = queue(); batch !== undefined; batch = queue()) {
    let pack = -1;
    let raw = Buffer.alloc(0) as Buffer;
    for (const file of batch.files) {
      yield writeHeader({ ...file, link: "" });
      for (const index of file.blobs) {
        const blob = blobs[index];
        if (blob === undefined) throw new Error("a file with a blob that does not exist");
        if (blob.pack !== pack) {
          raw = await batch.nextPack();
          pack = blob.pack;
        }
        yield raw.subarray(blob.offset, blob.offset + blob.length);
      }
      yield paddingOf(file.size);
      onFile?.(file);
    }
  }
}

function* linkPieces({ symlinks, hardlinks }: Layout): Generator<Buffer> {
  for (const link of symlinks) yield symlinkHeader(link);
  for (const link of hardlinks) yield hardlinkHeader(link);
}

function* dirPieces({ dirs }: Pick<Layout, "dirs">): Generator<Buffer> {
  // The deepest first, so that no folder is written to after its time was set.
  for (const dir of dirs.toReversed()) yield dirHeader(dir);
}

/** A file of bkcache's own, at the root. */
export interface OwnFile {
  readonly path: Path;
  readonly content: Buffer;
}

/** What comes after the files and links: the folders with their own modes and times, and last of all some more files. */
export function writeRest(layout: Pick<Layout, "dirs">, files: readonly OwnFile[]): AsyncGenerator<Buffer> {
  function* pieces(): Generator<Buffer> {
    yield* dirPieces(layout);
    const owner = { mode: 0o644, uid: 0, gid: 0, mtime: 0, link: "" };
    for (const { path, content } of files) {
      yield writeHeader({ ...owner, kind: "file", path, size: content.length });
      yield content;
      yield paddingOf(content.length);
    }
    yield tarEnd;
  }
  return coalesce(pieces());
}

function dirHeader(dir: DirEntry): Buffer {
  return writeHeader({ ...dir, size: 0, link: "" });
}

function symlinkHeader({ target, ...link }: SymlinkEntry): Buffer {
  return writeHeader({ ...link, mode: 0o777, size: 0, link: target });
}

function hardlinkHeader({ target, ...link }: HardlinkEntry): Buffer {
  return writeHeader({ ...link, mode: 0o644, uid: 0, gid: 0, mtime: 0, size: 0, link: `./${target}` });
}

/** A script that gives links their owners and times, which busybox tar gives to none. Names are quoted. */
export function writeLinkScript(links: readonly SymlinkEntry[]): Buffer {
  const groups = new Map<string, Path[]>();
  for (const link of links) {
    const time = `busybox touch -h -d @${Math.max(0, link.mtime)}`;
    const owner = link.uid === 0 && link.gid === 0 ? [] : [`busybox chown -h ${link.uid}:${link.gid}`];
    // A change of owner does not change the time.
    for (const command of [...owner, time]) {
      const group = groups.get(command) ?? [];
      groups.set(command, group);
      group.push(link.path);
    }
  }
  const lines = ["set -e\n"];
  const atOnce = 200;
  for (const [command, paths] of groups) {
    for (let at = 0; at < paths.length; at += atOnce) {
      const names = paths.slice(at, at + atOnce).map((path) => `'./${path.replaceAll("'", String.raw`'\''`)}'`);
      lines.push(`${command} -- ${names.join(" ")}\n`);
    }
  }
  return Buffer.from(lines.join(""), "latin1");
}
