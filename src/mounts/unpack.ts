import { createLimit } from "../host/limit.ts";
import type { Path } from "./names.ts";
import type { DirEntry, Entry, FileEntry, HardlinkEntry, Snapshot, SymlinkEntry } from "./snapshot.ts";
import { paddingOf, tarEnd, writeHeader } from "./tar/write.ts";

/** The entries of a snapshot in the order in which they are unpacked. */
export interface Layout {
  readonly dirs: readonly DirEntry[];
  /** In the order of their contents in the packs. */
  readonly files: readonly FileEntry[];
  readonly symlinks: readonly SymlinkEntry[];
  readonly hardlinks: readonly HardlinkEntry[];
  /** Packs in the order in which the files need them; one that is needed again later stands there again. */
  readonly visits: readonly number[];
}

export function layOut({ entries, blobs }: Pick<Snapshot, "entries" | "blobs">): Layout {
  const place = (file: FileEntry): readonly [number, number] => {
    const first = blobs[file.blobs[0] ?? -1];
    return first === undefined ? [-1, 0] : [first.pack, first.offset];
  };
  const files = only(entries, "file")
    .map((file) => ({ file, place: place(file) }))
    .sort((a, b) => a.place[0] - b.place[0] || a.place[1] - b.place[1])
    .map(({ file }) => file);
  const visits: number[] = [];
  for (const file of files) {
    for (const index of file.blobs) {
      const pack = blobs[index]?.pack ?? -1;
      if (visits.at(-1) !== pack) visits.push(pack);
    }
  }
  return {
    dirs: only(entries, "dir"),
    files,
    symlinks: only(entries, "symlink"),
    hardlinks: only(entries, "hardlink"),
    visits,
  };
}

function only<K extends Entry["kind"]>(entries: readonly Entry[], kind: K): Extract<Entry, { readonly kind: K }>[] {
  return entries.filter((entry): entry is Extract<Entry, { readonly kind: K }> => entry.kind === kind);
}

/** Opened packs, in the order of the visits. */
export async function* openVisits(
  visits: readonly number[],
  open: (pack: number) => Promise<Buffer>,
  ahead: number,
): AsyncGenerator<Buffer> {
  const opening: Promise<Buffer>[] = [];
  // Some more are asked for than are worked on, so that the next request never waits for a tar.
  const limit = createLimit(ahead);
  let next = 0;
  const start = (): void => {
    const pack = visits[next++];
    if (pack === undefined) return;
    const opened = limit(() => open(pack));
    // Its failure is met when its turn comes.
    opened.catch(() => {});
    opening.push(opened);
  };
  for (let count = 0; count < ahead; count++) start();
  for (let opened = opening.shift(); opened !== undefined; opened = opening.shift()) {
    const pack = await opened;
    start();
    yield pack;
  }
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

interface ArchiveOptions {
  /** Once more at the end, with their modes and times: these are lost as long as anything is put into them. */
  readonly hasDirsAgain?: boolean;
  readonly onFile?: (file: FileEntry) => void;
}

/** Everything as a tar archive; folders first, and so that their owner can write to them. */
export function writeContents(
  { blobs }: Pick<Snapshot, "blobs">,
  layout: Layout,
  packs: AsyncIterator<Buffer>,
  { hasDirsAgain, onFile }: ArchiveOptions = {},
): AsyncGenerator<Buffer> {
  return coalesce(pieces());

  async function* pieces(): AsyncGenerator<Buffer> {
    for (const dir of layout.dirs) yield dirHeader({ ...dir, mode: 0o700 });
    yield* filePieces();
    for (const link of layout.symlinks) yield symlinkHeader(link);
    for (const link of layout.hardlinks) yield hardlinkHeader(link);
    if (hasDirsAgain === true) for (const dir of layout.dirs.toReversed()) yield dirHeader(dir);
    yield tarEnd;
  }

  async function* filePieces(): AsyncGenerator<Buffer> {
    let pack = -1;
    let raw = Buffer.alloc(0) as Buffer;
    for (const file of layout.files) {
      yield writeHeader({ ...file, link: "" });
      for (const index of file.blobs) {
        const blob = blobs[index];
        if (blob === undefined) throw new Error("a file with a blob that does not exist");
        if (blob.pack !== pack) {
          const next = await packs.next();
          if (next.done === true) throw new Error("a pack that nobody opened");
          raw = next.value;
          pack = blob.pack;
        }
        yield raw.subarray(blob.offset, blob.offset + blob.length);
      }
      yield paddingOf(file.size);
      onFile?.(file);
    }
  }
}

/** The folders alone, with their own modes and times, and last of all one file. */
export function writeDirs(
  layout: Layout,
  last: { readonly path: Path; readonly content: Buffer },
): AsyncGenerator<Buffer> {
  function* pieces(): Generator<Buffer> {
    // The deepest first, so that no folder is written to after its time was set.
    for (const dir of layout.dirs.toReversed()) yield dirHeader(dir);
    const owner = { mode: 0o644, uid: 0, gid: 0, mtime: 0, link: "" };
    yield writeHeader({ ...owner, kind: "file", path: last.path, size: last.content.length });
    yield last.content;
    yield paddingOf(last.content.length);
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
export async function* writeLinkScript(links: readonly SymlinkEntry[]): AsyncGenerator<Buffer> {
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
  yield Buffer.from("set -e\n");
  const atOnce = 200;
  for (const [command, paths] of groups) {
    for (let at = 0; at < paths.length; at += atOnce) {
      const names = paths.slice(at, at + atOnce).map((path) => `'./${path.replaceAll("'", String.raw`'\''`)}'`);
      yield Buffer.from(`${command} -- ${names.join(" ")}\n`, "latin1");
    }
  }
}
