import { defaultScope } from "../bake/cache-name.ts";
import { groupOf, type LayerCache } from "./caches.ts";
import type { NumberColumn } from "./digest-table.ts";

/** What stays. A cache goes where any rule that is set says so. */
export interface KeepRules {
  /** Of each target the scopes that were written last; the default one stays besides. */
  readonly last?: number;
  /** Milliseconds since it was written. */
  readonly maxAge?: number;
  /** Bytes of all layers together; the oldest caches go until those of the others fit. The youngest of each target stays. */
  readonly maxBytes?: number;
}

/**
 * Those that go by the rules.
 * @param caches the youngest first
 * @param now milliseconds since the epoch, by the store's clock
 */
export function findExpired(
  caches: readonly LayerCache[],
  sizes: NumberColumn,
  { keep, now }: { readonly keep: KeepRules; readonly now: number },
): ReadonlySet<LayerCache> {
  const ranks = new Map<string, number>();
  const seen = new Set<string>();
  const newest = new Set<LayerCache>();
  const expired = new Set<LayerCache>();
  for (const cache of caches) {
    const { group, scope } = groupOf(cache.name);
    if (!seen.has(group)) newest.add(cache);
    seen.add(group);
    const rank = ranks.get(group) ?? 0;
    if (scope !== defaultScope) ranks.set(group, rank + 1);
    const isPastCount = keep.last !== undefined && scope !== defaultScope && rank >= keep.last;
    const isPastAge = keep.maxAge !== undefined && cache.object.modifiedAt < now - keep.maxAge;
    if (isPastCount || isPastAge) expired.add(cache);
  }
  if (keep.maxBytes === undefined) return expired;
  const stored = new Set<number>();
  let bytes = 0;
  let isFull = false;
  for (const cache of caches) {
    if (expired.has(cache)) continue;
    let added = 0;
    for (const number of cache.blobs) if (!stored.has(number)) added += Math.max(0, sizes.get(number));
    isFull ||= bytes + added > keep.maxBytes;
    if (isFull && !newest.has(cache)) {
      expired.add(cache);
      continue;
    }
    for (const number of cache.blobs) stored.add(number);
    bytes += added;
  }
  return expired;
}
