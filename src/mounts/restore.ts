import type { MountShell } from "../builder/gateway/shell.ts";
import { factsOf } from "../diagnostics/codes.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { awaitedLater } from "../host/awaited-later.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { Damage } from "./damage.ts";
import { manifestKey, type SnapshotRef } from "./keys.ts";
import { listNewest, type LoadedSnapshot, loadSnapshot } from "./load.ts";
import type { ManifestLimits } from "./manifest.ts";
import { type OpenedMount, openMount } from "./fill.ts";
import { withShortLivedMemory } from "./short-lived.ts";
import { listSources, type Places } from "./sources.ts";
import { type Snapshot, type SnapshotTotals, totalsOf } from "./snapshot.ts";

interface RestoreProgress {
  /** Bytes of content, so far and in all. */
  readonly bytes: number;
  readonly totalBytes: number;
  readonly files: number;
  readonly totalFiles: number;
  /** Bytes that came from the store. */
  readonly storedBytes: number;
}

export interface RestoreOptions extends Places {
  readonly shell: MountShell;
  readonly mount: {
    readonly id: string;
    /** Null: the newest snapshot is as good as any. */
    readonly key: string | null;
  };
  /** Restores over what the mount holds; else a mount that holds anything is left alone. */
  readonly replace?: boolean;
  readonly limits?: ManifestLimits;
  readonly signal?: AbortSignal;
  /** Takes a snapshot that was read, and from where, before it is known whether its packs are there. */
  readonly onLoaded?: (loaded: LoadedSnapshot, store: ObjectStore) => void;
  readonly onProgress?: (progress: RestoreProgress) => void;
}

export type RestoreResult =
  | {
      readonly kind: "restored";
      readonly loaded: LoadedSnapshot;
      readonly totals: SnapshotTotals;
      /** Bytes of packs and manifest that came down. */
      readonly storedBytes: number;
      readonly findings: readonly Diagnostic[];
      readonly damage: Damage;
    }
  /** The mount holds something; the snapshot that it was equal to once, where that is known. */
  | { readonly kind: "present"; readonly snapshot: SnapshotRef | null; readonly findings: readonly Diagnostic[] }
  /** No snapshot, or none that is whole. The mount is as it was. */
  | { readonly kind: "miss"; readonly findings: readonly Diagnostic[]; readonly damage: Damage }
  /** The builder could not take it. The mount is as it was. */
  | { readonly kind: "failed"; readonly findings: readonly Diagnostic[] };

/** Of one scope, before the next one is tried: a newest snapshot that cannot be read should not cost the cache. */
const triesOfScope = 2;

/**
 * Fills an empty mount from the first snapshot that is whole: the one of the key in each scope, then the newest ones.
 * Afterwards the mount is complete or as it was, also where the machine stops in between (see settle).
 * @throws BkcacheError the store's own, and BK5032 where the mount cannot even be looked at.
 */
export function restoreMount(options: RestoreOptions): Promise<RestoreResult> {
  return withShortLivedMemory(() => restore(options));
}

async function restore(options: RestoreOptions): Promise<RestoreResult> {
  const loading = new AbortController();
  const given = options.signal === undefined ? [] : [options.signal];
  const candidates = loadCandidates(options, AbortSignal.any([loading.signal, ...given]));
  // Most mounts that are looked at are empty, and to read a snapshot takes as long as to look.
  const first = awaitedLater(candidates.next());
  try {
    const opened = await openMount(options.shell, options.signal);
    const { isEmpty, stamp } = opened.state;
    if (isEmpty || options.replace === true) return await restoreFirst(opened, { options, first, candidates });
    const isOwn = stamp?.mount === options.mount.id;
    const snapshot = isOwn ? { mount: stamp.mount, scope: stamp.scope, key: stamp.key } : null;
    return { kind: "present", snapshot, findings: [] };
  } finally {
    // Nothing may go on in the background when this returns.
    loading.abort();
    await first.catch(() => {});
  }
}

interface Restoring {
  readonly options: RestoreOptions;
  readonly first: Promise<IteratorResult<Candidate, void>>;
  /** Those after the first. */
  readonly candidates: AsyncIterator<Candidate, void>;
}

