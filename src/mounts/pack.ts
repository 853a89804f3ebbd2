import { hash } from "node:crypto";
import { BkcacheError } from "../diagnostics/error.ts";
import { compress, decompress } from "./zstd.ts";

/** Contents in one pack, at most. */
export const packBytes = 8 * 2 ** 20;
/** A larger file is cut into blobs of this length, the last one shorter, in packs of its own. */
export const blobBytes = 4 * 2 ** 20;

type Codec = "zstd" | "store";

/** An immutable object with the contents of files, one after the other. */
export interface Pack {
  /** SHA-256 of the object, in hex. */
  readonly id: string;
  /** Length of the contents. */
  readonly rawBytes: number;
  /** Length of the object. */
  readonly storedBytes: number;
  readonly codec: Codec;
  /** Day since the epoch on which the object was written, or made as young as that, the last time. */
  readonly day: number;
}

export interface SealedPack extends Omit<Pack, "day"> {
  readonly bytes: Buffer;
}

/** Compression has to save this much, or the contents are stored as they are: unpacking costs time too. */
const worthwhileRatio = 0.95;

/** Does not keep the buffer. */
export async function sealPack(raw: Buffer): Promise<SealedPack> {
  if (raw.length === 0 || raw.length > packBytes) throw new Error(`a pack of ${raw.length} bytes`);
  const compressed = await compress(raw);
  const isWorthwhile = compressed.length < raw.length * worthwhileRatio;
  const bytes = isWorthwhile ? compressed : Buffer.from(raw);
  return {
    id: hash("sha256", bytes, "hex"),
    rawBytes: raw.length,
    storedBytes: bytes.length,
    codec: isWorthwhile ? "zstd" : "store",
    bytes,
  };
}

/**
 * The contents of a pack as the store gave it; null stands for an object that is not there.
 * @throws BkcacheError BK5031 where it is not, byte for byte, what was written.
 */
export async function openPack(pack: Pack, stored: Buffer | null): Promise<Buffer> {
  if (stored === null) throw badPack(pack, "is missing");
  if (stored.length !== pack.storedBytes) {
    throw badPack(pack, `has ${stored.length} bytes instead of ${pack.storedBytes}`);
  }
  if (hash("sha256", stored, "hex") !== pack.id) throw badPack(pack, "has other contents than its name says");
  const raw = pack.codec === "store" ? stored : await decompress(stored, pack.rawBytes);
  if (raw?.length !== pack.rawBytes) throw badPack(pack, "does not unpack to the length that the manifest says");
  return raw;
}

export function badPack(pack: Pack, reason: string): BkcacheError {
  return new BkcacheError({ code: "BK5031", message: `pack ${pack.id} ${reason}` });
}
