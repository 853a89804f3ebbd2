import { describe, expect, test } from "vitest";
import { readBlobNotes } from "../../src/layers/blob-notes.ts";
import { openLayerBucket } from "../../src/layers/layer-place.ts";
import { defaultTouchRefresh, type LayerPruneOptions, pruneLayers } from "../../src/layers/prune.ts";
import { defaultGrace } from "../../src/store/sweep.ts";
import { openPlainStore } from "../support/plain-store.ts";
import { wrapStore } from "../support/wrapped-store.ts";
import { blobOf, layout, putCache } from "./support.ts";

const day = 24 * 3_600_000;
const old = defaultTouchRefresh + defaultGrace;

function openBucket() {
  const clock = { now: 1e12 };
  const store = openPlainStore(() => clock.now);
  const prune = (options: Partial<LayerPruneOptions> = {}) =>
    pruneLayers({ store, layout, keep: {}, now: clock.now, ...options });
  const has = (content: string) => store.objects.has(blobOf(content).key);
  const manifests = () => [...store.objects.keys()].filter((key) => key.startsWith("manifests/")).sort();
  return { clock, store, prune, has, manifests };
}

describe("layers that no cache names", () => {
  test("go in the run after the one that notes them, and only once they are old", async () => {
    const { clock, store, prune, has } = openBucket();
    await putCache(store, "shop.api.main", ["a", "b"]);
    await putCache(store, "shop.api.main", ["b"]);
    // So young that an export would take it as it is.
    clock.now += old - 1;
    expect(await prune()).toMatchObject({ deleted: { count: 0 }, waiting: { count: 1, bytes: 1 }, kept: { count: 1 } });
    clock.now += defaultGrace;
    expect(await prune()).toMatchObject({ deleted: { count: 0 }, waiting: { count: 1 } });
    clock.now += defaultGrace - 1;
    expect(await prune()).toMatchObject({ deleted: { count: 0 } });
    clock.now += 1;
    expect(await prune({ dryRun: true, now: clock.now })).toMatchObject({ deleted: { count: 1, bytes: 1 } });
    expect(await prune()).toMatchObject({ deleted: { count: 1, bytes: 1 }, waiting: { count: 0 }, kept: { count: 1 } });
    expect([has("a"), has("b")]).toEqual([false, true]);
    expect((await readBlobNotes(store)).notes).toEqual([]);
  });

  test("stay where one was touched or named in between, and begin anew", async () => {
    const { clock, store, prune, has } = openBucket();
    await putCache(store, "shop.api.main", ["a", "b"]);
    await putCache(store, "shop.api.main", []);
    clock.now += old;
    await prune();
    clock.now += day;
    await store.touch(blobOf("a").key);
    await putCache(store, "shop.api.other", ["b"]);
    clock.now += defaultGrace;
    await store.delete(["manifests/shop.api.other"]);
    expect(await prune()).toMatchObject({ deleted: { count: 0 }, waiting: { count: 2 } });
    clock.now += old;
    await prune();
    clock.now += defaultGrace;
    expect(await prune()).toMatchObject({ deleted: { count: 2 } });
    expect(has("a") || has("b")).toBe(false);
  });

  test("one that is touched between the listing and the deletion stays", async () => {
    const { clock, store, prune } = openBucket();
    await putCache(store, "shop.api.main", ["a"]);
    await putCache(store, "shop.api.main", []);
    clock.now += old;
    await prune();
    clock.now += defaultGrace;
    const { key } = blobOf("a");
    const racing = wrapStore(store, {
      before: async (call, at) => {
        if (call === "stat" && at === key) await store.touch(key);
      },
    });
    expect(await prune({ store: racing })).toMatchObject({ deleted: { count: 0 }, waiting: { count: 1 } });
    expect(store.objects.has(key)).toBe(true);
  });

  test("are left where the store is slow between the last reading and the deletion", async () => {
    const { clock, store, prune, has } = openBucket();
    await putCache(store, "shop.api.main", ["a"]);
    await putCache(store, "shop.api.main", []);
    clock.now += old;
    await prune();
    clock.now += defaultGrace;
    let time = 0;
    const pace = { now: () => (time += 6_000), wait: async () => {} };
    expect(await prune({ pace })).toMatchObject({ deleted: { count: 0 } });
    expect(has("a")).toBe(true);
  });

  test("stay while a manifest cannot be read", async () => {
    const { clock, store, prune, has } = openBucket();
    await putCache(store, "shop.api.main", ["a"]);
    await putCache(store, "shop.api.main", []);
    clock.now += old;
    await prune();
    await store.put("manifests/shop.api.odd", Buffer.from("[1]"));
    clock.now += defaultGrace;
    expect(await prune()).toMatchObject({ deleted: { count: 0 }, findings: [{ code: "BK5017" }] });
    await store.delete(["manifests/shop.api.odd"]);
    await prune();
    expect(has("a")).toBe(false);
  });

  test("what else lies in the place is not touched", async () => {
    const { clock, store, prune } = openBucket();
    const others = ["v1/p/ab/cd", "v1/gc/1", "blobs/readme", "blobs/sha256:short", "other/x", "v1/r/1"];
    for (const key of others) await store.put(key, Buffer.from("x"));
    clock.now += 10 * old;
    await prune({ keep: { maxAge: 0 } });
    clock.now += 10 * old;
    await prune({ keep: { maxAge: 0 } });
    expect([...store.objects.keys()].sort()).toEqual(others.toSorted());
  });
});

