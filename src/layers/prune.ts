import type { Diagnostic } from "../diagnostics/error.ts";
import type { ObjectInfo, ObjectStore } from "../store/object-store.ts";
import { defaultGrace, isUnchanged, type Pace, readStoreClock, realPace, sweep } from "../store/sweep.ts";
import { layerNotesPrefix, readBlobNotes, writeBlobNotes } from "./blob-notes.ts";
import { type LayerCache, type LayerCaches, type LayerLayout, readCaches } from "./caches.ts";
import { showDigest } from "./digest-table.ts";
import { findExpired, type KeepRules } from "./expire.ts";
import { type Amount, type BlobSurvey, findBroken, surveyBlobs } from "./survey.ts";

/** BuildKit's own age from which an export makes a layer young that it finds, in ms. */
export const defaultTouchRefresh = 24 * 3_600_000;

export interface LayerPruneOptions {
  readonly store: ObjectStore;
  readonly layout: LayerLayout;
  readonly keep: KeepRules;
  /** Whether the rules apply to the cache of this name; to all where it is missing. */
  readonly applies?: (name: string) => boolean;
  /** Milliseconds: longer than any build takes, from the import of its cache to the end of its export. */
  readonly grace?: number;
  /** Age in ms from which an export makes a layer young that it finds; the longest of all writers. */
  readonly touchRefresh?: number;
  /** Says what would be done. */
  readonly dryRun?: boolean;
  /** Milliseconds since the epoch, for a dry run: any other asks the store. */
  readonly now: number;
  readonly signal?: AbortSignal;
  readonly pace?: Pace;
}

export interface PrunedCache {
  /** Of the manifest. */
  readonly key: string;
  readonly name: string;
  /** A broken one names blobs that are not there, so that a build which takes it fails. */
  readonly why: "rules" | "broken";
}

export interface LayerPruneResult {
  /** Those that were deleted. */
  readonly caches: readonly PrunedCache[];
  readonly keptCaches: number;
  /** Those among them that the rules do not apply to. */
  readonly otherCaches: number;
  /** Blobs that were deleted. */
  readonly deleted: Amount;
  /** Blobs that no cache names, for a later run to delete. */
  readonly waiting: Amount;
  readonly kept: Amount;
  readonly findings: readonly Diagnostic[];
}

/**
 * Deletes layer caches by the rules and those that are broken, and blobs that no cache names; the latter in two runs: one
 * notes them, one that is later by the grace deletes those that nobody has written or touched since. docs/layers.md says why
 * that holds beside BuildKit's exports, on machines with other clocks.
 */
export async function pruneLayers(options: LayerPruneOptions): Promise<LayerPruneResult> {
  const { store, layout, keep, applies = () => true } = options;
  const { grace = defaultGrace, touchRefresh = defaultTouchRefresh, dryRun = false, pace = realPace, signal } = options;
  const withSignal = signal && { signal };
  const now = (dryRun ? null : await readStoreClock(store, layerNotesPrefix, signal)) ?? options.now;
  const notes = await readBlobNotes(store, signal);
  // The caches before the blobs: of one that is written after this every blob is young, or was made so.
  const all = await readCaches(store, layout, signal);
  // What cannot be read might name any blob, were it written by a later version.
  const isSafe = all.unreadable.size === 0;
  const isOld = (modifiedAt: number): boolean => modifiedAt <= now - touchRefresh - grace;
  const isDue = (since: number): boolean => isSafe && since <= now - grace;
  const survey = await surveyBlobs(all, { store, layout, notes, isOld, isDue, ...withSignal });

  const own = all.caches.filter(({ name }) => applies(name));
  const expired = findExpired(own, all.sizes, { keep, now });
  const broken = await findBroken(all, survey, options);
  const going = own.filter((cache) => expired.has(cache) || broken.has(cache));
  const gone = new Set(dryRun ? going : []);
  const deleted = { count: 0, bytes: 0 };
  const dueBlobs = listDue(survey, layout);
  if (dryRun) for (const { size } of dueBlobs) add(deleted, size);
  else {
    const byKey = new Map(going.map((cache) => [cache.object.key, cache]));
    const sweeping = { store, isDue: isUnchanged, pace, ...withSignal };
    await sweep(
      going.map(({ object }) => object),
      { ...sweeping, onDeleted: ({ key }) => void gone.add(byKey.get(key) as LayerCache) },
    );
    // Noted when no cache names them any more: who has read one before has the grace to come to his end.
    if (isSafe) {
      noteReleased(all, survey, { gone, isOld });
      await writeBlobNotes(store, survey.fresh, signal);
    }
    await sweep(dueBlobs, { ...sweeping, onDeleted: ({ size }) => add(deleted, size) });
    const served = notes.notes.filter(({ at }, index) => isDue(at) && survey.waitingOf.get(index) === 0);
    await store.delete(
      served.map(({ key }) => key),
      withSignal,
    );
  }
  const left = all.caches.filter((cache) => !gone.has(cache));
  const { kept, released } = measure(all, survey, gone);
  return {
    caches: [...gone].map((cache) => ({
      key: cache.object.key,
      name: cache.name,
      why: broken.has(cache) ? "broken" : "rules",
    })),
    keptCaches: left.length,
    otherCaches: left.filter(({ name }) => !applies(name)).length,
    deleted,
    waiting: {
      count: survey.unused.count + released.count - deleted.count,
      bytes: survey.unused.bytes + released.bytes - deleted.bytes,
    },
    kept,
    findings: all.findings,
  };
}

function add(amount: { count: number; bytes: number }, bytes: number): void {
  amount.count += 1;
  amount.bytes += bytes;
}

function* listDue({ due }: BlobSurvey, { blobsPrefix }: LayerLayout): Iterable<ObjectInfo> {
  for (let index = 0; index < due.table.size; index += 1) {
    const key = `${blobsPrefix}${showDigest(due.table.at(index))}`;
    yield { key, size: due.sizes.get(index), modifiedAt: due.modifiedAt.get(index) };
  }
}

/** Which blobs the caches that stay name, by number. */
function usedByOthers({ caches, table }: LayerCaches, gone: ReadonlySet<LayerCache>): Uint8Array {
  const isUsed = new Uint8Array(table.size);
  for (const cache of caches) {
    if (!gone.has(cache)) for (const number of cache.blobs) isUsed[number] = 1;
  }
  return isUsed;
}

/** Adds to those that are to be noted the ones that none but deleted caches have named. */
function noteReleased(
  all: LayerCaches,
  { used, fresh }: BlobSurvey,
  { gone, isOld }: { readonly gone: ReadonlySet<LayerCache>; readonly isOld: (modifiedAt: number) => boolean },
): void {
  const isUsed = usedByOthers(all, gone);
  for (const cache of gone) {
    for (const number of cache.blobs) {
      const at = used.modifiedAt.get(number);
      const isThere = used.sizes.get(number) !== -1;
      if (isUsed[number] !== 1 && isThere && isOld(at)) fresh.modifiedAt.set(fresh.table.add(all.table.at(number)), at);
    }
  }
}

function measure(all: LayerCaches, { used }: BlobSurvey, gone: ReadonlySet<LayerCache>) {
  const isUsed = usedByOthers(all, gone);
  const kept = { count: 0, bytes: 0 };
  const released = { count: 0, bytes: 0 };
  for (const [number, isKept] of isUsed.entries()) {
    const size = used.sizes.get(number);
    if (size !== -1) add(isKept === 1 ? kept : released, size);
  }
  return { kept, released };
}
