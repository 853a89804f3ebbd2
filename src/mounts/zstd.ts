import { constants, createZstdCompress, zstdDecompress, zstdDecompressSync } from "node:zlib";

/**
 * One whole zstd frame at a time, never a stream of several: Node's zstd streams lose their end in several ways, and the one-shot
 * call decodes the first of two frames without a word (nodejs/node#64592, #64741, #66078). So the length of a frame is
 * checked here, and what is decoded has a known length.
 */
const chunkSize = 1 << 20;
/** Of what is written or read in one piece; of what is larger there are several. */
const maxPiece = 16 * chunkSize;
/** Of what is decoded without a thread: a tenth of a millisecond. */
const maxAtOnce = 64 << 10;
/** Of level 3 it takes four sevenths of the time for 3 to 9 % more bytes: who saves waits for the processor, not for the line. */
const level = 1;

export interface CompressOptions {
  /** Lets the frame carry a checksum of its contents, for what has no digest of its own. */
  readonly hasChecksum?: boolean;
}

export async function compress(bytes: Uint8Array, { hasChecksum = false }: CompressOptions = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const params = {
      [constants.ZSTD_c_compressionLevel]: level,
      [constants.ZSTD_c_checksumFlag]: hasChecksum ? 1 : 0,
    };
    // The one-shot call says only after the contents that there are no more, so that zstd works as on a stream: with a copy of
    // what it reads, and a sixth slower. Here one write ends the frame; to end the stream would add an empty one.
    const stream = createZstdCompress({
      flush: constants.ZSTD_e_end,
      chunkSize: Math.min(maxPiece, boundOf(bytes.length)),
      params,
      pledgedSrcSize: bytes.length,
    });
    const pieces: Buffer[] = [];
    stream.on("data", (piece: Buffer) => void pieces.push(piece)).on("error", reject);
    stream.write(bytes, (error) => {
      if (error) return;
      const [first, ...more] = pieces;
      resolve(first !== undefined && more.length === 0 ? first : Buffer.concat(pieces));
      stream.destroy();
    });
  });
}

/**
 * What the frame of so many bytes takes at most: it is written in one go then, where zstd would else copy what it reads, and
 * Node put the pieces together. Source: ZSTD_COMPRESSBOUND in zstd.h.
 */
function boundOf(length: number): number {
  const small = 128 << 10;
  return length + (length >> 8) + (length < small ? (small - length) >> 11 : 0) + 64;
}

/** Null where it is not exactly one frame, lacks a checksum that it must have, or holds more than `maxBytes`. */
export async function decompress(
  bytes: Buffer,
  maxBytes: number,
  { hasChecksum = false }: CompressOptions = {},
): Promise<Buffer | null> {
  const frame = readFrame(bytes);
  if (frame === null || (hasChecksum && !frame.hasChecksum)) return null;
  if (frame.length !== bytes.length || (frame.contentBytes ?? 0) > maxBytes) return null;
  // In one piece, where that is not too large, instead of many that are put together.
  const piece = Math.min(maxPiece, (frame.contentBytes ?? chunkSize) + 1);
  // An empty result needs room for one byte.
  const options = { chunkSize: Math.max(64, piece), maxOutputLength: Math.max(1, maxBytes) };
  const check = (result: Buffer) =>
    result.length <= maxBytes && (frame.contentBytes ?? result.length) === result.length ? result : null;
  // A bake waits for it before buildx, and to start the threads takes longer than to decode so little.
  if ((frame.contentBytes ?? Infinity) <= maxAtOnce) {
    try {
      return check(zstdDecompressSync(bytes, options));
    } catch {
      return null;
    }
  }
  return new Promise((resolve) => {
    zstdDecompress(bytes, options, (error, result) => resolve(error === null ? check(result) : null));
  });
}

interface Frame {
  /** Of the frame itself. */
  readonly length: number;
  /** Of what it decodes to; null where the frame does not say. */
  readonly contentBytes: number | null;
  readonly hasChecksum: boolean;
}

const magic = 0xfd2fb528;

/** Walks the blocks of the first frame (RFC 8878, 3.1.1). Null where it is cut off or no frame. */
export function readFrame(bytes: Buffer): Frame | null {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== magic) return null;
  const descriptor = bytes.readUInt8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeField = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const sizeAt = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes;
  let at = sizeAt + sizeField;
  if (at > bytes.length) return null;
  const contentBytes = readContentSize(bytes, sizeAt, sizeField);
  for (let isLast = false; !isLast;) {
    if (at + 3 > bytes.length) return null;
    const header = bytes.readUIntLE(at, 3);
    isLast = (header & 1) === 1;
    const type = (header >> 1) & 3;
    // One byte stands for a whole block of its kind.
    at += 3 + (type === 1 ? 1 : header >> 3);
    if (type === 3) return null;
  }
  const hasChecksum = (descriptor & 4) !== 0;
  if (hasChecksum) at += 4;
  return at > bytes.length ? null : { length: at, contentBytes, hasChecksum };
}

function readContentSize(bytes: Buffer, at: number, length: number): number | null {
  switch (length) {
    case 1:
      return bytes.readUInt8(at);
    case 2:
      return bytes.readUInt16LE(at) + 256;
    case 4:
      return bytes.readUInt32LE(at);
    case 8:
      return Number(bytes.readBigUInt64LE(at));
    default:
      return null;
  }
}
