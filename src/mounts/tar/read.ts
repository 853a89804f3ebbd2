import {
  badTar,
  blockBytes,
  isZeroBlock,
  parseHeader,
  type RawHeader,
  type TarEntry,
  type TarKind,
  trimPath,
} from "./header.ts";
import { applyPax, type PaxFields, parsePax } from "./pax.ts";

/** Called in the order of the archive. `data` is a view of a chunk that was pushed, valid until the call returns. */
export interface TarHandler {
  begin(entry: TarEntry): void;
  data(bytes: Buffer): void;
  end(): void;
  /** Takes what comes behind the end of an archive; without it that is read as a further archive. Valid as `data` is. */
  rest?(bytes: Buffer): void;
}

export interface TarReader {
  /** @throws BkcacheError BK5032 where it is no tar archive. */
  push(chunk: Buffer): void;
  /** @throws BkcacheError BK5032 where the archive is not complete. */
  finish(): void;
}

/** GNU's long names and pax headers are held in memory. */
const maxExtendedBytes = 1 << 20;
/** Empty blocks, which end an archive. */
const endBlocks = 2;

/**
 * Reads POSIX, GNU and pax archives, several of them one after the other too. Content is handed on without a copy; only
 * a header that two chunks share is put together first.
 * Own code: names are bytes that need not be UTF-8, and what a builder sends is not to be copied once more.
 */
export function createTarReader(handler: TarHandler): TarReader {
  const partial = Buffer.alloc(blockBytes);
  let filled = 0;
  /** Bytes of content, then of padding, that are still to come. */
  let content = 0;
  let padding = 0;
  let isInFile = false;
  let zeroBlocks = 0;
  let extended: { readonly type: string; readonly parts: Buffer[] } | null = null;
  let longName: string | null = null;
  let longLink: string | null = null;
  let pax: PaxFields | null = null;

  const takeHeader = (block: Buffer): void => {
    if (isZeroBlock(block)) {
      zeroBlocks++;
      return;
    }
    zeroBlocks = 0;
    const header = parseHeader(block);
    if ("LKxg".includes(header.type)) {
      if (header.size > maxExtendedBytes) throw badTar("a long name or a pax header is too large");
      extended = { type: header.type, parts: [] };
    } else {
      const entry = complete(applyPax(header, pax), longName, longLink);
      longName = longLink = pax = null;
      // Others have no content, whatever their size says (POSIX, pax, "ustar Interchange Format").
      content = entry.kind === "file" ? entry.size : 0;
      handler.begin(content === entry.size ? entry : { ...entry, size: 0 });
      isInFile = true;
    }
    if (extended !== null) content = header.size;
    padding = (blockBytes - (content % blockBytes)) % blockBytes;
    if (content === 0) endContent();
  };

  const endContent = (): void => {
    if (extended === null) {
      if (isInFile) handler.end();
      isInFile = false;
      return;
    }
    const bytes = Buffer.concat(extended.parts);
    const text = bytes.toString("latin1", 0, bytes.at(-1) === 0 ? bytes.length - 1 : bytes.length);
    if (extended.type === "L") longName = text;
    else if (extended.type === "K") longLink = text;
    else if (extended.type === "x") pax = parsePax(bytes);
    extended = null;
  };

  return {
    push(chunk) {
      let at = 0;
      while (at < chunk.length) {
        if (content > 0) {
          const end = Math.min(chunk.length, at + content);
          const bytes = chunk.subarray(at, end);
          content -= bytes.length;
          at = end;
          if (extended === null) handler.data(bytes);
          else extended.parts.push(Buffer.from(bytes));
          if (content === 0) endContent();
        } else if (padding > 0) {
          const skipped = Math.min(chunk.length - at, padding);
          padding -= skipped;
          at += skipped;
        } else if (handler.rest !== undefined && zeroBlocks >= endBlocks) {
          handler.rest(chunk.subarray(at));
          return;
        } else if (filled === 0 && chunk.length - at >= blockBytes) {
          takeHeader(chunk.subarray(at, at + blockBytes));
          at += blockBytes;
        } else {
          const copied = Math.min(chunk.length - at, blockBytes - filled);
          chunk.copy(partial, filled, at, at + copied);
          filled += copied;
          at += copied;
          if (filled < blockBytes) continue;
          filled = 0;
          takeHeader(partial);
        }
      }
    },
    finish() {
      // One that ends without its two empty blocks lost its end, even where a file ends there.
      if (content > 0 || padding > 0 || filled > 0 || zeroBlocks < endBlocks) throw badTar("its end is missing");
    },
  };
}

function complete(header: RawHeader, longName: string | null, longLink: string | null): TarEntry {
  const { type, ...fields } = header;
  const path = longName ?? fields.path;
  const kind = kindOf(type, path);
  return { ...fields, path: trimPath(path), kind, link: longLink ?? fields.link };
}

function kindOf(type: string, path: string): TarKind {
  switch (type) {
    case "0":
    case "\0":
    case "7":
      return path.endsWith("/") ? "dir" : "file";
    case "1":
      return "hardlink";
    case "2":
      return "symlink";
    case "5":
      return "dir";
    default:
      return "other";
  }
}
