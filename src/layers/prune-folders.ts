import { randomBytes } from "node:crypto";
import { readdir, rename, rm, unlink } from "node:fs/promises";
import { join } from "node:path";
import { createColumn } from "./digest-table.ts";
import { findExpired } from "./expire.ts";
import { type FolderBlob, type FolderCache, readFolder, readFolders } from "./folders.ts";
import type { LayerPruneOptions, LayerPruneResult } from "./prune.ts";
import { defaultGrace } from "../store/sweep.ts";

/** Age in ms of the last write to a folder from which no export is taken to be under way. */
const restMs = 10 * 60_000;
/** What the names of folders begin with that are being removed. */
const removed = ".removed-";

export type FolderPruneOptions = Pick<LayerPruneOptions, "keep" | "applies" | "grace" | "dryRun" | "now" | "signal"> & {
  readonly dir: string;
  /** Overrides `restMs`. */
  readonly rest?: number;
};

/**
 * The same for a local backend. An export there leaves no sign that it uses a blob which it finds, so a folder is left alone
 * while anything in it is young; what its index does not lead to goes once it is older than the grace.
 */
export async function pruneFolders(options: FolderPruneOptions): Promise<LayerPruneResult> {
  const { dir, keep, applies = () => true, grace = defaultGrace, dryRun = false, now, rest = restMs, signal } = options;
  if (!dryRun) await removeLeft(dir);
  const all = await readFolders(dir);
  const sizes = createColumn(0);
  const caches = all.map((cache, index) => {
    sizes.set(index, sumOf(cache.blobs));
    const object = { key: cache.name, size: 0, modifiedAt: cache.savedAt };
    return { object, name: cache.name, blobs: Uint32Array.of(index), records: 0 };
  });
  const own = caches.filter(({ name }) => applies(name));
  const expired = new Set([...findExpired(own, sizes, { keep, now })].map(({ name }) => name));
  const gone: { readonly cache: FolderCache; readonly why: "rules" | "broken" }[] = [];
  const deleted = { count: 0, bytes: 0 };
  const waiting = { count: 0, bytes: 0 };
  const kept = { count: 0, bytes: 0 };
  for (const cache of all) {
    signal?.throwIfAborted();
    const why = expired.has(cache.name) ? "rules" : cache.missing.length > 0 && applies(cache.name) ? "broken" : null;
    if (why !== null && isAtRest(cache, now - rest) && (dryRun || (await removeFolder(dir, cache)))) {
      gone.push({ cache, why });
      for (const blob of cache.blobs) add(deleted, blob);
      continue;
    }
    const unused = cache.used === null ? [] : cache.blobs.filter(({ hex }) => cache.used?.has(hex) === false);
    const old = isAtRest(cache, now - rest) ? unused.filter(({ modifiedAt }) => modifiedAt <= now - grace) : [];
    const went = new Set(dryRun ? old : await removeBlobs(dir, cache, old));
    for (const blob of cache.blobs) add(went.has(blob) ? deleted : unused.includes(blob) ? waiting : kept, blob);
  }
  const left = all.filter((cache) => !gone.some((each) => each.cache === cache));
  return {
    caches: gone.map(({ cache: { name }, why }) => ({ key: name, name, why })),
    keptCaches: left.length,
    otherCaches: left.filter(({ name }) => !applies(name)).length,
    deleted,
    waiting,
    kept,
    findings: [],
  };
}

function isAtRest({ writtenAt, isLocked }: FolderCache, before: number): boolean {
  return writtenAt <= before && !isLocked;
}

/** In one step for who reads it; false where it was written meanwhile. */
export async function removeFolder(dir: string, { name, writtenAt }: FolderCache): Promise<boolean> {
  const now = await readFolder(dir, name);
  if (now === null || now.writtenAt !== writtenAt || now.isLocked) return false;
  const path = join(dir, `${removed}${randomBytes(6).toString("hex")}`);
  await rename(join(dir, name), path);
  await rm(path, { recursive: true, force: true });
  return true;
}

/** Removes what the index does not lead to, where it still does not and nothing was written meanwhile. */
async function removeBlobs(
  dir: string,
  cache: FolderCache,
  blobs: readonly FolderBlob[],
): Promise<readonly FolderBlob[]> {
  if (blobs.length === 0) return [];
  const now = await readFolder(dir, cache.name);
  if (now === null || now.writtenAt !== cache.writtenAt || now.isLocked) return [];
  for (const { hex } of blobs) await unlink(join(dir, cache.name, "blobs", "sha256", hex)).catch(ignoreAbsent);
  return blobs;
}

/** What a run that was killed has left. */
async function removeLeft(dir: string): Promise<void> {
  const names = await readdir(dir).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(removed)))
    await rm(join(dir, name), { recursive: true, force: true });
}

function ignoreAbsent(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
}

function sumOf(blobs: readonly FolderBlob[]): number {
  return blobs.reduce((sum, { size }) => sum + size, 0);
}

function add(amount: { count: number; bytes: number }, { size }: FolderBlob): void {
  amount.count += 1;
  amount.bytes += size;
}
