import { hash } from "node:crypto";
import { BkcacheError } from "../diagnostics/error.ts";
import { awaitedLater } from "../host/awaited-later.ts";
import { orAborted } from "../host/or-aborted.ts";
import type { ObjectInfo, ObjectStore } from "../store/object-store.ts";
import { listSources, type Places } from "./sources.ts";
import { manifestKey, manifestPrefixOf, type SnapshotRef } from "./keys.ts";
import {
  defaultLimits,
  type ManifestHead,
  type ManifestLimits,
  maxStoredManifestBytes,
  readManifest,
  readManifestHead,
} from "./manifest.ts";
import type { Snapshot } from "./snapshot.ts";

/** A manifest as it lies in the store. */
export interface LoadedSnapshot {
  readonly snapshot: Snapshot;
  /** Key of the object, which says more than the names where one of them was cut. */
  readonly objectKey: string;
  /** SHA-256 of the object, in hex. */
  readonly sha256: string;
  /** Length of the object. */
  readonly bytes: number;
}

export interface LoadOptions {
  readonly signal?: AbortSignal;
  readonly limits?: ManifestLimits;
}

/**
 * Null where there is no such snapshot.
 * @throws BkcacheError BK5030 where it cannot be used; it then names the place.
 */
export async function loadSnapshot(
  store: ObjectStore,
  where: SnapshotRef | string,
  { signal, limits = defaultLimits }: LoadOptions = {},
): Promise<LoadedSnapshot | null> {
  const objectKey = typeof where === "string" ? where : manifestKey(where);
  const found = await read(store, objectKey, { signal, parse: (stored) => readManifest(stored, limits) });
  if (found === null) return null;
  const { stored, parsed: snapshot } = found;
  return { snapshot, objectKey, sha256: hash("sha256", stored, "hex"), bytes: stored.length };
}

/** What `readManifestHead` reads of a manifest; null where there is none. @throws BkcacheError BK5030 */
export async function loadHead(
  store: ObjectStore,
  objectKey: string,
  signal?: AbortSignal,
): Promise<ManifestHead | null> {
  return (await read(store, objectKey, { signal, parse: readManifestHead }))?.parsed ?? null;
}

interface ReadOptions<T> {
  readonly signal: AbortSignal | undefined;
  readonly parse: (stored: Buffer) => Promise<T>;
}

async function read<T extends SnapshotRef>(
  store: ObjectStore,
  objectKey: string,
  { signal, parse }: ReadOptions<T>,
): Promise<{ readonly stored: Buffer; readonly parsed: T } | null> {
  const options = { maxBytes: maxStoredManifestBytes, ...(signal && { signal }) };
  const stored = await store.get(objectKey, options).catch((error: unknown) => {
    if (!(error instanceof BkcacheError) || error.code !== "BK5020") throw error;
    throw new BkcacheError({ code: "BK5030", message: error.message, cause: error });
  });
  if (stored === null) return null;
  try {
    const parsed = await parse(stored);
    // A manifest says whose it is, so that one that was copied or moved is not taken for another mount's.
    if (manifestKey(parsed) !== objectKey) throw misplaced();
    return { stored, parsed };
  } catch (error) {
    if (!(error instanceof BkcacheError)) throw error;
    const { code, message, hint } = error;
    throw new BkcacheError({
      code,
      message: `${store.place}${objectKey}: ${message}`,
      ...(hint && { hint }),
      cause: error,
    });
  }
}

function misplaced(): BkcacheError {
  return new BkcacheError({ code: "BK5030", message: "the manifest is that of another snapshot" });
}

type MountInScope = Omit<SnapshotRef, "key">;

/** Keys of the manifests of a mount in a scope, the newest first. */
export async function listNewest(
  store: ObjectStore,
  { scope, mount }: MountInScope,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const found: ObjectInfo[] = [];
  for await (const object of store.list(manifestPrefixOf(scope, mount), signal && { signal })) found.push(object);
  return newestFirst(found);
}

/** As `listNewest`. */
export type ListNewest = (where: MountInScope, signal?: AbortSignal) => Promise<readonly string[]>;

/** Mounts for which one listing is worth it. */
const several = 4;
/** Objects of one page. */
const fullPage = 1000;

/**
 * The same for mounts of one run, which are looked for all at once where there are several of them: by one listing of what
 * their names begin with, unless that is more than a page.
 */
export function shareListings(store: ObjectStore, mounts: readonly string[]): ListNewest {
  const listAll = async (scope: string): Promise<ReadonlyMap<string, ObjectInfo[]> | null> => {
    const found = new Map(mounts.map((mount): [string, ObjectInfo[]] => [manifestPrefixOf(scope, mount), []]));
    let count = 0;
    for await (const object of store.list(commonStart([...found.keys()]))) {
      count++;
      if (count === fullPage) return null;
      found.get(object.key.slice(0, object.key.lastIndexOf("/") + 1))?.push(object);
    }
    return found;
  };
  const listings = new Map<string, ReturnType<typeof listAll>>();
  return async (where, signal) => {
    const listing = listings.get(where.scope) ?? (mounts.length < several ? null : listAll(where.scope));
    if (listing !== null) listings.set(where.scope, awaitedLater(listing));
    const all = signal === undefined ? await listing : await orAborted(Promise.resolve(listing), signal);
    const found = all?.get(manifestPrefixOf(where.scope, where.mount));
    return found === undefined ? listNewest(store, where, signal) : newestFirst(found);
  };
}

/** Stores have whole seconds: of two that are equally old, the order of the keys decides, everywhere alike. */
function newestFirst(objects: readonly ObjectInfo[]): readonly string[] {
  return objects.toSorted((a, b) => b.modifiedAt - a.modifiedAt || (a.key < b.key ? 1 : -1)).map(({ key }) => key);
}

function commonStart([first = "", ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}

/** Whether there is any snapshot of a mount in one of the places; says nothing of its being whole. */
export async function hasSnapshot(mount: string, places: Places, signal?: AbortSignal): Promise<boolean> {
  for (const { store, scope } of listSources(places)) {
    const objects = store.list(manifestPrefixOf(scope, mount), signal && { signal })[Symbol.asyncIterator]();
    const { done } = await objects.next();
    await objects.return?.();
    if (done !== true) return true;
  }
  return false;
}