async function restoreFirst(opened: OpenedMount, { options, first, candidates }: Restoring): Promise<RestoreResult> {
  const findings: Diagnostic[] = [];
  const snapshots = new Set<string>();
  const packs = new Set<string>();
  const damage = { snapshots, packs };
  for (let next = await first; next.done !== true; next = await candidates.next()) {
    const { store, objectKey, loaded } = next.value;
    const isOwn = store === options.store;
    try {
      if (loaded instanceof BkcacheError) throw loaded;
      options.onLoaded?.(loaded, store);
      const storedBytes = await fill(loaded, { opened, options, store, onDamaged: (pack) => isOwn && packs.add(pack) });
      return { kind: "restored", loaded, totals: totalsOf(loaded.snapshot), storedBytes, findings, damage };
    } catch (error) {
      if (!(error instanceof BkcacheError) || !(factsOf(error.code).isDamage || error.code === "BK5033")) throw error;
      findings.push(...error.findings);
      // Another snapshot would not fit either.
      if (error.code === "BK5033") return { kind: "failed", findings };
      // What another store has is mended by who writes there.
      if (isOwn) snapshots.add(objectKey);
    }
  }
  return { kind: "miss", findings, damage };
}

/** A manifest that was read. */
interface Candidate extends Place {
  /** Why not, where it cannot be used. */
  readonly loaded: LoadedSnapshot | BkcacheError;
}

/** Manifests that exist, the best first. */
async function* loadCandidates(options: RestoreOptions, signal: AbortSignal): AsyncGenerator<Candidate, void> {
  const { limits } = options;
  for await (const { store, objectKey } of findCandidates({ ...options, signal })) {
    try {
      const loaded = await loadSnapshot(store, objectKey, { signal, ...(limits && { limits }) });
      if (loaded !== null) yield { store, objectKey, loaded };
    } catch (error) {
      if (!(error instanceof BkcacheError) || !factsOf(error.code).isDamage) throw error;
      yield { store, objectKey, loaded: error };
    }
  }
}

/** Where a manifest may be. */
interface Place {
  readonly store: ObjectStore;
  readonly objectKey: string;
}

/** Each once, the best first. */
async function* findCandidates({ mount, signal, ...places }: RestoreOptions): AsyncGenerator<Place> {
  const sources = listSources(places);
  const named = new Map<ObjectStore, Set<string>>();
  if (mount.key !== null) {
    for (const { store, scope } of sources) {
      const objectKey = manifestKey({ mount: mount.id, scope, key: mount.key });
      named.set(store, (named.get(store) ?? new Set()).add(objectKey));
      yield { store, objectKey };
    }
  }
  for (const { store, scope } of sources) {
    const newest = await listNewest(store, { scope, mount: mount.id }, signal);
    const unseen = newest.filter((objectKey) => named.get(store)?.has(objectKey) !== true);
    for (const objectKey of unseen.slice(0, triesOfScope)) yield { store, objectKey };
  }
}

/** Returns the bytes that came from the store. */
async function fill(
  { snapshot, sha256, bytes }: LoadedSnapshot,
  { opened, options, store, onDamaged }: Filling,
): Promise<number> {
  const { signal, onProgress } = options;
  const tracker = trackProgress(snapshot, bytes, onProgress);
  const { onFile, onFetched } = tracker;
  await opened.put({ snapshot, sha256 }, { store, onFile, onFetched, onDamaged, ...(signal && { signal }) });
  return tracker.storedBytes();
}

interface Filling {
  readonly opened: OpenedMount;
  readonly options: RestoreOptions;
  readonly store: ObjectStore;
  readonly onDamaged: (pack: string) => unknown;
}

function trackProgress(snapshot: Snapshot, manifestBytes: number, onProgress: RestoreOptions["onProgress"]) {
  const totals = totalsOf(snapshot);
  let bytes = 0;
  let files = 0;
  let storedBytes = manifestBytes;
  const tell = () => onProgress?.({ bytes, totalBytes: totals.bytes, files, totalFiles: totals.files, storedBytes });
  return {
    onFile: (file: { readonly size: number }): void => {
      bytes += file.size;
      files++;
      tell();
    },
    onFetched: (length: number): void => {
      storedBytes += length;
      tell();
    },
    storedBytes: () => storedBytes,
  };
}
