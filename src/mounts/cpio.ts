import type { Path } from "./names.ts";

/** One entry of an archive in the format "newc", as the cpio of busybox takes it. */
export interface CpioEntry {
  readonly path: Path;
  readonly kind: "file" | "dir" | "symlink";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  /** Bytes of content that follow: of a link its target. Of the further names of a file none. */
  readonly size: number;
  /** The same for all names of a file; 0 where it has one. */
  readonly inode: number;
}

const types = { file: 0o100000, dir: 0o040000, symlink: 0o120000 } as const;
const headBytes = 110;
const alignment = 4;
const padding = Buffer.alloc(alignment);
/** Numbers have eight hexadecimal digits. */
export const maxCpioNumber = 0xffffffff;

/** Source: https://man.freebsd.org/cgi/man.cgi?query=cpio&sektion=5, "New ASCII Format". A time before 1970 becomes 1970. */
export function writeCpioHeader(entry: CpioEntry): Buffer {
  // No name is then that of the last entry.
  return writeBlock(`./${entry.path}`, entry);
}

/** The empty bytes between a content of this length and the next header. */
export function cpioPaddingOf(size: number): Buffer {
  return padding.subarray(0, (alignment - (size % alignment)) % alignment);
}

/** What ends an archive. */
export const cpioEnd: Buffer = writeBlock("TRAILER!!!", {
  kind: "file",
  mode: 0,
  uid: 0,
  gid: 0,
  mtime: 0,
  size: 0,
  inode: 0,
});

function writeBlock(name: string, entry: Omit<CpioEntry, "path">): Buffer {
  const { kind, mode, uid, gid, mtime, size, inode } = entry;
  // Filled up by the zero byte that ends it and more of them, which spares the reader a call for the padding.
  const nameBytes = name.length + alignment - ((headBytes + name.length) % alignment);
  const links = inode === 0 ? 1 : 2;
  const numbers = [inode, types[kind] + (mode & 0o7777), uid, gid, links, Math.max(0, mtime), size, 0, 0, 0, 0];
  const head = [...numbers, nameBytes, 0].map((number) => number.toString(16).padStart(8, "0")).join("");
  return Buffer.from(`070701${head}${name}${"\0".repeat(nameBytes - name.length)}`, "latin1");
}
