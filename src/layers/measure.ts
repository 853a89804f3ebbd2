import { createHash } from "node:crypto";
import { createLimit } from "../host/limit.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { type LayerCaches, type LayerLayout, readCaches } from "./caches.ts";
import { createColumn, showDigest } from "./digest-table.ts";
import { visitBlobs } from "./list-blobs.ts";
import { type BrokenCache, describeCaches, type LayerUsage, type LayerVerification } from "./listing.ts";

/** Blobs read at once. */
const atOnce = 4;

/** What all manifests and blobs of a bucket come to. */
export async function measureBucket(
  store: ObjectStore,
  layout: LayerLayout,
  signal?: AbortSignal,
): Promise<LayerUsage> {
  const all = await readCaches(store, layout, signal);
  const used = { count: 0, bytes: 0 };
  const unused = { count: 0, bytes: 0 };
  const visit = (digest: Buffer, { size }: { readonly size: number }): void => {
    const amount = all.table.find(digest) === -1 ? unused : used;
    amount.count += 1;
    amount.bytes += size;
  };
  await visitBlobs(store, layout, visit, signal);
  const { count, bytes } = all.manifests;
  return { ...describeCaches(all), manifests: { count, bytes }, used, unused };
}

export interface VerifyOptions {
  readonly store: ObjectStore;
  readonly layout: LayerLayout;
  /** Which caches to look at, by their names. */
  readonly isWanted: (name: string) => boolean;
  /** Whether blobs are read and their digests compared. */
  readonly contents: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** Says which caches name layers that are not there, or are not what they should be. */
export async function verifyBucket(options: VerifyOptions): Promise<LayerVerification> {
  const { store, layout, isWanted, signal } = options;
  const all = await readCaches(store, layout, signal);
  const wanted = all.caches.filter(({ name }) => isWanted(name));
  const found = createColumn(-1);
  const visit = (digest: Buffer, { size }: { readonly size: number }): void => {
    const number = all.table.find(digest);
    if (number !== -1) found.set(number, size);
  };
  await visitBlobs(store, layout, visit, signal);
  const numbers = new Set(wanted.flatMap(({ blobs }) => [...blobs]));
  const damaged = new Set<number>();
  const blobs = { count: 0, bytes: 0 };
  for (const number of numbers) {
    const size = found.get(number);
    const named = all.sizes.get(number);
    if (size === -1) continue;
    blobs.count += 1;
    blobs.bytes += size;
    if (named !== -1 && named !== size) damaged.add(number);
  }
  const sound = [...numbers].filter((number) => found.get(number) !== -1 && !damaged.has(number));
  const read = options.contents ? await readAll(all, sound, { ...options, damaged }) : { count: 0, bytes: 0 };
  const broken = wanted.flatMap(({ object: { key }, name, blobs: own }): BrokenCache[] => {
    const digests = (isBad: (number: number) => boolean) =>
      [...own].filter(isBad).map((number) => showDigest(all.table.at(number)));
    const missing = digests((number) => found.get(number) === -1);
    const wrong = digests((number) => damaged.has(number));
    return missing.length + wrong.length === 0 ? [] : [{ key, name, missing, damaged: wrong }];
  });
  return { caches: wanted.length, broken, blobs, read, findings: all.findings };
}

async function readAll(
  { table }: LayerCaches,
  numbers: readonly number[],
  { store, layout, signal, damaged, onProgress }: VerifyOptions & { readonly damaged: Set<number> },
): Promise<{ readonly count: number; readonly bytes: number }> {
  const read = { count: 0, bytes: 0 };
  const limit = createLimit(atOnce);
  const readOne = async (number: number): Promise<void> => {
    const digest = table.at(number);
    const content = await store.read(`${layout.blobsPrefix}${showDigest(digest)}`, signal && { signal });
    if (content === null) return void damaged.add(number);
    const hash = createHash("sha256");
    for await (const chunk of content.body) hash.update(chunk);
    if (!hash.digest().equals(digest)) damaged.add(number);
    read.count += 1;
    read.bytes += content.size;
    onProgress?.({ done: read.count, total: numbers.length });
  };
  await Promise.all(numbers.map((number) => limit(() => readOne(number))));
  return read;
}
