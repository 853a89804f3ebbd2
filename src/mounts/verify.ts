import { factsOf } from "../diagnostics/codes.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { manifestPrefix, packKey, readManifestKey, type SnapshotRef } from "./keys.ts";
import { createLimit } from "../host/limit.ts";
import { type LoadedSnapshot, loadSnapshot } from "./load.ts";
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
  /** Snapshots that can be restored. */
  readonly whole: readonly LoadedSnapshot[];
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
  const loaded: LoadedSnapshot[] = [];
  const broken: BrokenSnapshot[] = [];
  for await (const { key } of store.list(prefix, withSignal)) {
    const ref = readManifestKey(key);
    if (ref !== null && !isWanted(ref)) continue;
    const found = await loadSnapshot(store, key, withSignal).catch((error: unknown) => toFinding(error));
    if (found === null) continue;
    if (!("snapshot" in found)) broken.push({ objectKey: key, ref, finding: found });
    else if (isWanted(found.snapshot)) loaded.push(found);
  }
  const packs = new Map(loaded.flatMap(({ snapshot }) => snapshot.packs.map((pack) => [pack.id, pack] as const)));
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
  const whole = loaded.filter(({ snapshot, objectKey }) => {
    const damage = snapshot.packs.map((pack) => damages.get(pack.id)).find((finding) => finding !== undefined);
    const { mount, scope, key } = snapshot;
    if (damage !== undefined) broken.push({ objectKey, ref: { mount, scope, key }, finding: damage });
    return damage === undefined;
  });
  return { whole, broken, packs: packs.size, bytes };
}

/** What is wrong with an object, as a finding; a store that does not answer is thrown on. */
function toFinding(error: unknown): Diagnostic {
  if (error instanceof BkcacheError && factsOf(error.code).isDamage) {
    return error.findings[0] ?? error;
  }
  throw error;
}
