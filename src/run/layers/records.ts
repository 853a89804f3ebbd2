import { recordKey } from "../../inputs/keys.ts";
import type { ObjectStore } from "../../store/object-store.ts";

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
