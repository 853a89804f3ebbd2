import type { Diagnostic } from "../diagnostics/error.ts";
import type { ObjectInfo, ObjectStore } from "../store/object-store.ts";
import { defaultGrace, type Pace, readStoreClock, realPace, sweep } from "../store/sweep.ts";
import { notePacks, readNotes, unusedSince } from "./garbage.ts";
import { listPacks, type Manifests, readManifests } from "./inventory.ts";
import { garbagePrefix } from "./keys.ts";
import { loadHead } from "./load.ts";
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
  /** Whether the rules apply to snapshots of this mount (its name in the store); to those of all where it is missing. */
  readonly applies?: (mount: string) => boolean;
  /** Milliseconds that a pack must have been unused before it is deleted: longer than any save takes. */
  readonly grace?: number;
  /** Says what would be done. */
  readonly dryRun?: boolean;
  /** Milliseconds since the epoch, for a dry run: any other asks the store. */
  readonly now: number;
  readonly signal?: AbortSignal;
  readonly pace?: Pace;
}

export interface PruneResult {
  /** Keys of the manifests that were deleted. */
  readonly snapshots: readonly string[];
  readonly keptSnapshots: number;
  /** Those among them that the rules do not apply to. */
  readonly otherSnapshots: number;
  /** Packs that were deleted. */
  readonly packs: readonly ObjectInfo[];
  readonly freedBytes: number;
  /** Packs that nobody uses, for a later run to delete. */
  readonly waitingPacks: readonly ObjectInfo[];
  readonly keptBytes: number;
  readonly findings: readonly Diagnostic[];
}

/** What is kept in memory of a manifest. */
interface Manifest {
  readonly object: ObjectInfo;
  readonly scope: string;
  readonly mount: string;
  readonly packs: readonly Pick<Pack, "id" | "storedBytes">[];
}

/**
 * Deletes snapshots by the rules, and packs that no snapshot uses, in two runs: the first notes them in the store; one
 * that is later by `grace` deletes those that have been unused ever since, and are no younger. For a save may be on its way
 * that builds on a snapshot which was just deleted: it has that time to come to its end. docs/pack-format.md says why this
 * holds beside other runs and saves on machines with other clocks.
 */
export async function pruneStore(options: PruneOptions): Promise<PruneResult> {
  const { store, keep, grace = defaultGrace, dryRun = false, signal, pace = realPace } = options;
  const applies = options.applies ?? (() => true);
  const withSignal = signal && { signal };
  // A dry run writes nothing, and only tells.
  const now = (dryRun ? null : await readStoreClock(store, garbagePrefix, signal)) ?? options.now;
  // The packs first: one that a save adds after this is not among them. The notes last: whoever deletes a manifest has
  // noted its packs before.
  const packs = await listPacks(store, signal);
  const { manifests, unreadable, findings } = await readAllManifests(store, signal);
  const notes = await readNotes(store, signal);

  const own = manifests.filter(({ mount }) => applies(mount));
  const expired = findExpired(own, keep, now);
  // What no rule applies to is in use as anything else.
  const kept = manifests.filter((manifest) => !expired.has(manifest));
  const used = new Set(kept.flatMap((manifest) => manifest.packs.map(({ id }) => id)));
  const released = new Set([...expired].flatMap((manifest) => manifest.packs.map(({ id }) => id)));
  const unused = [...packs].filter(([id]) => !used.has(id));
  const since = unusedSince(notes);
  const isOld = (object: ObjectInfo): boolean => object.modifiedAt <= now - grace;
  const isDue = ([id, object]: readonly [string, ObjectInfo]): boolean =>
    !released.has(id) && (since.get(id) ?? Infinity) <= now - grace && isOld(object);
  // What cannot be read might name any pack, were it written by a later version.
  const due = unreadable.length === 0 ? unused.filter(isDue) : [];
  const dueIds = new Set(due.map(([id]) => id));
  let deleted = due.map(([, object]) => object);
  if (!dryRun) {
    const fresh = unused.filter(([id]) => released.has(id) || !since.has(id)).map(([id]) => id);
    await notePacks(store, fresh, signal);
    await store.delete(
      [...expired].map(({ object }) => object.key),
      withSignal,
    );
    deleted = [];
    const onDeleted = (object: ObjectInfo) => void deleted.push(object);
    await sweep(
      due.map(([, object]) => object),
      { store, isDue: isOld, onDeleted, pace, ...withSignal },
    );
    const waiting = new Set(unused.filter(([id]) => !dueIds.has(id)).map(([id]) => id));
    // A young one may be that of a run beside this one, which has yet to delete the manifests.
    const served = notes.filter((note) => note.at <= now - grace && !note.packs.some((id) => waiting.has(id)));
    await store.delete(
      served.map((note) => note.key),
      withSignal,
    );
  }
  return {
    snapshots: [...expired].map(({ object }) => object.key).sort(),
    keptSnapshots: kept.length,
    otherSnapshots: manifests.length - own.length,
    packs: deleted,
    freedBytes: sumOf(deleted),
    waitingPacks: unused.filter(([id]) => !dueIds.has(id)).map(([, object]) => object),
    keptBytes: sumOf([...packs].filter(([id]) => used.has(id)).map(([, object]) => object)),
    findings,
  };
}

async function readAllManifests(store: ObjectStore, signal?: AbortSignal): Promise<Manifests<Manifest>> {
  // One string for each id, however many snapshots have it.
  const ids = new Map<string, string>();
  const intern = (id: string): string => {
    const known = ids.get(id) ?? id;
    ids.set(id, known);
    return known;
  };
  return readManifests({ store, ...(signal && { signal }) }, async (object) => {
    const head = await loadHead(store, object.key, signal);
    if (head === null) return null;
    const packs = head.packs.map(({ id, storedBytes }) => ({ id: intern(id), storedBytes }));
    return { object, scope: head.scope, mount: head.mount, packs };
  });
}

function findExpired(manifests: readonly Manifest[], keep: KeepRules, now: number): ReadonlySet<Manifest> {
  const byAge = [...manifests].sort(
    (a, b) => b.object.modifiedAt - a.object.modifiedAt || (a.object.key < b.object.key ? 1 : -1),
  );
  const ranks = new Map<string, number>();
  const expired = new Set<Manifest>();
  const newest = new Set<Manifest>();
  for (const manifest of byAge) {
    const { scope, mount } = manifest;
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
  const stored = new Set<string>();
  let bytes = 0;
  let isFull = false;
  for (const manifest of byAge) {
    if (expired.has(manifest)) continue;
    const added = manifest.packs.filter((pack) => !stored.has(pack.id));
    const size = added.reduce((sum, pack) => sum + pack.storedBytes, 0);
    isFull ||= bytes + size > keep.maxBytes;
    if (isFull && !newest.has(manifest)) {
      expired.add(manifest);
      continue;
    }
    for (const pack of added) stored.add(pack.id);
    bytes += size;
  }
  return expired;
}

function sumOf(objects: readonly ObjectInfo[]): number {
  return objects.reduce((sum, object) => sum + object.size, 0);
}
