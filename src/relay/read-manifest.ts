import { createLimit } from "../host/limit.ts";
import type { ObjectContent, ObjectStore } from "../store/object-store.ts";
import type { Background } from "./background.ts";
import { blobsOf, type CacheManifest, parseManifest, printManifest, pruneManifest } from "./cache-manifest.ts";
import { digestIn, type Layout } from "./names.ts";
import type { Metrics } from "./metrics.ts";
import type { Presence } from "./presence.ts";
import type { Caller } from "./served-store.ts";
import { manifestName, type Tier } from "./tier.ts";

export interface ManifestReaderOptions {
  readonly store: ObjectStore;
  readonly tier: Tier | null;
  readonly layout: Layout;
  readonly presence: Presence;
  readonly metrics: Metrics;
  readonly background: Background;
}

export interface ReadManifest {
  readonly bytes: Buffer;
  readonly modifiedAt: number;
}

/** The largest manifests that were reported are some megabytes; more is not held in memory. */
export const maxManifestBytes = 32 * 2 ** 20;
/** Blobs that are asked for at once. */
const parallelism = 32;

/**
 * Reads cache manifests without the results whose blobs are gone, cut short or too long: BuildKit takes what a manifest names
 * for granted, and a build fails where it is not there. Null where there is no manifest, or nothing that BuildKit could
 * read: a cache that is not there is the same without a failure.
 */
export function createManifestReader(
  options: ManifestReaderOptions,
): (key: string, caller: Caller) => Promise<ReadManifest | null> {
  const { store, tier, layout, presence, metrics, background } = options;
  const tierName = (key: string): string => manifestName(store, key);

  /** Sizes of the blobs that can be read: from the tier, else, unless nobody can be asked, from the bucket. */
  const findBlobs = async (manifest: CacheManifest, asksBucket: boolean): Promise<ReadonlyMap<string, number>> => {
    const limit = createLimit(parallelism);
    const sizes = new Map<string, number>();
    const find = async (blob: string, named: number | null): Promise<void> => {
      const key = `${layout.blobsPrefix}${blob}`;
      if (presence.isSpoiled(key)) return;
      const hex = digestIn(blob);
      const kept = hex === null ? null : ((await tier?.sizeOf(hex)) ?? null);
      const size = kept !== null && (named ?? kept) === kept ? kept : asksBucket ? await presence.sizeOf(key) : null;
      if (size !== null) sizes.set(blob, size);
    };
    await Promise.all([...blobsOf(manifest)].map(([blob, size]) => limit(() => find(blob, size))));
    return sizes;
  };

  return async (key, caller) => {
    let found: ReadManifest | null;
    let isKept = false;
    try {
      found = await readEntire(await store.read(key, { signal: caller.signal }));
    } catch (error) {
      caller.signal.throwIfAborted();
      // Without the bucket there is what this machine has had from it.
      const bytes = (await tier?.readManifest(tierName(key))) ?? null;
      if (bytes === null) throw error;
      found = { bytes, modifiedAt: Date.now() };
      isKept = true;
    }
    const manifest = found && parseManifest(found.bytes);
    if (found === null || manifest === null) return null;
    // Builds wait for their manifests. That of the first one to be kept has the tier count all that it holds.
    if (!isKept && tier !== null) background.add(tier.keepManifest(tierName(key), found.bytes));
    const sizes = await findBlobs(manifest, !isKept);
    const pruned = pruneManifest(manifest, (blob, size) => {
      const actual = sizes.get(blob);
      return actual !== undefined && (size ?? actual) === actual;
    });
    if (pruned.dropped === 0) return found;
    metrics.count(caller.name, { droppedResults: pruned.dropped });
    return { ...found, bytes: printManifest(pruned.manifest) };
  };
}

/** Null for what is too large to be one, too. */
async function readEntire(content: ObjectContent | null): Promise<ReadManifest | null> {
  if (content === null) return null;
  const { size, modifiedAt, body } = content;
  if (size > maxManifestBytes) {
    content.close();
    return null;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return { bytes: Buffer.concat(chunks), modifiedAt };
}
