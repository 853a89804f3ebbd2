import { expect, test } from "vitest";
import { manifestKey } from "../../src/mounts/keys.ts";
import { hasSnapshot, listNewest, shareListings } from "../../src/mounts/load.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { openPlainStore } from "../support/plain-store.ts";

test("a snapshot of the mount in one of the scopes, whatever its key", async () => {
  const store = createMemoryStore();
  await store.put(manifestKey({ mount: "gomod", scope: "main", key: "k" }), Buffer.from("x"));
  const has = (mount: string, ...scopes: readonly string[]) => hasSnapshot(mount, { store, scopes });
  expect(await has("gomod", "feature", "main")).toBe(true);
  expect(await has("gomod", "feature")).toBe(false);
  expect(await has("gomo", "main")).toBe(false);
});

/** A store in which each object is a second younger than the one before, and what was listed in it. */
function openListed() {
  let now = 0;
  const plain = openPlainStore(() => (now += 1000));
  const asked: string[] = [];
  const list: ObjectStore["list"] = (prefix, options) => {
    asked.push(prefix);
    return plain.list(prefix, options);
  };
  const put = (scope: string, mount: string, key: string) =>
    plain.put(manifestKey({ scope, mount, key }), Buffer.from("x"));
  return { store: { ...plain, list }, asked, put };
}

test("several mounts of a run are listed at once, and each finds its own", async () => {
  const { store, asked, put } = openListed();
  const mounts = ["shop-a", "shop-ab", "shop-b", "shop-c"];
  for (const [mount, key] of [
    ["shop-a", "z"],
    ["shop-ab", "y"],
    ["shop-a", "b"],
    ["shop-other", "k"],
  ] as const) {
    await put("main", mount, key);
  }
  await put("feature", "shop-a", "f");
  const list = shareListings(store, mounts);
  const found = await Promise.all(mounts.map((mount) => list({ scope: "main", mount })));
  expect(asked).toEqual(["v1/m/main/shop-"]);
  const alone = await Promise.all(mounts.map((mount) => listNewest(store, { scope: "main", mount })));
  expect(found).toEqual(alone);
  expect(found[0]?.map((key) => key.split("/").at(-1))).toEqual(["b", "z"]);
  expect(await list({ scope: "feature", mount: "shop-a" })).toHaveLength(1);
});

test("few mounts, one of another run, and more snapshots than a page has, are listed each for itself", async () => {
  const { store, asked, put } = openListed();
  for (let index = 0; index < 1000; index++) await put("main", `shop-${index}`, "k");
  const few = shareListings(store, ["shop-1", "shop-2"]);
  expect(await few({ scope: "main", mount: "shop-1" })).toHaveLength(1);
  expect(asked.splice(0)).toEqual(["v1/m/main/shop-1/"]);
  const many = shareListings(store, ["shop-1", "shop-2", "shop-3", "shop-4"]);
  expect(await many({ scope: "main", mount: "shop-1" })).toHaveLength(1);
  expect(await many({ scope: "main", mount: "shop-2" })).toHaveLength(1);
  expect(asked.splice(0)).toEqual(["v1/m/main/shop-", "v1/m/main/shop-1/", "v1/m/main/shop-2/"]);
  expect(await shareListings(store, ["a1", "a2", "a3", "a4"])({ scope: "main", mount: "shop-5" })).toHaveLength(1);
});

test("who gives up waits no longer for what is listed for all", async () => {
  const { store } = openListed();
  const silent = {
    ...store,
    list: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }),
  };
  const list = shareListings(silent, ["a", "b", "c", "d"]);
  const reason = new Error("over");
  await expect(list({ scope: "main", mount: "a" }, AbortSignal.abort(reason))).rejects.toBe(reason);
});
