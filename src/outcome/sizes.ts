import { type CacheSummary, readCacheSummaries } from "../layers/manifest.ts";
import type { LayerAccess, ManifestPlace } from "../layers/place.ts";
import type { CachePlace } from "./build-report.ts";

/** A place that a target was to write. */
interface WrittenPlace extends CachePlace {
  readonly manifest: ManifestPlace | null;
}

/** Time in ms: the build is over, and nobody waits long for a number. */
const budget = 5_000;

/** Reads the manifests that a bake has just written, for their sizes. What cannot be read in time has none. */
export async function readSizes(
  places: readonly WrittenPlace[],
  access: LayerAccess,
): Promise<(place: CachePlace) => CacheSummary | null> {
  const within = { ...access, signal: AbortSignal.any([access.signal, AbortSignal.timeout(budget)]) };
  const readable = places.filter(
    ({ backend, manifest }) =>
      manifest?.type !== "bucket" || backend in access.credentials || backend in (access.stores ?? {}),
  );
  const summaries = await readCacheSummaries(readable, within);
  const sizes = new Map<CachePlace, CacheSummary | null>(
    readable.map((place, index) => [place, summaries[index] ?? null]),
  );
  return (place) => sizes.get(place) ?? null;
}
