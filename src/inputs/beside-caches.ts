import { createLimit } from "../host/limit.ts";
import { recordKey } from "./keys.ts";
import { readRecord, recordBytes } from "./record.ts";
import type { Writer } from "../mounts/snapshot.ts";
import type { ObjectStore } from "../store/object-store.ts";

/** What lies beside caches that are gone says nothing any more. */
export async function removeRecords(
  store: ObjectStore,
  caches: readonly { readonly name: string }[],
  signal: AbortSignal,
): Promise<void> {
  await store.delete(
    caches.map(({ name }) => recordKey(name)),
    { signal },
  );
}

/** Records read at once. */
const atOnce = 16;
/** Of more caches than these nobody reads a list. */
const most = 500;

/** Who wrote caches, by their names, as the records beside them say; of the first that are listed. */
export async function readWriters(
  store: ObjectStore,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Writer>> {
  const writers = new Map<string, Writer>();
  const readOne = async (name: string): Promise<void> => {
    const content = await store.read(recordKey(name), { range: { start: 0, end: recordBytes }, signal });
    if (content === null) return;
    const chunks: Buffer[] = [];
    for await (const chunk of content.body) chunks.push(chunk);
    const writer = (await readRecord(Buffer.concat(chunks), name))?.writer ?? null;
    if (writer !== null) writers.set(name, writer);
  };
  const limit = createLimit(atOnce);
  await Promise.all(names.slice(0, most).map((name) => limit(() => readOne(name))));
  return writers;
}
