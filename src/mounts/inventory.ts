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
import { type LoadedSnapshot, loadSnapshot } from "./load.ts";
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
const atOnce = 8;

/** What the store holds. Reads every manifest, and no pack. */
export async function listSnapshots(options: InventoryOptions): Promise<Inventory> {
  const { manifests, findings } = await readManifests(options);
  const uses = new Map<string, number>();
  for (const { loaded } of manifests) {
    for (const { id } of loaded.snapshot.packs) uses.set(id, (uses.get(id) ?? 0) + 1);
  }
  const items = manifests.map(({ loaded: { snapshot, objectKey }, object }): InventoryItem => {
    const { files, bytes, storedBytes } = totalsOf(snapshot);
    const shared = snapshot.packs.filter(({ id }) => (uses.get(id) ?? 0) > 1);
    return {
      mount: snapshot.mount,
      scope: snapshot.scope,
      key: snapshot.key,
      objectKey,
      savedAt: object.modifiedAt,
      writer: snapshot.writer,
      parent: snapshot.parent,
      files,
      bytes,
      storedBytes,
      packs: snapshot.packs.length,
      sharedPacks: shared.length,
      sharedBytes: shared.reduce((sum, pack) => sum + pack.storedBytes, 0),
    };
  });
  return { items: items.sort((a, b) => b.savedAt - a.savedAt || (a.objectKey < b.objectKey ? -1 : 1)), findings };
}

export interface Manifests {
  readonly manifests: readonly { readonly loaded: LoadedSnapshot; readonly object: ObjectInfo }[];
  /** Objects that lie where manifests do and are none that can be read. */
  readonly unreadable: readonly ObjectInfo[];
  readonly findings: readonly Diagnostic[];
}

export async function readManifests({ store, scope, mount, signal }: InventoryOptions): Promise<Manifests> {
  const withSignal = signal && { signal };
  const prefix = scope === undefined ? manifestPrefix : manifestPrefixOf(scope, mount);
  const objects: ObjectInfo[] = [];
  for await (const object of store.list(prefix, withSignal)) {
    const names = readManifestKey(object.key);
    // A name that was cut is known only when the manifest is read.
    if (mount === undefined || names === null || names.mount === mount) objects.push(object);
  }
  const limit = createLimit(atOnce);
  const unreadable: ObjectInfo[] = [];
  const findings: Diagnostic[] = [];
  const read = async (object: ObjectInfo) => {
    try {
      const loaded = await loadSnapshot(store, object.key, withSignal);
      return loaded === null || (mount !== undefined && loaded.snapshot.mount !== mount) ? [] : [{ loaded, object }];
    } catch (error) {
      if (!(error instanceof BkcacheError) || error.code !== "BK5030") throw error;
      unreadable.push(object);
      findings.push(...error.findings);
      return [];
    }
  };
  const manifests = await Promise.all(objects.map((object) => limit(() => read(object))));
  return { manifests: manifests.flat(), unreadable, findings };
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
