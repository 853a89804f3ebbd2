import { createLimit } from "../host/limit.ts";
import { fieldOf, listOf, parseJsonWithin } from "../host/json.ts";
import { findTagged, readBlob, readDescriptor } from "./local-cache.ts";
import { createManifestReader, type LayerAccess, type ManifestPlace, type ManifestReader } from "./place.ts";

/** What one cache manifest lists. */
export interface CacheSummary {
  /** Compressed bytes of each layer by digest; null where the manifest does not say. */
  readonly layers: ReadonlyMap<string, number | null>;
  readonly records: number;
}

/** S3 has no bound of its own; the largest manifests that were reported are some megabytes. */
export const maxManifestBytes = 64 * 2 ** 20;
/** Manifests held in memory at once. */
const parallelism = 8;
/** Media type of the cache config in a local cache. */
export const configType = "application/vnd.buildkit.cacheconfig.v0";

export interface SummaryQuestion {
  readonly backend: string;
  readonly manifest: ManifestPlace | null;
}

/**
 * Reads what BuildKit wrote for one cache. Null where it is not there, cannot be read, or is of a type that cannot be
 * looked into: sizes are a help in a report, never a reason to fail.
 */
export async function readCacheSummary(question: SummaryQuestion, access: LayerAccess): Promise<CacheSummary | null> {
  const [summary = null] = await readCacheSummaries([question], access);
  return summary;
}

/** The same for many caches, in their order. */
export async function readCacheSummaries(
  questions: readonly SummaryQuestion[],
  access: LayerAccess,
): Promise<readonly (CacheSummary | null)[]> {
  const reader = createManifestReader(access);
  const limit = createLimit(parallelism);
  try {
    return await Promise.all(questions.map((question) => limit(() => readOne(question, reader))));
  } finally {
    await reader.close();
  }
}

async function readOne({ backend, manifest }: SummaryQuestion, reader: ManifestReader): Promise<CacheSummary | null> {
  if (manifest === null) return null;
  if (manifest.type === "folder") {
    const tagged = await findTagged(backend, manifest);
    return tagged !== null && "digest" in tagged ? readLocal(manifest.dir, tagged.digest) : null;
  }
  const bytes = await reader.read(manifest.place, manifest.key, maxManifestBytes);
  return Buffer.isBuffer(bytes) ? summarise(bytes) : null;
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

/**
 * In a local cache the sizes stand in the manifest, whose config is the cache config; in the older image index both
 * are members.
 */
async function readLocal(dir: string, digest: string): Promise<CacheSummary | null> {
  const stored = await readBlob(dir, digest, maxManifestBytes);
  const manifest = stored && parseJsonWithin(stored);
  const layers = [...listOf(fieldOf(manifest, "layers")), ...listOf(fieldOf(manifest, "manifests"))];
  const config = [fieldOf(manifest, "config"), ...layers]
    .map(readDescriptor)
    .find((one) => one?.mediaType === configType);
  const bytes = config ? await readBlob(dir, config.digest, maxManifestBytes) : null;
  const summary = bytes && summarise(bytes);
  if (summary === null) return null;
  const sizes = new Map(layers.map((layer) => [fieldOf(layer, "digest"), readSize(fieldOf(layer, "size"))] as const));
  return {
    ...summary,
    layers: new Map([...summary.layers].map(([blob, size]) => [blob, size ?? sizes.get(blob) ?? null])),
  };
}

/**
 * Reads BuildKit's cache config (cache/remotecache/v1/types in its source). Null for anything else; a layer whose
 * size is missing or nonsense counts as unknown.
 */
export function summarise(bytes: Buffer): CacheSummary | null {
  const config = parseJsonWithin(bytes);
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
    sizes.set(blob, readSize(size));
  }
  return { layers: sizes, records: listOf(records).length };
}

function readSize(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
