import { randomBytes } from "node:crypto";
import type { Stats } from "node:fs";
import { type FileHandle, open, readdir, rename, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isMissing } from "../host/files.ts";
import { makeFolder } from "../host/make-folder.ts";

/** Bytes that are written to the disk in one go. */
const batchBytes = 2 ** 20;
/** Age in ms from which an unfinished file belongs to nobody: its process has ended in the middle. */
const abandonedAfter = 24 * 3_600_000;

export interface TierFile {
  /** Keeps a chunk, which must not change before the end, or before `flush` is done; waits while the disk is behind. */
  write(chunk: Uint8Array): Promise<void>;
  flush(): Promise<void>;
  /** Gives the file its name, flushed: a name never has half of an object, even after a power failure. */
  commit(): Promise<void>;
  abort(): Promise<void>;
}

/** Writes a file beside the others, and gives it its name in the end; the last of several writers wins, with equal bytes. */
export async function createTierFile(folder: string, path: string): Promise<TierFile> {
  const temporary = join(folder, `${process.pid}-${randomBytes(8).toString("hex")}`);
  await makeFolder(folder);
  const file: FileHandle = await open(temporary, "wx", 0o600);
  let chunks: Uint8Array[] = [];
  let gathered = 0;
  let writing: Promise<unknown> = Promise.resolve();
  const flush = async (): Promise<void> => {
    await writing;
    const batch = chunks;
    [chunks, gathered] = [[], 0];
    if (batch.length > 0) writing = writeAll(file, batch);
    // Whoever waits for it sees the failure.
    writing.catch(() => {});
  };
  const close = async (): Promise<void> => {
    await writing.catch(() => {});
    await file.close();
  };
  return {
    async write(chunk) {
      chunks.push(chunk);
      gathered += chunk.byteLength;
      if (gathered >= batchBytes) await flush();
    },
    async flush() {
      await flush();
      await writing;
    },
    async commit() {
      try {
        await flush();
        await writing;
        await file.datasync();
        await makeFolder(dirname(path));
        await rename(temporary, path);
        // What cannot be marked is verified once more.
        await mark(file).catch(() => {});
        await file.close();
      } catch (error) {
        await file.close().catch(() => {});
        await unlink(temporary).catch(() => {});
        throw error;
      }
    },
    async abort() {
      await close();
      await unlink(temporary).catch(() => {});
    },
  };
}

/**
 * Notes that the bytes of a file are those of its name, and that it is used now: its time of change gets a value that no
 * write leaves behind, and that of another size is another one.
 */
export async function mark(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  await file.utimes(new Date(), markOf(size));
}

export function isMarked({ size, mtimeMs }: Pick<Stats, "size" | "mtimeMs">): boolean {
  return mtimeMs === markOf(size) * 1_000;
}

/** In seconds: between 2001 and 2018. */
function markOf(size: number): number {
  return 1_000_000_000 + (size % 2 ** 29);
}

async function writeAll(file: FileHandle, batch: readonly Uint8Array[]): Promise<void> {
  const total = batch.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const { bytesWritten } = await file.writev(batch);
  if (bytesWritten === total) return;
  // The system took a part of it, as it does near a full disk.
  const rest = Buffer.concat(batch).subarray(bytesWritten);
  await file.writeFile(rest);
}

export interface AgedFile {
  readonly path: string;
  readonly size: number;
  /** Time of the last use in ms. */
  readonly usedAt: number;
}

/** All files two levels below a folder. What goes meanwhile is left out. */
export async function listFiles(root: string): Promise<readonly AgedFile[]> {
  const found: AgedFile[] = [];
  for (const shard of await namesIn(root)) {
    for (const name of await namesIn(join(root, shard))) {
      const path = join(root, shard, name);
      const stats = await stat(path).catch(() => null);
      if (stats?.isFile() === true) found.push({ path, size: stats.size, usedAt: stats.atimeMs });
    }
  }
  return found;
}

/** Removes unfinished files that belong to nobody. */
export async function sweepAbandoned(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && found.mtimeMs < Date.now() - abandonedAfter) await unlink(path).catch(() => {});
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error) || (error instanceof Error && "code" in error && error.code === "ENOTDIR")) return [];
    throw error;
  }
}
