import type { CachePolicy, TargetAttributes } from "../schema.gen.ts";
import type { OptionText, ResolvedCache, ResolvedDirection, ResolvedFileCache } from "../resolved.ts";
import { type Axes, readOption, unique } from "./read.ts";

/** What one target, `defaults` or the top level says of the cache. */
export interface CacheLayer {
  readonly policy?: CachePolicy;
  readonly cacheFrom?: readonly OptionText[] | false;
  readonly cacheTo?: readonly OptionText[] | false;
}

export function readCacheLayer(target: TargetAttributes, axes: Axes): CacheLayer {
  const { cache, cacheFrom, cacheTo } = target;
  return {
    // Off is a policy like any other, so that a nearer one can switch a direction on again.
    ...(cache !== undefined && { policy: cache === false ? { read: [], write: [] } : cache }),
    ...(cacheFrom !== undefined && { cacheFrom: cacheFrom && cacheFrom.map((entry) => readOption(entry, axes)) }),
    ...(cacheTo !== undefined && { cacheTo: cacheTo && cacheTo.map((entry) => readOption(entry, axes)) }),
  };
}

/**
 * Combines layers, given from far to near. A policy is merged key by key; a list of the user's own replaces the
 * policy of its direction, until a nearer policy names backends for that direction. Inherited lists combine as in
 * bake: cache-from is appended, cache-to replaced.
 */
export function mergeCache(layers: readonly CacheLayer[]): ResolvedCache {
  const { from, to, ...rest } = mergeFileCache(layers);
  return { ...rest, from: from ?? noBackends, to: to ?? noBackends };
}

/** As `mergeCache`, with null for a direction of which no layer says anything. */
export function mergeFileCache(layers: readonly CacheLayer[]): ResolvedFileCache {
  const policy: CachePolicy = {};
  let from: readonly OptionText[] | undefined;
  let to: readonly OptionText[] | undefined;
  for (const layer of layers) {
    Object.assign(policy, layer.policy);
    if (layer.policy?.read !== undefined) from = undefined;
    if (layer.policy?.write !== undefined) to = undefined;
    if (layer.cacheFrom === false) from = [];
    else if (layer.cacheFrom !== undefined)
      from = from === undefined ? layer.cacheFrom : unique([...from, ...layer.cacheFrom]);
    if (layer.cacheTo !== undefined) to = layer.cacheTo === false ? [] : layer.cacheTo;
  }
  return {
    from: direction(from, policy.read),
    to: direction(to, policy.write),
    scope: policy.scope ?? null,
    mode: policy.mode ?? "max",
    ignoreError: policy.ignoreError ?? true,
    committed: policy.committed ?? "off",
  };
}

const noBackends: ResolvedDirection = { kind: "policy", backends: [] };

function direction(
  raw: readonly OptionText[] | undefined,
  backends: readonly string[] | undefined,
): ResolvedDirection | null {
  if (raw !== undefined) return { kind: "raw", entries: raw };
  return backends === undefined ? null : { kind: "policy", backends: unique(backends) };
}
