import type { ObjectStore } from "../store/object-store.ts";
import { writeContents } from "./archive.ts";
import { createOpener } from "./fetch.ts";
import type { Snapshot } from "./snapshot.ts";
import { layOut, openBatches } from "./unpack.ts";

/** Packs fetched and opened at once. */
const window = 4;

/**
 * A snapshot as a tar archive, with the modes, owners and times of all entries.
 * @throws BkcacheError BK5031 in the middle, where a pack is missing or damaged: what was read is then no archive.
 */
export function exportSnapshot(
  snapshot: Snapshot,
  options: { readonly store: ObjectStore; readonly signal?: AbortSignal },
): AsyncGenerator<Buffer> {
  const layout = layOut(snapshot);
  const queue = openBatches(layout, createOpener(snapshot, options), window);
  return writeContents(layout, { blobs: snapshot.blobs, queue });
}
