import { randomBytes } from "node:crypto";
import type { Stats } from "node:fs";
import { type FileHandle, open, readdir, rename, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isMissing } from "../host/files.ts";
import { makeFolder } from "../host/make-folder.ts";

/** Bytes that are written to the disk in one go. */
const batchBytes = 2 ** 20;
const noBytes = Buffer.alloc(0);
/** Age in ms from which an unfinished file belongs to nobody: its process has ended in the middle. */
const abandonedAfter = 24 * 3_600_000;

export interface TierFile {
  /** Keeps a chunk, which may change once the call is done; waits while the disk is behind. */
  write(chunk: Uint8Array): Promise<void>;
  /** Gives the file its name, flushed: a name never has half of an object, even after a power failure. */
  commit(): Promise<void>;
  abort(): Promise<void>;
}

/** Writes a file beside the others, and gives it its name in the end; the last of several writers wins, with equal bytes. */
export async function createTierFile(folder: string, path: string): Promise<TierFile> {
  const temporary = join(folder, `${process.pid}-${randomBytes(8).toString("hex")}`);
  await makeFolder(folder);
  const file: FileHandle = await open(temporary, "wx", 0o600);
  /** One is filled while the other is written. */
  let [batch, other] = [noBytes, noBytes];
  let filled = 0;
  let writing: Promise<unknown> = Promise.resolve();
  const begin = async (bytes: Uint8Array): Promise<void> => {
    await writing;
    if (bytes.length > 0) writing = file.writeFile(bytes);
    // Whoever waits for it sees the failure.
    writing.catch(() => {});
  };
  const flush = async (): Promise<void> => {
    await begin(batch.subarray(0, filled));
    [batch, other, filled] = [other, batch, 0];
  };
  const close = async (): Promise<void> => {
    await writing.catch(() => {});
    await file.close();
  };
  return {
    async write(chunk) {
      if (filled + chunk.length > batchBytes) await flush();
      if (chunk.length >= batchBytes) {
        await begin(chunk);
        await writing;
        return;
      }
      if (batch.length === 0) batch = Buffer.allocUnsafeSlow(batchBytes);
      batch.set(chunk, filled);
      filled += chunk.length;
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
