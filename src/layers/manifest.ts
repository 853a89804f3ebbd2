import type { Entry } from "../bake/model.ts";
import { fieldOf, findTagged, listOf, parseJson, readBlob, readDescriptor } from "./local-cache.ts";
import { createBuckets, type LayerAccess, placeOf } from "./place.ts";

/** What one cache manifest lists. */
export interface CacheSummary {
  /** Compressed bytes of each layer by digest; null where the manifest does not say. */
  readonly layers: ReadonlyMap<string, number | null>;
  readonly records: number;
}

/** S3 has no bound of its own; the largest manifests that were reported are some megabytes. */
const maxManifestBytes = 64 * 2 ** 20;
const configType = "application/vnd.buildkit.cacheconfig.v0";

/**
 * Reads what BuildKit wrote for one entry. Null where it is not there, cannot be read, or is of a type that cannot be
 * looked into: sizes are a help in a report, never a reason to fail.
 */
export async function readCacheSummary(
  backend: string,
  entry: Entry,
  access: LayerAccess,
): Promise<CacheSummary | null> {
  const place = placeOf(entry, access.dir);
  if (place === null) return null;
  if (place.kind === "local") {
    const tagged = await findTagged(backend, place);
    const config = tagged !== null && "digest" in tagged ? await readLocalConfig(place.dir, tagged.digest) : null;
    return config === null ? null : summarise(config);
  }
  const buckets = createBuckets(access);
  try {
    const manifest = await (await buckets.open(backend, place.bucket)).read(place.key, maxManifestBytes);
    return Buffer.isBuffer(manifest) ? summarise(manifest) : null;
  } finally {
    await buckets.close();
  }
}

/** Sum of the layers, each once; null where the size of one is not known. */
export function totalBytes(summary: CacheSummary, digests: Iterable<string> = summary.layers.keys()): number | null {
  let total = 0;
  for (const digest of new Set(digests)) {
    const size = summary.layers.get(digest);
    if (size === undefined || size === null) return null;
    total += size;
  }
  return total;
}

/** An image manifest has the cache config as its config, the older image index as its last member. */
async function readLocalConfig(dir: string, digest: string): Promise<Buffer | null> {
  const manifest = parseJson((await readBlob(dir, digest, maxManifestBytes)) ?? Buffer.alloc(0));
  const members = [fieldOf(manifest, "config"), ...listOf(fieldOf(manifest, "manifests"))].map(readDescriptor);
  const config = members.find((member) => member?.mediaType === configType);
  return config === undefined || config === null ? null : await readBlob(dir, config.digest, maxManifestBytes);
}

/**
 * Reads BuildKit's cache config (cache/remotecache/v1/types in its source). Null for anything else; a layer whose
 * size is missing or nonsense counts as unknown.
 */
export function summarise(bytes: Buffer): CacheSummary | null {
  const config = parseJson(bytes);
  const layers = fieldOf(config, "layers");
  const records = fieldOf(config, "records");
  // Go writes an empty list as null, or leaves it out.
  const isConfig = [layers, records].every((list) => list === undefined || list === null || Array.isArray(list));
  if (!isConfig || (layers === undefined && records === undefined)) return null;
  const sizes = new Map<string, number | null>();
  for (const layer of listOf(layers)) {
    const blob = fieldOf(layer, "blob");
    const size = fieldOf(fieldOf(layer, "annotations"), "size");
    if (typeof blob !== "string") continue;
    sizes.set(blob, typeof size === "number" && Number.isSafeInteger(size) && size >= 0 ? size : null);
  }
  return { layers: sizes, records: listOf(records).length };
}
