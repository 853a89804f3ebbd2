import { factsOf } from "../diagnostics/codes.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { manifestPrefix, packKey, readManifestKey, type SnapshotRef } from "./keys.ts";
import { createLimit } from "../host/limit.ts";
import { loadSnapshot } from "./load.ts";
import { openPack, type Pack } from "./pack.ts";

export interface VerifyOptions {
  readonly store: ObjectStore;
  /** Keys of manifests, or what they begin with; all snapshots when left out. */
  readonly prefix?: string;
  /** Which snapshots to look at; all when left out. */
  readonly isWanted?: (snapshot: SnapshotRef) => boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly packs: number; readonly totalPacks: number }) => void;
}

interface BrokenSnapshot {
  /** Of the manifest. */
  readonly objectKey: string;
  /** Null where the manifest cannot be read and a name was too long to stand in its key. */
  readonly ref: SnapshotRef | null;
  readonly finding: Diagnostic;
}

export interface Verification {
  /** Number of snapshots that can be restored. */
  readonly sound: number;
  readonly broken: readonly BrokenSnapshot[];
  readonly packs: number;
  /** Bytes that were read. */
  readonly bytes: number;
}

/** Packs read at once. */
const atOnce = 6;

/** Reads every pack of these snapshots, each once, and says which of them cannot be restored, and why. */
export async function verifySnapshots(options: VerifyOptions): Promise<Verification> {
  const { store, prefix = manifestPrefix, isWanted = () => true, signal, onProgress } = options;
  const withSignal = signal && { signal };
  const snapshots: { readonly objectKey: string; readonly ref: SnapshotRef; readonly packs: readonly Pack[] }[] = [];
  const broken: BrokenSnapshot[] = [];
  for await (const { key } of store.list(prefix, withSignal)) {
    const ref = readManifestKey(key);
    if (ref !== null && !isWanted(ref)) continue;
    const found = await loadSnapshot(store, key, withSignal).catch((error: unknown) => toFinding(error));
    if (found === null) continue;
    if (!("snapshot" in found)) broken.push({ objectKey: key, ref, finding: found });
    else if (isWanted(found.snapshot)) {
      // Not the entries, which together are more than fits into memory.
      const { mount, scope, key: name, packs } = found.snapshot;
      snapshots.push({ objectKey: key, ref: { mount, scope, key: name }, packs });
    }
  }
  const packs = new Map(snapshots.flatMap((snapshot) => snapshot.packs.map((pack) => [pack.id, pack] as const)));
  const damages = new Map<string, Diagnostic>();
  const limit = createLimit(atOnce);
  let done = 0;
  let bytes = 0;
  const check = async (pack: Pack): Promise<void> => {
    signal?.throwIfAborted();
    try {
      const stored = await store.get(packKey(pack.id), { maxBytes: pack.storedBytes, ...withSignal });
      bytes += stored?.length ?? 0;
      await openPack(pack, stored);
    } catch (error) {
      damages.set(pack.id, toFinding(error));
    }
    onProgress?.({ packs: ++done, totalPacks: packs.size });
  };
  await Promise.all([...packs.values()].map((pack) => limit(() => check(pack))));
  let sound = 0;
  for (const { objectKey, ref, packs: needed } of snapshots) {
    const damage = needed.map((pack) => damages.get(pack.id)).find((finding) => finding !== undefined);
    if (damage === undefined) sound += 1;
    else broken.push({ objectKey, ref, finding: damage });
  }
  return { sound, broken, packs: packs.size, bytes };
}

/** What is wrong with an object, as a finding; a store that does not answer is thrown on. */
function toFinding(error: unknown): Diagnostic {
  if (error instanceof BkcacheError && factsOf(error.code).isDamage) {
    return error.findings[0] ?? error;
  }
  throw error;
}
