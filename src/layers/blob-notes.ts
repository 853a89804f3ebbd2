import type { ObjectStore } from "../store/object-store.ts";
import { makeNoteKey } from "../store/sweep.ts";
import { createColumn, createDigestTable, type DigestTable, type NumberColumn } from "./digest-table.ts";

/*
 * Notes of blobs that no cache named when they were written: 40 bytes for each, its digest and the time in ms of its last
 * write or touch, as a little-endian double. docs/layers.md says what they are for.
 */

export const layerNotesPrefix = "v1/gl/";
const digestBytes = 32;
const recordBytes = digestBytes + 8;
/** Of one note: 4 MB. */
const recordsPerNote = 100_000;

/** Blobs with a time for each. */
export interface TimedBlobs {
  readonly table: DigestTable;
  readonly modifiedAt: NumberColumn;
}

export function createTimedBlobs(): TimedBlobs {
  return { table: createDigestTable(), modifiedAt: createColumn(0) };
}

export interface BlobNotes extends TimedBlobs {
  /** Since when each was known to be in no cache, in ms by the store's clock. */
  readonly since: NumberColumn;
  /** Index of the note that a blob stands in. */
  readonly noteOf: NumberColumn;
  readonly notes: readonly { readonly key: string; readonly at: number }[];
}

export async function readBlobNotes(store: ObjectStore, signal?: AbortSignal): Promise<BlobNotes> {
  const { table, modifiedAt } = createTimedBlobs();
  const since = createColumn(Infinity);
  const noteOf = createColumn(-1);
  const notes: { readonly key: string; readonly at: number }[] = [];
  const withSignal = signal && { signal };
  for await (const { key, modifiedAt: at } of store.list(layerNotesPrefix, withSignal)) {
    const bytes = await store.get(key, { maxBytes: 2 * recordsPerNote * recordBytes, ...withSignal });
    if (bytes === null) continue;
    notes.push({ key, at });
    for (let start = 0; start + recordBytes <= bytes.length; start += recordBytes) {
      const number = table.add(bytes.subarray(start, start + digestBytes));
      const time = bytes.readDoubleLE(start + digestBytes);
      const isSame = modifiedAt.get(number) === time;
      // Of a blob that was touched in between the youngest state counts; of one state the earliest note.
      if (isSame ? since.get(number) <= at : modifiedAt.get(number) > time) continue;
      modifiedAt.set(number, time);
      since.set(number, at);
      noteOf.set(number, notes.length - 1);
    }
  }
  return { table, modifiedAt, since, noteOf, notes };
}

export async function writeBlobNotes(
  store: ObjectStore,
  { table, modifiedAt }: TimedBlobs,
  signal?: AbortSignal,
): Promise<void> {
  for (let first = 0; first < table.size; first += recordsPerNote) {
    const count = Math.min(recordsPerNote, table.size - first);
    const bytes = Buffer.alloc(count * recordBytes);
    for (let index = 0; index < count; index += 1) {
      table.at(first + index).copy(bytes, index * recordBytes);
      bytes.writeDoubleLE(modifiedAt.get(first + index), index * recordBytes + digestBytes);
    }
    await store.put(makeNoteKey(layerNotesPrefix), bytes, signal && { signal });
  }
}
