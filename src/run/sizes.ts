import { type CacheSummary, readCacheSummary } from "../layers/manifest.ts";
import type { LayerAccess } from "../layers/place.ts";
import type { CachePlace } from "./report.ts";

const budget = 5_000;
const parallelism = 8;

/**
 * Reads the manifests that a bake has just written, for their sizes. What cannot be read in time has none: the build
 * is over, and nobody waits for a number.
 */
export async function readSizes(
  places: readonly CachePlace[],
  access: LayerAccess,
): Promise<(place: CachePlace) => CacheSummary | null> {
  const within = { ...access, signal: AbortSignal.any([access.signal, AbortSignal.timeout(budget)]) };
  const sizes = new Map<CachePlace, CacheSummary | null>();
  const waiting = places.filter(({ backend, entry }) => entry["type"] !== "s3" || backend in access.credentials);
  const worker = async (): Promise<void> => {
    for (let place = waiting.shift(); place !== undefined; place = waiting.shift()) {
      sizes.set(place, await readCacheSummary(place.backend, place.entry, within));
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallelism, waiting.length) }, worker));
  return (place) => sizes.get(place) ?? null;
}
