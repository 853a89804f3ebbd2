import { isRecord, listOf, parseJsonWithin } from "../host/json.ts";

/**
 * BuildKit's cache manifest (cache/remotecache/v1/types in its source), with all that is not read here as it was. A layer
 * without `parent` has the parent 0, since Go leaves out zeros; -1 is none.
 */
export interface CacheManifest {
  readonly layers: readonly ManifestLayer[];
  readonly records: readonly Readonly<Record<string, unknown>>[];
  readonly rest: Readonly<Record<string, unknown>>;
}

export interface ManifestLayer {
  readonly blob: string;
  readonly parent: number;
  /** Bytes; null where the manifest does not say. */
  readonly size: number | null;
  readonly json: Readonly<Record<string, unknown>>;
}

export interface PrunedManifest {
  readonly manifest: CacheManifest;
  /** Results that were left out. */
  readonly dropped: number;
}

/** Null for what BuildKit could not read as a cache manifest either. */
export function parseManifest(bytes: Buffer): CacheManifest | null {
  const json = parseJsonWithin(bytes);
  if (!isRecord(json)) return null;
  const { layers, records, ...rest } = json;
  if (!isList(layers) || !isList(records)) return null;
  const [allLayers, allRecords] = [listOf(layers), listOf(records)];
  if (!allLayers.every(isRecord) || !allRecords.every(isRecord)) return null;
  return { layers: allLayers.map(readLayer), records: allRecords, rest };
}

/** Go writes an empty list as null, or leaves it out. */
function isList(value: unknown): boolean {
  return value === undefined || value === null || Array.isArray(value);
}

function readLayer(json: Readonly<Record<string, unknown>>): ManifestLayer {
  const { blob, parent = 0, annotations } = json;
  const size = isRecord(annotations) ? annotations["size"] : undefined;
  return {
    blob: typeof blob === "string" ? blob : "",
    parent: typeof parent === "number" ? parent : Number.NaN,
    size: typeof size === "number" && Number.isSafeInteger(size) && size >= 0 ? size : null,
    json,
  };
}

/** Size by digest, each once; null where none of its layers says it, the first where they contradict each other. */
export function blobsOf(manifest: CacheManifest): ReadonlyMap<string, number | null> {
  const blobs = new Map<string, number | null>();
  for (const { blob, size } of manifest.layers) blobs.set(blob, blobs.get(blob) ?? size);
  return blobs;
}

/**
 * Leaves out the results that cannot be loaded, so that their steps run again and all else is still found. Layers keep their
 * indexes, and records stay without their results: the cache keys of others are made of them.
 * @param isUsable whether the blob is there with this size, where one is known
 */
export function pruneManifest(
  manifest: CacheManifest,
  isUsable: (blob: string, size: number | null) => boolean,
): PrunedManifest {
  const { layers } = manifest;
  const alive = layers.map(({ blob, size }) => isUsable(blob, size));
  const withParents = aliveWithParents(layers, alive);
  let dropped = 0;
  const keep = (results: readonly unknown[], isAlive: (result: unknown) => boolean): readonly unknown[] => {
    const kept = results.filter(isAlive);
    dropped += results.length - kept.length;
    return kept;
  };
  const records = manifest.records.map((record) => ({
    ...record,
    ...(Array.isArray(record["layers"]) && {
      // A result is its layer with all parents of that.
      layers: keep(record["layers"], (result) => withParents[numberIn(result, "layer")] === true),
    }),
    ...(Array.isArray(record["chains"]) && {
      // A chain is the layers that it lists, without their parents.
      chains: keep(record["chains"], (chain) => {
        const indexes = isRecord(chain) ? chain["layers"] : undefined;
        return listOf(indexes).every((index) => alive[Number(index)] === true);
      }),
    }),
  }));
  return { manifest: { ...manifest, records }, dropped };
}

/** A field that Go leaves out where it is 0. */
function numberIn(value: unknown, key: string): number {
  const found = isRecord(value) ? (value[key] ?? 0) : Number.NaN;
  return typeof found === "number" ? found : Number.NaN;
}

/** Whether each layer and all its parents are alive. A circle, or a parent that is no layer, is dead. */
function aliveWithParents(layers: readonly ManifestLayer[], alive: readonly boolean[]): readonly boolean[] {
  const known = new Map<number, boolean>([[-1, true]]);
  for (let start = 0; start < layers.length; start += 1) {
    const path: number[] = [];
    const onPath = new Set<number>();
    let at = start;
    while (!known.has(at) && !onPath.has(at) && alive[at] === true) {
      path.push(at);
      onPath.add(at);
      at = layers[at]?.parent ?? Number.NaN;
    }
    const result = known.get(at) ?? false;
    if (path.length === 0) known.set(start, result);
    for (const each of path) known.set(each, result);
  }
  return layers.map((_, index) => known.get(index) ?? false);
}

export function printManifest({ layers, records, rest }: CacheManifest): Buffer {
  return Buffer.from(JSON.stringify({ layers: layers.map(({ json }) => json), records, ...rest }));
}
