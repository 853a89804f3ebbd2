import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { manifestPrefix, packKey } from "./keys.ts";
import { createLimit } from "./limit.ts";
import { type LoadedSnapshot, loadSnapshot } from "./load.ts";
import { openPack, type Pack } from "./pack.ts";

export interface VerifyOptions {
  readonly store: ObjectStore;
  /** Keys of manifests, or what they begin with; all snapshots when left out. */
  readonly prefix?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly packs: number; readonly totalPacks: number }) => void;
}

export interface Verification {
  /** Snapshots that can be restored. */
  readonly whole: readonly LoadedSnapshot[];
  readonly broken: readonly { readonly objectKey: string; readonly finding: Diagnostic }[];
  readonly packs: number;
  /** Bytes that were read. */
  readonly bytes: number;
}

/** Packs read at once. */
const atOnce = 6;

/** Reads every pack of these snapshots, each once, and says which of them cannot be restored, and why. */
export async function verifySnapshots(options: VerifyOptions): Promise<Verification> {
  const { store, prefix = manifestPrefix, signal, onProgress } = options;
  const withSignal = signal && { signal };
  const loaded: LoadedSnapshot[] = [];
  const broken: { readonly objectKey: string; readonly finding: Diagnostic }[] = [];
  for await (const { key } of store.list(prefix, withSignal)) {
    const found = await loadSnapshot(store, key, withSignal).catch((error: unknown) => toFinding(error));
    if (found === null) continue;
    if ("snapshot" in found) loaded.push(found);
    else broken.push({ objectKey: key, finding: found });
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
    if (damage !== undefined) broken.push({ objectKey, finding: damage });
    return damage === undefined;
  });
  return { whole, broken, packs: packs.size, bytes };
}

/** What is wrong with an object, as a finding; a store that does not answer is thrown on. */
function toFinding(error: unknown): Diagnostic {
  if (error instanceof BkcacheError && ["BK5030", "BK5031"].includes(error.code)) {
    return error.findings[0] ?? error;
  }
  throw error;
}
