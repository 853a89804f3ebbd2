import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { BkcacheError } from "../diagnostics/error.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { describeFsError } from "../store/fs-files.ts";
import { type LayerLayout, readCaches } from "./caches.ts";
import { type FolderCache, readFolder, readFolders } from "./folders.ts";
import {
  type BrokenCache,
  describeCaches,
  type LayerListing,
  type LayerUsage,
  type LayerVerification,
  type ListedCache,
} from "./listing.ts";
import { measureBucket, verifyBucket, type VerifyOptions } from "./measure.ts";
import { pruneFolders, removeFolder } from "./prune-folders.ts";
import { type LayerPruneOptions, type LayerPruneResult, pruneLayers } from "./prune.ts";

type Asked<T> = Omit<T, "store" | "layout" | "signal" | "pace">;

/** The layer caches of one backend. */
export interface LayerPlace {
  /** For people. */
  readonly place: string;
  list(): Promise<LayerListing>;
  measure(): Promise<LayerUsage>;
  verify(options: Asked<VerifyOptions>): Promise<LayerVerification>;
  prune(options: Asked<LayerPruneOptions>): Promise<LayerPruneResult>;
  /** Deletes caches by their keys, whatever they are; their blobs go when `prune` finds them unused. */
  remove(keys: readonly string[]): Promise<void>;
}

/** @param touchRefresh as for `pruneLayers` */
export function openLayerBucket(
  store: ObjectStore,
  layout: LayerLayout,
  { touchRefresh, signal }: { readonly touchRefresh?: number; readonly signal: AbortSignal },
): LayerPlace {
  return {
    place: store.place,
    list: async () => describeCaches(await readCaches(store, layout, signal)),
    measure: async () => measureBucket(store, layout, signal),
    verify: async (options) => verifyBucket({ ...options, store, layout, signal }),
    prune: async (options) =>
      pruneLayers({ ...(touchRefresh !== undefined && { touchRefresh }), ...options, store, layout, signal }),
    remove: async (keys) => store.delete(keys, { signal }),
  };
}

/** @param dir absolute */
export function openLayerFolders(backend: string, dir: string, signal: AbortSignal): LayerPlace {
  const guard = async <T>(action: "read" | "write", work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      throw describeFsError({ backend, dir, action }, error);
    }
  };
  const read = async () => guard("read", () => readFolders(dir));
  return {
    place: dir.endsWith("/") ? dir : `${dir}/`,
    list: async () => describeFolders(await read()),
    async measure() {
      const caches = await read();
      const amount = (isCounted: (cache: FolderCache, hex: string) => boolean) => {
        const blobs = caches.flatMap((cache) => cache.blobs.filter(({ hex }) => isCounted(cache, hex)));
        return { count: blobs.length, bytes: blobs.reduce((sum, { size }) => sum + size, 0) };
      };
      const used = amount((cache, hex) => cache.used?.has(hex) ?? true);
      const unused = amount((cache, hex) => cache.used?.has(hex) === false);
      return { ...describeFolders(caches), manifests: { count: caches.length, bytes: 0 }, used, unused };
    },
    verify: async (options) => guard("read", async () => verifyFolders(await readFolders(dir), options)),
    prune: async (options) => guard("write", () => pruneFolders({ ...options, dir, signal })),
    remove: async (keys) =>
      guard("write", async () => {
        for (const key of keys) {
          const cache = await readFolder(dir, key);
          if (cache !== null && !(await removeFolder(dir, cache))) throw inUse(backend, join(dir, key));
        }
      }),
  };
}

function inUse(backend: string, path: string): BkcacheError {
  return new BkcacheError({
    code: "BK5022",
    message: `backend "${backend}": ${path} is being written, and was left as it is`,
    hint: "run it again once the build is over",
  });
}

function describeFolders(caches: readonly FolderCache[]): LayerListing {
  return {
    caches: caches.map(({ name, savedAt, layers, blobs, used, steps }): ListedCache => ({
      key: name,
      name,
      savedAt,
      layers,
      bytes: blobs.reduce((sum, { hex, size }) => sum + (used?.has(hex) === true ? size : 0), 0),
      // Each has a folder of its own.
      sharedLayers: 0,
      sharedBytes: 0,
      steps,
    })),
    unreadable: {},
    findings: [],
  };
}

async function verifyFolders(
  caches: readonly FolderCache[],
  { isWanted, contents, onProgress }: Asked<VerifyOptions>,
): Promise<LayerVerification> {
  const wanted = caches.filter(({ name }) => isWanted(name));
  const blobs = { count: 0, bytes: 0 };
  const read = { count: 0, bytes: 0 };
  const broken: BrokenCache[] = [];
  const total = wanted.reduce((sum, { used }) => sum + (used?.size ?? 0), 0);
  for (const cache of wanted) {
    const damaged: string[] = [];
    for (const { hex, size } of cache.blobs) {
      if (cache.used?.has(hex) === false) continue;
      blobs.count += 1;
      blobs.bytes += size;
      if (!contents) continue;
      const hash = createHash("sha256");
      for await (const chunk of createReadStream(join(cache.dir, "blobs", "sha256", hex))) hash.update(chunk as Buffer);
      if (hash.digest("hex") !== hex) damaged.push(`sha256:${hex}`);
      read.count += 1;
      read.bytes += size;
      onProgress?.({ done: read.count, total });
    }
    const missing = cache.missing.map((hex) => `sha256:${hex}`);
    if (missing.length + damaged.length > 0) broken.push({ key: cache.name, name: cache.name, missing, damaged });
  }
  return { caches: wanted.length, broken, blobs, read, findings: [] };
}
