import { BkcacheError } from "../diagnostics/error.ts";
import { fieldOf, listOf, parseJson } from "../host/json.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { makeNoteKey } from "../store/sweep.ts";
import { garbagePrefix } from "./keys.ts";
import { loadHead } from "./load.ts";

/** Packs of which a run knew that nobody uses them, or would do so from then on. */
export interface Note {
  readonly key: string;
  /** Milliseconds since the epoch, by the store's clock. */
  readonly at: number;
  /** Ids. */
  readonly packs: readonly string[];
}

const maxNoteBytes = 64 * 2 ** 20;

export async function readNotes(store: ObjectStore, signal?: AbortSignal): Promise<readonly Note[]> {
  const notes: Note[] = [];
  for await (const { key, modifiedAt } of store.list(garbagePrefix, signal && { signal })) {
    const content = parseJson((await store.get(key, { maxBytes: maxNoteBytes, ...(signal && { signal }) })) ?? "");
    const packs = listOf(fieldOf(content, "packs")).filter((id) => typeof id === "string");
    notes.push({ key, at: modifiedAt, packs });
  }
  return notes;
}

/** When each pack was noted the last time: since then it was in no snapshot. */
export function unusedSince(notes: readonly Note[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { at, packs } of notes) for (const id of packs) times.set(id, Math.max(at, times.get(id) ?? at));
  return times;
}

/** To be done before a manifest that uses the packs is deleted. */
export async function notePacks(store: ObjectStore, packs: readonly string[], signal?: AbortSignal): Promise<void> {
  if (packs.length === 0) return;
  await store.put(makeNoteKey(garbagePrefix), Buffer.from(JSON.stringify({ packs })), signal && { signal });
}

/** The same for a manifest that is about to be written over: another save may be building on it. */
export async function noteReplaced(
  store: ObjectStore,
  objectKey: string,
  { packs, signal }: { readonly packs: readonly { readonly id: string }[]; readonly signal?: AbortSignal },
): Promise<void> {
  const replaced = await loadHead(store, objectKey, signal).catch((error: unknown) => {
    // Nobody builds on what cannot be read.
    if (!(error instanceof BkcacheError) || error.code !== "BK5030") throw error;
    return null;
  });
  const kept = new Set(packs.map(({ id }) => id));
  const released = replaced?.packs.map(({ id }) => id).filter((id) => !kept.has(id)) ?? [];
  await notePacks(store, released, signal);
}
