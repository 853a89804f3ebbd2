import { BkcacheError } from "../../diagnostics/error.ts";

export const blockBytes = 512;

/** What the field `typeflag` says; GNU's and pax's headers about other headers are not entries. */
export type TarKind = "file" | "dir" | "symlink" | "hardlink" | "other";

export interface TarEntry {
  /** As in the archive but for a `./` in front and a `/` at the end, which are taken off; "" is the root. A byte string. */
  readonly path: string;
  readonly kind: TarKind;
  /** Permission bits, at most 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of content that follow. */
  readonly size: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
  /** Target of a link, else "". A byte string. */
  readonly link: string;
}

/** The fields of a header as they stand there. */
export interface RawHeader extends Omit<TarEntry, "kind"> {
  readonly type: string;
}

const zero = 0;
const blank = 0x20;

export function isZeroBlock(block: Buffer): boolean {
  for (let at = 0; at < blockBytes; at += 8) if (block.readBigUInt64LE(at) !== 0n) return false;
  return true;
}

/** @throws BkcacheError BK5032 where the block is no header. */
export function parseHeader(block: Buffer): RawHeader {
  const expected = readNumber(block, 148, 8);
  if (checksum(block) !== expected) throw badTar("a header has a wrong checksum");
  const size = readNumber(block, 124, 12);
  const uid = readNumber(block, 108, 8);
  const gid = readNumber(block, 116, 8);
  if (size < 0 || uid < 0 || gid < 0) throw badTar("a header has a negative number");
  const name = readText(block, 0, 100);
  // GNU has other fields where POSIX has the prefix.
  const isPosix = block.toString("latin1", 257, 265) === "ustar\u000000";
  const prefix = isPosix ? readText(block, 345, 155) : "";
  return {
    path: prefix === "" ? name : `${prefix}/${name}`,
    type: block.toString("latin1", 156, 157),
    mode: readNumber(block, 100, 8) & 0o7777,
    uid,
    gid,
    size,
    mtime: readNumber(block, 136, 12),
    link: readText(block, 157, 100),
  };
}

/** Sum of all bytes, the field of the sum itself taken as blanks. */
export function checksum(block: Buffer): number {
  let sum = 8 * blank;
  for (let at = 0; at < 148; at++) sum += block[at] ?? 0;
  for (let at = 156; at < blockBytes; at++) sum += block[at] ?? 0;
  return sum;
}

function readText(block: Buffer, start: number, length: number): string {
  if (block[start] === zero) return "";
  const end = block.indexOf(zero, start);
  return block.toString("latin1", start, end === -1 || end > start + length ? start + length : end);
}

/** Octal digits, or a big-endian two's complement where the first bit is set. */
function readNumber(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0;
  if (first & 0x80) return readBinary(block, start, length);
  let at = start;
  const end = start + length;
  while (at < end && block[at] === blank) at++;
  let value = 0;
  for (; at < end; at++) {
    const digit = (block[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  if (at < end && block[at] !== blank && block[at] !== zero) throw badTar("a header has a number that is none");
  return value;
}

function readBinary(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0;
  // The second bit is the sign.
  const isNegative = (first & 0x40) !== 0;
  let value = BigInt(first & 0x7f);
  if (isNegative) value -= 0x80n;
  for (let at = start + 1; at < start + length; at++) value = value * 256n + BigInt(block[at] ?? 0);
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw badTar("a header has a number that is too large");
  return number;
}

/** Takes off `./` in front and `/` at the end. */
export function trimPath(path: string): string {
  return path === "." ? "" : path.replace(/^(?:\.\/+)+/, "").replace(/\/+$/, "");
}

export function badTar(reason: string): BkcacheError {
  return new BkcacheError({
    code: "BK5032",
    message: `the archive that came from the mount is damaged: ${reason}`,
  });
}
