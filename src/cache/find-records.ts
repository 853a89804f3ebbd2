import type { Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { recordKey } from "../inputs/keys.ts";
import { type InputRecord, maxStoredBytes, readFiles, type RecordedFiles } from "../inputs/record.ts";
import { chooseSource } from "../layers/select.ts";
import { openAccess, usedBuckets } from "./access.ts";
import { isOfBackend, type TargetEntry } from "./entries.ts";
import { probeBackends } from "./probe-backends.ts";
import type { RunRelay } from "./run-relay.ts";
import { findWays } from "./ways.ts";

/** The cache that a target would read, and what it was made of. */
export interface FoundRecord {
  /** Null where there is no cache. */
  readonly source: { readonly backend: string; readonly scope: string; readonly name: string } | null;
  /** Why this source, or why none. */
  readonly reason: string;
  /** Null where the cache has none that can be read. */
  readonly record: InputRecord | null;
  /** The files that the record lists; null where it has none that can be read. */
  readFiles(): Promise<RecordedFiles | null>;
}

export interface FoundRecords {
  /** Of each target that is asked for. */
  readonly targets: Readonly<Record<string, FoundRecord>>;
  /** Backends that cannot be used, and why. */
  readonly failed: readonly Diagnostic[];
}

/** Looks for the cache of each target as a bake does, without a builder. @param candidates what a bake may read */
export async function findRecords(
  host: Host,
  targets: readonly string[],
  { candidates, relay }: { readonly candidates: readonly TargetEntry[]; readonly relay: RunRelay },
): Promise<FoundRecords> {
  const used = usedBuckets(candidates);
  const access = await openAccess(host, used, { ways: findWays(used, host.env), relay });
  const { presence, record, failed } = await probeBackends(candidates, access, relay);
  const reasons = { ...access.failed, ...failed };
  const out = new Set(Object.keys(reasons));
  const find = (target: string): FoundRecord => {
    const places = candidates.filter((each) => each.target === target).filter(isOfBackend("from"));
    const { source, reason } = chooseSource(places, presence, out);
    const place = places.find(({ backend, name }) => backend === source?.backend && name === source.name);
    return {
      source: source && { backend: source.backend, scope: source.scope, name: source.name },
      reason,
      record: place === undefined ? null : record(place),
      async readFiles() {
        if (place === undefined || place.declared === null) return null;
        const store = await relay.store(place.declared);
        const bytes = await store
          .get(recordKey(place.name), { maxBytes: maxStoredBytes, signal: host.signal })
          .catch(() => null);
        host.signal.throwIfAborted();
        return bytes === null ? null : readFiles(bytes);
      },
    };
  };
  return {
    targets: Object.fromEntries(targets.map((target) => [target, find(target)])),
    failed: Object.values(reasons),
  };
}
