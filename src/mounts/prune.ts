import { randomBytes } from "node:crypto";
import type { Diagnostic } from "../diagnostics/error.ts";
import { fieldOf, listOf, parseJson } from "../host/json.ts";
import type { ObjectInfo, ObjectStore } from "../store/object-store.ts";
import { type Manifests, listPacks, readManifests } from "./inventory.ts";
import { garbagePrefix } from "./keys.ts";
import { createLimit } from "../host/limit.ts";
import type { Pack } from "./pack.ts";

/**
 * What stays. A snapshot goes where any rule that is set says so. The newest one of a mount in a scope goes by its age
 * alone: the branch is one that nobody works on, since a save that changes nothing makes its snapshot young.
 */
interface KeepRules {
  /** Newest snapshots of each mount in each scope. */
  readonly last?: number;
  /** Milliseconds since it was saved. */
  readonly maxAge?: number;
  /** Bytes of all packs together; the oldest snapshots go until the others fit. */
  readonly maxBytes?: number;
}

export interface PruneOptions {
  readonly store: ObjectStore;
  readonly keep: KeepRules;
  /** Milliseconds that a pack must have been unused before it is deleted: longer than any save takes. */
  readonly grace?: number;
  /** Says what would be done. */
  readonly dryRun?: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal?: AbortSignal;
}

export interface PruneResult {
  /** Keys of the manifests that were deleted. */
  readonly snapshots: readonly string[];
  readonly keptSnapshots: number;
  /** Packs that were deleted. */
  readonly packs: readonly ObjectInfo[];
  readonly freedBytes: number;
  /** Packs that nobody uses, for a later run to delete. */
  readonly waitingPacks: readonly ObjectInfo[];
  readonly keptBytes: number;
  readonly findings: readonly Diagnostic[];
}

export const defaultGrace = 24 * 3_600_000;
const maxListBytes = 64 * 2 ** 20;

type Manifest = Manifests["manifests"][number];

/**
 * Deletes snapshots by the rules, and packs that no snapshot uses, in two runs: the first notes them in the store; one
 * that is later by `grace` deletes those that are still unused, and no younger. For a save may be on its way that
 * builds on a snapshot which was just deleted: it has that time to come to its end.
 */
export async function pruneStore(options: PruneOptions): Promise<PruneResult> {
  const { store, keep, grace = defaultGrace, dryRun = false, now, signal } = options;
  const withSignal = signal && { signal };
  // The packs first: one that a save adds after this is not among them.
  const packs = await listPacks(store, signal);
  const notes = await readNotes(store, signal);
  const { manifests, unreadable, findings } = await readManifests({ store, ...withSignal });
  // What cannot be read might name any pack, were it written by a later version.
  const canSweep = unreadable.length === 0;
  const expired = findExpired(manifests, keep, now);
  const kept = manifests.filter((manifest) => !expired.has(manifest));
  const used = new Set(kept.flatMap(({ loaded }) => loaded.snapshot.packs.map((pack) => pack.id)));
  const unused = [...packs].filter(([id]) => !used.has(id));
  const noted = new Set(notes.filter((note) => note.at <= now - grace).flatMap((note) => note.packs));
  const isOld = (object: ObjectInfo): boolean => object.modifiedAt <= now - grace;
  const due = canSweep ? unused.filter(([id, object]) => noted.has(id) && isOld(object)) : [];
  const dueIds = new Set(due.map(([id]) => id));
  let deleted = due.map(([, object]) => object);
  if (!dryRun) {
    await store.delete(
      [...expired].map(({ object }) => object.key),
      withSignal,
    );
    deleted = await sweep(deleted, { store, isOld, ...withSignal });
    await rewriteNotes(
      unused.map(([id]) => id).filter((id) => !dueIds.has(id)),
      { store, notes, now, grace, ...withSignal },
    );
  }
  return {
    snapshots: [...expired].map(({ object }) => object.key).sort(),
    keptSnapshots: kept.length,
    packs: deleted,
    freedBytes: sumOf(deleted),
    waitingPacks: unused.filter(([id]) => !dueIds.has(id)).map(([, object]) => object),
    keptBytes: sumOf([...packs].filter(([id]) => used.has(id)).map(([, object]) => object)),
    findings,
  };
}

