import { readCacheName } from "../bake/read-cache-name.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { createLimit } from "../host/limit.ts";
import type { ObjectInfo, ObjectStore } from "../store/object-store.ts";
import { createColumn, createDigestTable, type DigestTable, type NumberColumn, readDigest } from "./digest-table.ts";
import { maxManifestBytes, summarise } from "./manifest.ts";

/** Where BuildKit puts what it writes, below the place of a store. */
export interface LayerLayout {
  /** What the keys of manifests begin with; several where backends share their blobs. */
  readonly manifestPrefixes: readonly string[];
  readonly blobsPrefix: string;
}

/** One layer cache: what BuildKit wrote under one name. */
export interface LayerCache {
  /** Of the manifest, or of the index of a folder. */
  readonly object: ObjectInfo;
  /** As BuildKit has it. */
  readonly name: string;
  /** Its layers, each once, by their numbers in the table of all. */
  readonly blobs: Uint32Array;
  /** Steps that it knows. */
  readonly records: number;
}

/** All layer caches below one place, and the blobs that they name. */
export interface LayerCaches {
  readonly caches: readonly LayerCache[];
  readonly table: DigestTable;
  /** Compressed bytes of each blob, as manifests say; -1 where none does. */
  readonly sizes: NumberColumn;
  /** Names of objects that lie where manifests do and are none that can be read, by their keys. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** Of all of these. */
  readonly manifests: { readonly count: number; readonly bytes: number };
  readonly findings: readonly Diagnostic[];
}

/** Manifests read at once: each may be some megabytes of JSON. */
const atOnce = 4;

/** Reads every manifest of a bucket. What goes meanwhile is passed over. */
export async function readCaches(store: ObjectStore, layout: LayerLayout, signal?: AbortSignal): Promise<LayerCaches> {
  const table = createDigestTable();
  const sizes = createColumn(-1);
  const caches: LayerCache[] = [];
  const unreadable = new Map<string, string>();
  const findings: Diagnostic[] = [];
  const refuse = ({ key }: ObjectInfo, name: string, reason: string): void => {
    unreadable.set(key, name);
    findings.push(unreadableManifest(`${store.place}${key}`, reason));
  };
  const readOne = async (object: ObjectInfo, name: string): Promise<void> => {
    const bytes = await readBounded(store, object.key, signal);
    if (bytes === null) return;
    const summary = bytes === "too large" ? null : summarise(bytes);
    if (summary === null)
      return refuse(object, name, bytes === "too large" ? "it is too large" : "it is no cache manifest");
    const numbers: number[] = [];
    for (const [text, size] of summary.layers) {
      const digest = readDigest(text);
      if (digest === null) return refuse(object, name, "it names a layer by no SHA-256");
      const number = table.add(digest);
      numbers.push(number);
      if (size !== null) sizes.set(number, size);
    }
    caches.push({ object, name, blobs: Uint32Array.from(numbers), records: summary.records });
  };
  const found: (readonly [ObjectInfo, string])[] = [];
  for (const prefix of layout.manifestPrefixes) {
    for await (const object of store.list(prefix, signal && { signal })) {
      // One prefix may begin with the other.
      if (object.key.startsWith(layout.blobsPrefix) && layout.blobsPrefix.startsWith(prefix)) continue;
      found.push([object, object.key.slice(prefix.length)]);
    }
  }
  const limit = createLimit(atOnce);
  await Promise.all(found.map(([object, name]) => limit(() => readOne(object, name))));
  caches.sort(youngestFirst);
  const manifests = { count: found.length, bytes: found.reduce((sum, [{ size }]) => sum + size, 0) };
  return { caches, table, sizes, unreadable, manifests, findings };
}

async function readBounded(
  store: ObjectStore,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Buffer | null | "too large"> {
  try {
    return await store.get(key, { maxBytes: maxManifestBytes, ...(signal && { signal }) });
  } catch (error) {
    if (error instanceof BkcacheError && error.code === "BK5020") return "too large";
    throw error;
  }
}

function unreadableManifest(place: string, reason: string): Diagnostic {
  return {
    code: "BK5017",
    message: `${place} cannot be read as a layer cache: ${reason}`,
    hint: "until it is gone no blob is deleted, since it might name any: remove it with `bkcache layers rm NAME`, or the store's own tools",
  };
}

function youngestFirst(a: LayerCache, b: LayerCache): number {
  return b.object.modifiedAt - a.object.modifiedAt || (a.object.key < b.object.key ? -1 : 1);
}

/** Bytes of these blobs as far as they are known. */
export function sumOf(blobs: Iterable<number>, sizes: NumberColumn): number {
  let sum = 0;
  for (const number of blobs) sum += Math.max(0, sizes.get(number));
  return sum;
}

/** How many caches name each blob. */
export function countUses({ caches }: Pick<LayerCaches, "caches">): NumberColumn {
  const uses = createColumn(0);
  for (const { blobs } of caches) for (const number of blobs) uses.set(number, uses.get(number) + 1);
  return uses;
}

/** What a cache is of: names that others made stand for themselves. */
export function groupOf(name: string): { readonly group: string; readonly scope: string } {
  const parts = readCacheName(name);
  if (parts === null) return { group: name, scope: "" };
  return { group: name.slice(0, name.lastIndexOf(".")), scope: parts.scope };
}
