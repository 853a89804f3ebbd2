/**
 * Prunes a bucket that is made up as it is listed: `node layers-memory.ts BLOBS`. Three quarters of the blobs are named, by caches
 * of 400 layers each; the rest is old. Prints what a run that notes and one that deletes did, the time and the peak of memory, as JSON.
 */
import { createHash } from "node:crypto";
import { pruneLayers } from "../../src/layers/prune.ts";
import type { ObjectInfo, ObjectStore } from "../../src/store/object-store.ts";
import { openPlainStore } from "../support/plain-store.ts";

const blobs = Number(process.argv[2]);
const perCache = 400;
const named = Math.floor((blobs * 3) / 4);
const caches = Math.ceil(named / perCache);
const day = 24 * 3_600_000;
const size = 1_000_000;
const clock = { now: 1e12 };
const writtenAt = clock.now - 10 * day;

const digestOf = (index: number) => `sha256:${createHash("sha256").update(String(index)).digest("hex")}`;
const infoOf = (key: string): ObjectInfo => ({ key, size, modifiedAt: writtenAt });
const notes = openPlainStore(() => clock.now);
/** Keys by the shard that they are of, as the listing of a real store would find them. */
const shards = new Map<string, Uint32Array>();
for (let shard = 0; shard < 16; shard += 1) {
  const digit = shard.toString(16);
  const own: number[] = [];
  for (let index = 0; index < blobs; index += 1) if (digestOf(index).startsWith(`sha256:${digit}`)) own.push(index);
  shards.set(digit, Uint32Array.from(own));
}

const store: ObjectStore = {
  ...notes,
  async get(key, options) {
    const match = /^manifests\/shop\.t(\d+)\.main$/.exec(key);
    if (match === null) return notes.get(key, options);
    const first = Number(match[1]) * perCache;
    const layers = Array.from({ length: Math.min(perCache, named - first) }, (_, index) => ({
      blob: digestOf(first + index),
      annotations: { size, mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", diffID: digestOf(-first - index) },
    }));
    return Buffer.from(JSON.stringify({ layers, records: [] }));
  },
  async stat(key, options) {
    return key.startsWith("blobs/") ? infoOf(key) : notes.stat(key, options);
  },
  async *list(prefix, options) {
    if (prefix === "manifests/") {
      for (let index = 0; index < caches; index += 1) yield infoOf(`manifests/shop.t${index}.main`);
    } else if (prefix.startsWith("blobs/sha256:")) {
      for (const index of shards.get(prefix.at(-1) ?? "") ?? []) {
        yield infoOf(`blobs/${digestOf(index)}`);
      }
    } else yield* notes.list(prefix, options);
  },
  async delete(keys) {
    await notes.delete(keys);
  },
};

globalThis.gc?.();
const before = process.memoryUsage.rss();
const begun = performance.now();
const first = await pruneLayers({
  store,
  layout: { manifestPrefixes: ["manifests/"], blobsPrefix: "blobs/" },
  keep: {},
  now: clock.now,
});
clock.now += day;
const second = await pruneLayers({
  store,
  layout: { manifestPrefixes: ["manifests/"], blobsPrefix: "blobs/" },
  keep: {},
  now: clock.now,
});
process.stdout.write(
  JSON.stringify({
    kept: second.kept.count,
    waiting: first.waiting.count,
    deleted: second.deleted.count,
    seconds: Math.round((performance.now() - begun) / 1_000),
    before: Math.round(before / 2 ** 20),
    peak: Math.round(process.resourceUsage().maxRSS / 2 ** 10),
  }),
);