function findExpired(manifests: readonly Manifest[], keep: KeepRules, now: number): ReadonlySet<Manifest> {
  const byAge = [...manifests].sort(
    (a, b) => b.object.modifiedAt - a.object.modifiedAt || (a.object.key < b.object.key ? 1 : -1),
  );
  const ranks = new Map<string, number>();
  const expired = new Set<Manifest>();
  const newest = new Set<Manifest>();
  for (const manifest of byAge) {
    const { scope, mount } = manifest.loaded.snapshot;
    const name = JSON.stringify([scope, mount]);
    const rank = ranks.get(name) ?? 0;
    ranks.set(name, rank + 1);
    if (rank === 0) newest.add(manifest);
    const isPastCount = keep.last !== undefined && rank >= Math.max(1, keep.last);
    const isPastAge = keep.maxAge !== undefined && manifest.object.modifiedAt < now - keep.maxAge;
    if (isPastCount || isPastAge) expired.add(manifest);
  }
  if (keep.maxBytes === undefined) return expired;
  // The young ones first, until there is no more room.
  const stored = new Map<string, Pack>();
  let bytes = 0;
  let isFull = false;
  for (const manifest of byAge) {
    if (expired.has(manifest)) continue;
    const added = manifest.loaded.snapshot.packs.filter((pack) => !stored.has(pack.id));
    const size = added.reduce((sum, pack) => sum + pack.storedBytes, 0);
    isFull ||= bytes + size > keep.maxBytes;
    if (isFull && !newest.has(manifest)) {
      expired.add(manifest);
      continue;
    }
    for (const pack of added) stored.set(pack.id, pack);
    bytes += size;
  }
  return expired;
}

/** Deletes those that are still as old: a save makes one young that it finds and uses. */
async function sweep(
  due: readonly ObjectInfo[],
  {
    store,
    isOld,
    signal,
  }: Pick<PruneOptions, "store" | "signal"> & { readonly isOld: (object: ObjectInfo) => boolean },
): Promise<ObjectInfo[]> {
  const limit = createLimit(8);
  const withSignal = signal && { signal };
  const now = await Promise.all(due.map((object) => limit(() => store.stat(object.key, withSignal))));
  const old = now.filter((object) => object !== null).filter(isOld);
  await store.delete(
    old.map((object) => object.key),
    withSignal,
  );
  return old;
}

/** Packs that were unused when a run looked. */
interface Note {
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly packs: readonly string[];
}

async function readNotes(store: ObjectStore, signal?: AbortSignal): Promise<readonly Note[]> {
  const notes: Note[] = [];
  for await (const { key, modifiedAt } of store.list(garbagePrefix, signal && { signal })) {
    const content = parseJson((await store.get(key, { maxBytes: maxListBytes, ...(signal && { signal }) })) ?? "");
    const packs = listOf(fieldOf(content, "packs")).filter((id) => typeof id === "string");
    // By the store's clock, as the age of packs.
    notes.push({ key, at: modifiedAt, packs });
  }
  return notes;
}

/** Notes what is unused and stands in no note yet, and drops the notes that have served. */
async function rewriteNotes(
  unused: readonly string[],
  {
    store,
    notes,
    now,
    grace,
    signal,
  }: Pick<PruneOptions, "store" | "now" | "signal"> & { readonly notes: readonly Note[]; readonly grace: number },
): Promise<void> {
  const withSignal = signal && { signal };
  const isUnused = new Set(unused);
  const current = notes.filter((note) => note.packs.some((id) => isUnused.has(id)));
  const noted = new Set(current.flatMap((note) => note.packs));
  const added = unused.filter((id) => !noted.has(id));
  if (added.length > 0) {
    const key = `${garbagePrefix}${now}-${randomBytes(4).toString("hex")}`;
    await store.put(key, Buffer.from(JSON.stringify({ packs: added })), withSignal);
  }
  // A young one may be that of a run beside this one.
  const served = notes.filter((note) => !current.includes(note) && note.at <= now - grace);
  await store.delete(
    served.map((note) => note.key),
    withSignal,
  );
}

function sumOf(objects: readonly ObjectInfo[]): number {
  return objects.reduce((sum, object) => sum + object.size, 0);
}
