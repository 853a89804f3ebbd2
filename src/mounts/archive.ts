import { cpioEnd, cpioPaddingOf, maxCpioNumber, writeCpioHeader } from "./cpio.ts";
import type { Path } from "./names.ts";
import type { DirEntry, FileEntry, HardlinkEntry, Snapshot, SymlinkEntry } from "./snapshot.ts";
import { paddingOf, tarEnd, writeHeader } from "./tar/write.ts";
import type { BatchQueue, Layout } from "./unpack.ts";

const outputBytes = 256 * 2 ** 10;

/**
 * Puts small pieces together: each one that is passed on may cost a message. A large one is passed on as it is. They come in
 * groups, since to wait for each of many costs more than to copy it.
 */
async function* coalesce(groups: AsyncIterable<Iterable<Buffer>>): AsyncGenerator<Buffer> {
  let buffer = Buffer.allocUnsafe(outputBytes);
  let length = 0;
  for await (const group of groups) {
    for (const piece of group) {
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
  }
  if (length > 0) yield buffer.subarray(0, length);
}

export interface FilesOptions {
  readonly blobs: Snapshot["blobs"];
  readonly queue: BatchQueue;
  readonly onFile?: ((file: FileEntry) => void) | undefined;
}

/** How entries stand in an archive. */
interface Format {
  readonly header: (file: FileEntry) => Buffer;
  readonly padding: (size: number) => Buffer;
}

const tar: Format = { header: (file) => writeHeader({ ...file, link: "" }), padding: paddingOf };

/** Whether the numbers of all entries fit into a cpio archive. */
export function fitsCpio(layout: Layout): boolean {
  const fits = ({ uid, gid, mtime }: DirEntry | FileEntry | SymlinkEntry) => Math.max(uid, gid, mtime) <= maxCpioNumber;
  const files = filesOf(layout);
  return [layout.dirs, files, layout.symlinks].every((entries) => entries.every(fits)) && files.every(isSmall);
}

const isSmall = ({ size }: FileEntry): boolean => size <= maxCpioNumber;

function filesOf({ batches }: Pick<Layout, "batches">): readonly FileEntry[] {
  return batches.flatMap(({ files }) => files);
}

/**
 * All but the modes and times of folders as a cpio archive, of which busybox makes the same entries in half the time that it
 * takes for tar: it looks for the folders of a file only where it is asked to, and for the names of owners never.
 */
export function writeCpio(layout: Layout, options: FilesOptions): AsyncGenerator<Buffer> {
  const inodes = new Map<Path, number>();
  for (const { target } of layout.hardlinks) if (!inodes.has(target)) inodes.set(target, inodes.size + 1);
  const header = (file: FileEntry) => writeCpioHeader({ ...file, kind: "file", inode: inodes.get(file.path) ?? 0 });
  return coalesce(
    (async function* () {
      yield layout.dirs.map((dir) => writeCpioHeader({ ...dir, mode: 0o700, size: 0, inode: 0 }));
      yield* filePieces(options, { header, padding: cpioPaddingOf });
      const files = new Map(filesOf(layout).map((file) => [file.path, file]));
      yield layout.hardlinks.flatMap(({ path, target }) => {
        const file = files.get(target);
        return file === undefined ? [] : [writeCpioHeader({ ...file, path, size: 0, inode: inodes.get(target) ?? 0 })];
      });
      yield layout.symlinks.flatMap(({ target, ...link }) => [
        writeCpioHeader({ ...link, mode: 0o777, size: target.length, inode: 0 }),
        Buffer.from(target, "latin1"),
        cpioPaddingOf(target.length),
      ]);
      yield [cpioEnd];
    })(),
  );
}

/** The same as a tar archive with empty bytes behind it, which has exactly this many blocks of `blockBytes`. */
export interface FilesArchive {
  readonly blocks: number;
  readonly pieces: AsyncGenerator<Buffer>;
}

/** busybox tar reads its input to the end: what comes after an archive is told by its length alone. */
export const blockBytes = 65_536;

export function writeFiles(layout: Layout, options: FilesOptions): FilesArchive {
  const ofFiles = filesOf(layout).map((file) => tar.header(file).length + file.size + tar.padding(file.size).length);
  const ofLinks = [...linkPieces(layout)].map(({ length }) => length);
  const bytes = [...ofFiles, ...ofLinks, tarEnd.length].reduce((sum, length) => sum + length, 0);
  const blocks = Math.ceil(bytes / blockBytes);
  const pieces = coalesce(
    (async function* () {
      yield* filePieces(options, tar);
      yield linkPieces(layout);
      yield [tarEnd, Buffer.alloc(blocks * blockBytes - bytes)];
    })(),
  );
  return { blocks, pieces };
}

/**
 * Everything as one tar archive: folders first, and so that their owner can write to them, and once more at the end, with
 * their modes and times, which are lost as long as anything is put into them.
 */
export function writeContents(layout: Layout, options: FilesOptions): AsyncGenerator<Buffer> {
  return coalesce(
    (async function* () {
      yield layout.dirs.map((dir) => dirHeader({ ...dir, mode: 0o700 }));
      yield* filePieces(options, tar);
      yield linkPieces(layout);
      yield dirPieces(layout);
      yield [tarEnd];
    })(),
  );
}

async function* filePieces({ blobs, queue, onFile }: FilesOptions, format: Format): AsyncGenerator<Buffer[]> {
  for (let batch = queue(); batch !== undefined; batch = queue()) {
    let pack = -1;
    let raw = Buffer.alloc(0) as Buffer;
    let pieces: Buffer[] = [];
    for (const file of batch.files) {
      pieces.push(format.header(file));
      for (const index of file.blobs) {
        const blob = blobs[index];
        if (blob === undefined) throw new Error("a file with a blob that does not exist");
        if (blob.pack !== pack) {
          yield pieces;
          pieces = [];
          raw = await batch.nextPack();
          pack = blob.pack;
        }
        pieces.push(raw.subarray(blob.offset, blob.offset + blob.length));
      }
      pieces.push(format.padding(file.size));
      onFile?.(file);
    }
    yield pieces;
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
  return coalesce(
    (async function* () {
      yield pieces();
    })(),
  );
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
