import { createLimit } from "../host/limit.ts";
import type { ObjectInfo, ObjectStore } from "../store/object-store.ts";
import { isUnchanged } from "../store/sweep.ts";
import { type BlobNotes, createTimedBlobs, type TimedBlobs } from "./blob-notes.ts";
import type { LayerCache, LayerCaches, LayerLayout } from "./caches.ts";
import { createColumn, type NumberColumn, showDigest } from "./digest-table.ts";
import { visitBlobs } from "./list-blobs.ts";

/** A number of objects, and their bytes. */
export interface Amount {
  readonly count: number;
  readonly bytes: number;
}

/** What the bucket holds of blobs, beside what its caches name. */
export interface BlobSurvey {
  /** Bytes and times of the blobs that caches name, by their numbers; -1 for one that is not there. */
  readonly used: { readonly sizes: NumberColumn; readonly modifiedAt: NumberColumn };
  /** That no cache names, and that were noted long enough ago and are as they were then. */
  readonly due: TimedBlobs & { readonly sizes: NumberColumn };
  /** That no cache names and no note, and that are old. */
  readonly fresh: TimedBlobs;
  /** That no cache names, `due` and `fresh` among them. */
  readonly unused: Amount;
  /** Of each note, how many of its blobs wait on. */
  readonly waitingOf: NumberColumn;
}

export interface SurveyOptions {
  readonly store: ObjectStore;
  readonly layout: LayerLayout;
  readonly notes: BlobNotes;
  /** Whether a blob that was written or touched at this time is one that every export would touch by now. */
  readonly isOld: (modifiedAt: number) => boolean;
  /** Whether a blob may go that is in no cache since then. */
  readonly isDue: (since: number) => boolean;
  readonly signal?: AbortSignal;
}

/** Goes over all blobs once, and keeps of each no more than numbers. */
export async function surveyBlobs({ table }: LayerCaches, options: SurveyOptions): Promise<BlobSurvey> {
  const { store, layout, notes, isOld, isDue, signal } = options;
  const used = { sizes: createColumn(-1), modifiedAt: createColumn(-1) };
  const due = { ...createTimedBlobs(), sizes: createColumn(0) };
  const fresh = createTimedBlobs();
  const unused = { count: 0, bytes: 0 };
  const waitingOf = createColumn(0);
  const visit = (digest: Buffer, object: ObjectInfo): void => {
    const number = table.find(digest);
    if (number !== -1) {
      used.sizes.set(number, object.size);
      used.modifiedAt.set(number, object.modifiedAt);
      return;
    }
    unused.count += 1;
    unused.bytes += object.size;
    const noted = notes.table.find(digest);
    if (noted !== -1 && isUnchanged(object, { modifiedAt: notes.modifiedAt.get(noted) })) {
      const note = notes.noteOf.get(noted);
      if (!isDue(notes.since.get(noted))) return waitingOf.set(note, waitingOf.get(note) + 1);
      const index = due.table.add(digest);
      due.modifiedAt.set(index, object.modifiedAt);
      due.sizes.set(index, object.size);
    } else if (isOld(object.modifiedAt)) {
      fresh.modifiedAt.set(fresh.table.add(digest), object.modifiedAt);
    }
  };
  await visitBlobs(store, layout, visit, signal);
  return { used, due, fresh, unused, waitingOf };
}

/** Blobs that are asked for at once. */
const atOnce = 32;

/**
 * Caches that name blobs which are not there. Caches are listed before blobs, so each missing one is asked for once more:
 * a listing of a store may be behind.
 */
export async function findBroken(
  { caches, table }: LayerCaches,
  { used }: Pick<BlobSurvey, "used">,
  { store, layout, signal }: Pick<SurveyOptions, "store" | "layout" | "signal">,
): Promise<ReadonlyMap<LayerCache, readonly string[]>> {
  const missing = new Map<number, Promise<boolean>>();
  const limit = createLimit(atOnce);
  const isMissing = (number: number): Promise<boolean> => {
    const ask = async () => {
      const key = `${layout.blobsPrefix}${showDigest(table.at(number))}`;
      return (await store.stat(key, signal && { signal })) === null;
    };
    const asked = missing.get(number) ?? limit(ask);
    missing.set(number, asked);
    return asked;
  };
  const broken = new Map<LayerCache, readonly string[]>();
  for (const cache of caches) {
    const unseen = [...cache.blobs].filter((number) => used.sizes.get(number) === -1);
    const gone = await Promise.all(unseen.map(isMissing));
    const digests = unseen.filter((_, index) => gone[index]).map((number) => showDigest(table.at(number)));
    if (digests.length > 0) broken.set(cache, digests);
  }
  return broken;
}
