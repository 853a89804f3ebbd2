import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import type { LayerAccess } from "../layers/place.ts";
import { type Credentials, resolveAws, resolveGcsHmac } from "../store/credentials.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { StoreBackend } from "../store/place.ts";
import type { TargetEntry } from "./entries.ts";
import type { RunRelay } from "./run-relay.ts";
import type { PlannedWay } from "./ways.ts";

export interface Access extends LayerAccess {
  readonly stores: Readonly<Record<string, ObjectStore>>;
  /** Backends that cannot be used. */
  readonly failed: Readonly<Record<string, Diagnostic>>;
  /** Warnings beside credentials that were found. */
  readonly findings: readonly Diagnostic[];
}

/** Backends in buckets that a run uses, by name. */
export type UsedBuckets = Readonly<Record<string, StoreBackend>>;

export function usedBuckets(candidates: readonly TargetEntry[]): UsedBuckets {
  return Object.fromEntries(
    candidates.flatMap(({ backend, declared }) =>
      backend !== null && (declared?.type === "s3" || declared?.type === "gcs") ? [[backend, declared]] : [],
    ),
  );
}

/**
 * What it takes to look into each bucket: keys, with which BuildKit gets there as well, or the store itself, where BuildKit
 * can do nothing with the credentials.
 */
export async function openAccess(
  host: Host,
  used: UsedBuckets,
  { ways, relay }: { readonly ways: Readonly<Record<string, PlannedWay>>; readonly relay: RunRelay },
): Promise<Access> {
  const failed: Record<string, Diagnostic> = {};
  const findings: Diagnostic[] = [];
  const credentials: Record<string, Credentials> = {};
  const stores: Record<string, ObjectStore> = {};
  const isByStore = (name: string) => used[name]?.type === "gcs" && ways[name]?.way === "relay";
  const withKeys = (type: string) => Object.keys(used).filter((name) => used[name]?.type === type && !isByStore(name));
  for (const [names, ask] of [
    [withKeys("s3"), (backends: readonly string[]) => resolveAws(host, backends)],
    [withKeys("gcs"), (backends: readonly string[]) => resolveGcsHmac(host.env, backends)],
  ] as const) {
    if (names.length === 0) continue;
    const answer = await ask(names);
    for (const name of names) {
      if (answer.credentials !== null) credentials[name] = answer.credentials;
      else if (answer.finding !== null) failed[name] = answer.finding;
    }
    if (answer.credentials !== null && answer.finding !== null) findings.push(answer.finding);
  }
  for (const [name, backend] of Object.entries(used).filter(([name]) => isByStore(name))) {
    const store = await openStore(relay, backend);
    if ("code" in store) failed[name] = store;
    else stores[name] = store;
  }
  return { credentials, stores, failed, findings, env: host.env, signal: host.signal };
}

/** The store of a backend, or why there is none. */
export async function openStore(relay: RunRelay, backend: StoreBackend): Promise<ObjectStore | Diagnostic> {
  try {
    return await relay.store(backend);
  } catch (error) {
    if (error instanceof BkcacheError) return error.findings[0] as Diagnostic;
    throw error;
  }
}
