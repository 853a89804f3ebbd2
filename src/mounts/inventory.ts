import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { ObjectInfo, ObjectStore } from "../store/object-store.ts";
import {
  manifestPrefix,
  manifestPrefixOf,
  packPrefix,
  readManifestKey,
  readPackKey,
  type SnapshotRef,
} from "./keys.ts";
import { createLimit } from "../host/limit.ts";
import { loadSnapshot } from "./load.ts";
import type { Pack } from "./pack.ts";
import { totalsOf, type SnapshotTotals, type Writer } from "./snapshot.ts";

/** One snapshot in the store, for people. */
export interface InventoryItem extends SnapshotRef, SnapshotTotals {
  /** Of the manifest. */
  readonly objectKey: string;
  /** Milliseconds since the epoch, by the store's clock. */
  readonly savedAt: number;
  readonly writer: Writer;
  readonly parent: { readonly scope: string; readonly key: string } | null;
  readonly packs: number;
  /** Packs that another snapshot of the list has too, and their bytes. */
  readonly sharedPacks: number;
  readonly sharedBytes: number;
}

export interface Inventory {
  /** The newest first. */
  readonly items: readonly InventoryItem[];
  readonly findings: readonly Diagnostic[];
}

export interface InventoryOptions {
  readonly store: ObjectStore;
  readonly scope?: string;
  readonly mount?: string;
  readonly signal?: AbortSignal;
}

/** Manifests read at once. */
const atOnce = 4;

/** What the store holds. Reads every manifest, and no pack. */
export async function listSnapshots(options: InventoryOptions): Promise<Inventory> {
  const { store, mount, signal } = options;
  const { manifests, findings } = await readManifests(options, async (object) => {
    const loaded = await loadSnapshot(store, object.key, signal && { signal });
    if (loaded === null || (mount !== undefined && loaded.snapshot.mount !== mount)) return null;
    // No more than is shown: all entries of all snapshots are more than fits into memory.
    const { packs, scope, key, writer, parent } = loaded.snapshot;
    const { files, bytes, storedBytes } = totalsOf(loaded.snapshot);
    const item = { mount: loaded.snapshot.mount, scope, key, objectKey: object.key, savedAt: object.modifiedAt };
    return { item: { ...item, writer, parent, files, bytes, storedBytes }, packs: packs.map(sizeOf) };
  });
  const uses = new Map<string, number>();
  for (const { packs } of manifests) for (const { id } of packs) uses.set(id, (uses.get(id) ?? 0) + 1);
  const items: InventoryItem[] = [];
  for (const { item, packs } of manifests) {
    const shared = packs.filter(({ id }) => (uses.get(id) ?? 0) > 1);
    const sharedBytes = shared.reduce((sum, pack) => sum + pack.storedBytes, 0);
    items.push({ ...item, packs: packs.length, sharedPacks: shared.length, sharedBytes });
  }
  return { items: items.sort((a, b) => b.savedAt - a.savedAt || (a.objectKey < b.objectKey ? -1 : 1)), findings };
}

function sizeOf({ id, storedBytes }: Pack): Pick<Pack, "id" | "storedBytes"> {
  return { id, storedBytes };
}

export interface Manifests<T> {
  readonly manifests: readonly T[];
  /** Objects that lie where manifests do and are none that can be read. */
  readonly unreadable: readonly ObjectInfo[];
  readonly findings: readonly Diagnostic[];
}

/**
 * Reads all manifests, a few at a time, and keeps what `read` makes of each.
 * @param read null for one that is gone or not wanted; BK5030 for one that cannot be read
 */
export async function readManifests<T>(
  { store, scope, mount, signal }: InventoryOptions,
  read: (object: ObjectInfo) => Promise<T | null>,
): Promise<Manifests<T>> {
  const prefix = scope === undefined ? manifestPrefix : manifestPrefixOf(scope, mount);
  const objects: ObjectInfo[] = [];
  for await (const object of store.list(prefix, signal && { signal })) {
    const names = readManifestKey(object.key);
    // A name that was cut is known only when the manifest is read.
    if (mount === undefined || names === null || names.mount === mount) objects.push(object);
  }
  const limit = createLimit(atOnce);
  const unreadable: ObjectInfo[] = [];
  const findings: Diagnostic[] = [];
  const readOne = async (object: ObjectInfo) => {
    try {
      return await read(object);
    } catch (error) {
      if (!(error instanceof BkcacheError) || error.code !== "BK5030") throw error;
      unreadable.push(object);
      findings.push(...error.findings);
      return null;
    }
  };
  const manifests = await Promise.all(objects.map((object) => limit(() => readOne(object))));
  return { manifests: manifests.filter((each) => each !== null), unreadable, findings };
}

/** Every pack in the store by its id. */
export async function listPacks(store: ObjectStore, signal?: AbortSignal): Promise<Map<string, ObjectInfo>> {
  const packs = new Map<string, ObjectInfo>();
  for await (const object of store.list(packPrefix, signal && { signal })) {
    const id = readPackKey(object.key);
    if (id !== null) packs.set(id, object);
  }
  return packs;
}
