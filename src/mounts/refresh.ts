import { BkcacheError } from "../diagnostics/error.ts";
import type { ObjectInfo, ObjectStore } from "../store/object-store.ts";
import { packKey } from "./keys.ts";
import { createLimit } from "../host/limit.ts";
import { loadSnapshot } from "./load.ts";
import type { Pack } from "./pack.ts";

export interface RefreshOptions {
  readonly store: ObjectStore;
  /** Age in days from which an object is made young again. */
  readonly refreshDays: number;
  readonly signal?: AbortSignal;
}

const dayMs = 86_400_000;
/** Requests at once. */
const atOnce = 8;

/**
 * Makes packs young that a lifecycle rule might soon take: a request each, and no bytes.
 * @param today days since the epoch
 * @throws BkcacheError BK5031 where one is not there any more.
 */
export async function refreshPacks(
  packs: readonly Pack[],
  { store, refreshDays, signal, today }: RefreshOptions & { readonly today: number },
): Promise<readonly Pack[]> {
  const limit = createLimit(atOnce);
  const refresh = async (pack: Pack): Promise<Pack> => {
    if (today - pack.day < refreshDays) return pack;
    if (await store.touch(packKey(pack.id), signal && { signal })) return { ...pack, day: today };
    throw new BkcacheError({
      code: "BK5031",
      message: `${store.place}${packKey(pack.id)}, a pack of the snapshot before, is missing`,
      hint: "a lifecycle rule that is too short is the usual cause; bkcache mounts verify names the snapshots that are broken",
    });
  };
  return Promise.all(packs.map((pack) => limit(() => refresh(pack))));
}

/**
 * The same for a snapshot that is used on as it is: its packs, then its manifest, whose age says when it was done the
 * last time.
 * @param now milliseconds since the epoch
 */
export async function refreshSnapshot(
  manifest: ObjectInfo,
  options: RefreshOptions & { readonly now: number },
): Promise<void> {
  const { store, refreshDays, signal, now } = options;
  if (now - manifest.modifiedAt < refreshDays * dayMs) return;
  const loaded = await loadSnapshot(store, manifest.key, signal && { signal });
  if (loaded === null) return;
  // All of them, whatever day stands there: the manifest is not written anew.
  await refreshPacks(loaded.snapshot.packs, { ...options, refreshDays: Number.NEGATIVE_INFINITY, today: 0 });
  await store.touch(manifest.key, signal && { signal });
}