describe("caches", () => {
  test("by age, and their layers once they are unused for the grace", async () => {
    const { clock, store, prune, manifests } = openBucket();
    await putCache(store, "shop.api.gone", ["a", "b"]);
    clock.now += old;
    await store.touch(blobOf("b").key);
    await putCache(store, "shop.api.main", ["b"]);
    expect(await prune({ keep: { maxAge: day } })).toMatchObject({
      caches: [{ name: "shop.api.gone", why: "rules" }],
      keptCaches: 1,
      deleted: { count: 0 },
      waiting: { count: 1 },
    });
    expect(manifests()).toEqual(["manifests/shop.api.main"]);
    clock.now += defaultGrace;
    expect(await prune({ keep: { maxAge: 10 * day } })).toMatchObject({ caches: [], deleted: { count: 1 } });
  });

  test("by number, of each target, and the default scope besides", async () => {
    const { clock, store, prune, manifests } = openBucket();
    for (const name of ["shop.api.main", "shop.api.a", "shop.api.b", "shop.web.a", "buildkit", "shop.api.c"]) {
      clock.now += 1_000;
      await putCache(store, name, [name]);
    }
    await prune({ keep: { last: 1 } });
    expect(manifests()).toEqual(
      ["buildkit", "shop.api.c", "shop.api.main", "shop.web.a"].map((name) => `manifests/${name}`),
    );
  });

  test("by bytes, each layer once, and never the youngest of a target", async () => {
    const { clock, store, prune, manifests } = openBucket();
    for (const [name, contents] of [
      ["shop.api.a", ["aaaa"]],
      ["shop.api.b", ["bbbb", "shared"]],
      ["shop.web.a", ["cccc", "shared"]],
      ["shop.api.c", ["dddd", "shared"]],
    ] as const) {
      clock.now += 1_000;
      await putCache(store, name, contents);
    }
    await prune({ keep: { maxBytes: 18 } });
    expect(manifests()).toEqual(["shop.api.b", "shop.api.c", "shop.web.a"].map((name) => `manifests/${name}`));
    await prune({ keep: { maxBytes: 1 } });
    expect(manifests()).toEqual(["shop.api.c", "shop.web.a"].map((name) => `manifests/${name}`));
  });

  test("of others stay", async () => {
    const { clock, store, prune, manifests } = openBucket();
    for (const name of ["shop.api.main", "other.api.main"]) await putCache(store, name, ["a"]);
    clock.now += day;
    const applies = (name: string) => name.startsWith("shop.");
    expect(await prune({ keep: { maxAge: 1 }, applies })).toMatchObject({
      caches: [{ name: "shop.api.main" }],
      keptCaches: 1,
      otherCaches: 1,
    });
    expect(manifests()).toEqual(["manifests/other.api.main"]);
  });

  test("one whose layer is missing goes; one that was written anew meanwhile stays", async () => {
    const { clock, store, prune, manifests } = openBucket();
    await putCache(store, "shop.api.main", ["a", "b"]);
    await putCache(store, "shop.web.main", ["b"]);
    await store.delete([blobOf("a").key]);
    expect(await prune({ dryRun: true, now: clock.now })).toMatchObject({
      caches: [{ name: "shop.api.main", why: "broken" }],
    });
    const racing = wrapStore(store, {
      before: async (call, key) => {
        clock.now += 2_000;
        if (call === "stat" && key === "manifests/shop.api.main") await putCache(store, "shop.api.main", ["a"]);
      },
    });
    expect(await prune({ store: racing })).toMatchObject({ caches: [], keptCaches: 2 });
    await store.delete([blobOf("a").key]);
    expect(await prune()).toMatchObject({ caches: [{ why: "broken" }], kept: { count: 1 } });
    expect(manifests()).toEqual(["manifests/shop.web.main"]);
  });
});

test("lists, measures and verifies what is there", async () => {
  const { store } = openBucket();
  const { signal } = new AbortController();
  await putCache(store, "shop.api.main", ["a", "shared"]);
  await putCache(store, "shop.web.main", ["shared"]);
  await store.put(blobOf("unused").key, Buffer.from("unused"));
  await store.put("manifests/odd", Buffer.from("no JSON"));
  const place = openLayerBucket(store, layout, { signal });
  const { caches, unreadable } = await place.list();
  expect(caches.find(({ name }) => name === "shop.api.main")).toMatchObject({
    layers: 2,
    bytes: 7,
    sharedLayers: 1,
    sharedBytes: 6,
    steps: 1,
  });
  expect(unreadable).toEqual({ "manifests/odd": "odd" });
  expect(await place.measure()).toMatchObject({
    manifests: { count: 3 },
    used: { count: 2, bytes: 7 },
    unused: { count: 1, bytes: 6 },
  });
  const isWanted = () => true;
  expect(await place.verify({ isWanted, contents: false })).toMatchObject({ caches: 2, broken: [] });
  await store.put(blobOf("a").key, Buffer.from("longer"));
  await store.delete([blobOf("shared").key]);
  expect((await place.verify({ isWanted, contents: false })).broken).toMatchObject([
    { name: "shop.api.main", missing: [blobOf("shared").digest], damaged: [blobOf("a").digest] },
    { name: "shop.web.main", missing: [blobOf("shared").digest], damaged: [] },
  ]);
});
