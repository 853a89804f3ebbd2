import { BkcacheError } from "../diagnostics/error.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { packKey } from "./keys.ts";
import { badPack, openPack } from "./pack.ts";
import type { Snapshot } from "./snapshot.ts";

export interface FetchOptions {
  readonly store: ObjectStore;
  readonly signal?: AbortSignal;
  readonly onFetched?: (bytes: number) => void;
  /** Called with the id of a pack that is missing or damaged. */
  readonly onDamaged?: (pack: string) => void;
}

/** Packs that are kept: files of which only some blobs changed jump between packs. */
const mostRecent = 3;

/** Fetches and opens the packs of a snapshot by their index. Each throws BK5031 where it is missing or damaged. */
export function createOpener(snapshot: Snapshot, options: FetchOptions): (index: number) => Promise<Buffer> {
  const recent = new Map<number, Promise<Buffer>>();
  return (index) => {
    const opened = recent.get(index) ?? fetchPack(snapshot, index, options);
    recent.delete(index);
    recent.set(index, opened);
    const [oldest] = recent.keys();
    if (recent.size > mostRecent && oldest !== undefined) recent.delete(oldest);
    return opened;
  };
}

async function fetchPack(
  { packs }: Snapshot,
  index: number,
  { store, signal, onFetched, onDamaged }: FetchOptions,
): Promise<Buffer> {
  const pack = packs[index];
  if (pack === undefined) throw new Error("a visit of a pack that does not exist");
  const options = { maxBytes: pack.storedBytes, ...(signal && { signal }) };
  try {
    const stored = await store.get(packKey(pack.id), options).catch((error: unknown) => {
      if (error instanceof BkcacheError && error.code === "BK5020") throw badPack(pack, "is larger than it was");
      throw error;
    });
    onFetched?.(stored?.length ?? 0);
    return await openPack(pack, stored);
  } catch (cause) {
    if (!(cause instanceof BkcacheError) || cause.code !== "BK5031") throw cause;
    onDamaged?.(pack.id);
    throw new BkcacheError({ code: cause.code, message: `${store.place}${packKey(pack.id)}: ${cause.message}`, cause });
  }
}
