import { blockBytes, checksum, type TarEntry } from "./header.ts";

const types = { file: "0", hardlink: "1", symlink: "2", dir: "5" } as const;
const maxOctal = { short: 0o7777777, long: 0o77777777777 };
const padding = Buffer.alloc(blockBytes);

/** What ends an archive. */
export const tarEnd: Buffer = Buffer.alloc(2 * blockBytes);

export interface WritableEntry extends TarEntry {
  readonly kind: keyof typeof types;
}

/**
 * The header of one entry as GNU tar writes it, which busybox reads: owners by number only, long names and links as
 * entries of their own. A time before 1970 becomes 1970.
 */
export function writeHeader(entry: WritableEntry): Buffer {
  // A folder without the slash is a folder still, but not for every reader.
  const path = entry.kind === "dir" ? `./${entry.path}${entry.path === "" ? "" : "/"}` : `./${entry.path}`;
  const blocks: Buffer[] = [];
  if (path.length > 100) blocks.push(...longField("L", path));
  if (entry.link.length > 100) blocks.push(...longField("K", entry.link));
  const size = entry.kind === "file" ? entry.size : 0;
  blocks.push(writeBlock({ ...entry, path, size }, types[entry.kind]));
  return blocks.length === 1 ? (blocks[0] as Buffer) : Buffer.concat(blocks);
}

/** The empty bytes between a content of this length and the next header. */
export function paddingOf(size: number): Buffer {
  return padding.subarray(0, (blockBytes - (size % blockBytes)) % blockBytes);
}

function longField(type: "L" | "K", text: string): Buffer[] {
  const bytes = Buffer.from(`${text}\0`, "latin1");
  const fields = { path: "././@LongLink", link: "", mode: 0o644, uid: 0, gid: 0, mtime: 0, size: bytes.length };
  return [writeBlock(fields, type), bytes, paddingOf(bytes.length)];
}

function writeBlock(entry: Omit<TarEntry, "kind">, type: string): Buffer {
  // From the pool.
  const block = Buffer.allocUnsafe(blockBytes).fill(0);
  block.write(entry.path, 0, 100, "latin1");
  writeNumber(block, 100, 8, entry.mode & 0o7777);
  writeNumber(block, 108, 8, entry.uid);
  writeNumber(block, 116, 8, entry.gid);
  writeNumber(block, 124, 12, entry.size);
  writeNumber(block, 136, 12, Math.max(0, entry.mtime));
  block.write(type, 156, "latin1");
  block.write(entry.link, 157, 100, "latin1");
  block.write("ustar  \0", 257, "latin1");
  block.write(`${checksum(block).toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

function writeNumber(block: Buffer, start: number, length: number, value: number): void {
  if (value <= (length === 8 ? maxOctal.short : maxOctal.long)) {
    block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, start, "latin1");
    return;
  }
  let rest = BigInt(value);
  for (let at = start + length - 1; at > start; at--) {
    block[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  block[start] = 0x80;
}
