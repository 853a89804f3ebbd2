import type { ObjectInfo, ObjectStore } from "../store/object-store.ts";
import type { LayerLayout } from "./caches.ts";
import { readDigest } from "./digest-table.ts";

/** Parts of the listing that go side by side: pages come one after the other, so that a million keys take a thousand answers. */
const shards = "0123456789abcdef";

/**
 * Goes over every blob of a bucket. What else lies there is passed over.
 * @param visit called for each, in any order
 */
export async function visitBlobs(
  store: ObjectStore,
  { blobsPrefix }: Pick<LayerLayout, "blobsPrefix">,
  visit: (digest: Buffer, object: ObjectInfo) => void,
  signal?: AbortSignal,
): Promise<void> {
  // The first that fails ends the others.
  const failing = new AbortController();
  const all = signal === undefined ? failing.signal : AbortSignal.any([signal, failing.signal]);
  const visitShard = async (shard: string): Promise<void> => {
    try {
      for await (const object of store.list(`${blobsPrefix}sha256:${shard}`, { signal: all })) {
        const digest = readDigest(object.key.slice(blobsPrefix.length));
        if (digest !== null) visit(digest, object);
      }
    } catch (error) {
      failing.abort(error);
      throw error;
    }
  };
  const results = await Promise.allSettled(shards.split("").map(visitShard));
  if (failing.signal.aborted) throw failing.signal.reason;
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
