import { createHash } from "node:crypto";
import { type FileHandle, open, readFile, stat, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { isMissing } from "../host/files.ts";
import { clamp } from "../store/content.ts";
import type { ByteRange, ObjectStore } from "../store/object-store.ts";
import { createChunks } from "../store/chunks.ts";
import { createTierFile, isMarked, listFiles, mark, sweepAbandoned, type TierFile } from "./tier-files.ts";

/** Blobs and manifests on this machine's disk, kept between runs and shared by all that run at once. */
export interface Tier {
  /** Bytes of a blob by its SHA-256 in hex; null where it is not there. */
  sizeOf(hex: string): Promise<number | null>;
  /** Opens a blob and makes it the last to be removed. */
  read(hex: string, range?: ByteRange): Promise<TierContent | null>;
  /**
   * Begins to keep a blob that the caller verifies before `commit`; null where it is too large, or nothing can be written.
   * @param size where it is known before the bytes are
   */
  write(hex: string, size?: number): Promise<TierFile | null>;
  /** Removes a blob whose bytes are found to be others. */
  drop(hex: string): Promise<void>;
  /** Lets a blob be verified the next time that it is read, whatever is known of it. */
  doubt(hex: string): Promise<void>;
  /** The manifest that was last kept under the name. */
  readManifest(name: string): Promise<Buffer | null>;
  keepManifest(name: string, bytes: Buffer): Promise<void>;
}

export interface TierContent {
  readonly size: number;
  readonly modifiedAt: number;
  readonly start: number;
  /** Whether the bytes were verified, and nobody has written to the file since. */
  readonly isVerified: boolean;
  /** Notes that all bytes are those of the name. */
  confirm(): Promise<void>;
  /** Whoever is done with a chunk may give it back (`chunks.ts`). */
  readonly body: AsyncIterable<Buffer>;
  close(): void;
}

export interface TierOptions {
  /** Absolute; made when something is kept. */
  readonly path: string;
  /** Bytes of all that is kept; the least recently used goes first. */
  readonly maxSize: number;
}

/** The name of a manifest in a tier, which several backends may share. */
export function manifestName({ place }: Pick<ObjectStore, "place">, key: string): string {
  return `${place}${key}`;
}

/** Bytes that a reader gets at once. */
const readBytes = 2 ** 20;
/** What is left once the least recently used has gone, so that not each blob makes room for itself. */
const leftAfterRemoval = 0.9;

/**
 * Content-addressed: a blob's name is its digest, so that several backends share it, and a writer that loses a race has
 * lost nothing. A file that another process removes while it is read stays until it is closed.
 */
export function openTier({ path, maxSize }: TierOptions): Tier {
  const root = join(path, "v1");
  const blobs = join(root, "blobs");
  const unfinished = join(root, "unfinished");
  const pathOf = (hex: string): string => join(blobs, hex.slice(0, 2), hex);
  const manifestPath = (name: string): string => {
    const hex = createHash("sha256").update(name).digest("hex");
    return join(root, "manifests", hex.slice(0, 2), hex);
  };
  /** Bytes that this process has kept since all were counted; at first nobody knows. */
  let keptSince = Infinity;
  let counted = 0;
  let making: Promise<void> = Promise.resolve();

  /** Others keep and remove as well, so that all is counted anew from time to time. */
  const makeRoom = async (): Promise<void> => {
    if (counted + keptSince <= maxSize && keptSince <= maxSize / 10) return;
    const files = [...(await listFiles(blobs)), ...(await listFiles(join(root, "manifests")))];
    let total = files.reduce((sum, { size }) => sum + size, 0);
    if (total > maxSize) {
      for (const file of files.toSorted((a, b) => a.usedAt - b.usedAt)) {
        if (total <= maxSize * leftAfterRemoval) break;
        await unlink(file.path).catch(() => {});
        total -= file.size;
      }
    }
    [counted, keptSince] = [total, 0];
    await sweepAbandoned(unfinished);
  };
  const write = async (target: string, size = 0): Promise<TierFile | null> => {
    if (size > maxSize) return null;
    // A disk without room or rights makes the tier useless, not the build.
    const file = await createTierFile(unfinished, target).catch(() => null);
    if (file === null) return null;
    let written = 0;
    return {
      async write(chunk) {
        written += chunk.byteLength;
        if (written > maxSize) throw new Error("it is larger than the tier");
        await file.write(chunk);
      },
      async commit() {
        await file.commit();
        keptSince += written;
        making = making.then(makeRoom).catch(() => {});
        await making;
      },
      abort: () => file.abort(),
    };
  };

  const confirm = async (hex: string): Promise<void> => {
    const file = await orNull(open(pathOf(hex)));
    if (file === null) return;
    await orNull(mark(file));
    await file.close();
  };

  return {
    sizeOf: async (hex) => (await orNull(stat(pathOf(hex))))?.size ?? null,
    async read(hex, range) {
      const file = await orNull(open(pathOf(hex)));
      if (file === null) return null;
      const stats = await file.stat();
      const { size } = stats;
      const isVerified = isMarked(stats);
      await file.utimes(new Date(), stats.mtime).catch(() => {});
      const { start, end } = clamp(range, size);
      const close = () => void file.close().catch(() => {});
      if (start === end) close();
      const content = { size, modifiedAt: Date.now(), start, isVerified, close };
      return { ...content, confirm: () => confirm(hex), body: read(file, { start, end, close }) };
    },
    write: (hex, size) => write(pathOf(hex), size),
    drop: async (hex) => void (await orNull(unlink(pathOf(hex)))),
    async doubt(hex) {
      const now = new Date();
      await orNull(utimes(pathOf(hex), now, now));
    },
    readManifest: (name) => orNull(readFile(manifestPath(name))),
    async keepManifest(name, bytes) {
      const file = await write(manifestPath(name), bytes.length);
      await file?.write(bytes);
      await file?.commit().catch(() => {});
    },
  };
}

async function* read(
  file: FileHandle,
  { start, end, close }: { readonly start: number; readonly end: number; readonly close: () => void },
): AsyncGenerator<Buffer, void, undefined> {
  if (start === end) return;
  const chunks = createChunks(Math.min(readBytes, end - start));
  const readAt = (position: number) => {
    const reading = file.read(chunks.take(), { position, length: Math.min(readBytes, end - position) });
    // Whoever waits for it sees the failure.
    reading.catch(() => {});
    return reading;
  };
  // One chunk ahead, so that the line is not idle while the disk is asked.
  let ahead = readAt(start);
  try {
    for (let at = start; at < end;) {
      const { bytesRead, buffer } = await ahead;
      if (bytesRead === 0) throw new Error("a file of the tier ends too early");
      at += bytesRead;
      if (at < end) ahead = readAt(at);
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    close();
  }
}

/** Null where there is no such file, or where it cannot be read: the tier is a help, never a reason to fail. */
async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error) || (error instanceof Error && "syscall" in error)) return null;
    throw error;
  }
}
