import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { verifySnapshots } from "../../src/mounts/verify.ts";
import { openPlainStore, type PlainStore } from "../support/plain-store.ts";
import { describeTree, makeMount, restore, save } from "./support.ts";

const day = 86_400_000;

/** A store with one snapshot of a mount of two packs. */
async function makeStore(key: string | null) {
  const clock = { now: 1_700_000_000_000 };
  const store = openPlainStore(() => clock.now);
  const dir = makeMount();
  writeFileSync(join(dir, "large"), randomBytes(9_000_000));
  writeFileSync(join(dir, "small"), "small");
  const mount = { id: "gomod", scope: "main", key };
  expect(await save(store, dir, { mount, now: clock.now })).toMatchObject({ kind: "saved" });
  clock.now += 60_000;
  return { store, dir, mount, clock };
}

const packsOf = (store: PlainStore) => [...store.objects.keys()].filter((key) => key.startsWith("v1/p/"));
const manifestOf = (store: PlainStore) => [...store.objects.keys()].find((key) => key.startsWith("v1/m/")) ?? "";

function flip(store: PlainStore, key: string | undefined): void {
  const object = store.objects.get(key ?? "");
  if (object === undefined) throw new Error("no such object");
  const body = Buffer.from(object.body);
  body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
  store.objects.set(key ?? "", { ...object, body });
}

/** What a run does on a builder that makes the same contents again. */
const damages: readonly (readonly [string, (store: PlainStore) => void])[] = [
  ["a missing pack", (store) => void store.objects.delete(packsOf(store)[0] ?? "")],
  ["a pack with a bit changed", (store) => flip(store, packsOf(store)[0])],
  ["a manifest with a bit changed", (store) => flip(store, manifestOf(store))],
];

describe.each([["k"], [null]])("what a restore finds damaged is whole after the next save, key %s", (key) => {
  test.each(damages)("%s", async (_, damageIt) => {
    const { store, dir, mount, clock } = await makeStore(key);
    damageIt(store);
    const result = await restore(store, makeMount(), { mount });
    if (result.kind !== "miss") throw new Error(result.kind);
    const { damage } = result;
    expect(damage.snapshots).toEqual(new Set([manifestOf(store)]));
    // Another builder, where a build made the same.
    expect(await save(store, dir, { mount, now: clock.now, damage })).toMatchObject({ kind: "saved" });
    const copy = makeMount();
    expect(await restore(store, copy, { mount })).toMatchObject({ kind: "restored", findings: [] });
    expect(describeTree(copy)).toEqual(describeTree(dir));
  });
});

test.each([["k"], [null]])("packs that a save itself misses are written anew, key %s", async (key) => {
  const { store, dir, mount, clock } = await makeStore(key);
  store.objects.delete(packsOf(store)[0] ?? "");
  // Old enough to be made young again.
  const now = clock.now + 10 * day;
  clock.now = now;
  writeFileSync(join(dir, "new"), "new");
  expect(await save(store, dir, { mount, now })).toMatchObject({ kind: "saved", findings: [{ code: "BK5031" }] });
  const copy = makeMount();
  expect(await restore(store, copy, { mount })).toMatchObject({ kind: "restored", findings: [] });
  expect(describeTree(copy)).toEqual(describeTree(dir));
});

test.each([
  ["is gone by then", (store: PlainStore) => (key: string) => store.objects.delete(key)],
  ["is shorter", (store: PlainStore) => (key: string) => store.objects.set(key, { body: Buffer.of(1), modifiedAt: 0 })],
])("a pack that exists already, and %s, is written all the same", async (_, change) => {
  const store = openPlainStore();
  const dir = makeMount();
  writeFileSync(join(dir, "file"), randomBytes(100_000));
  const lying: typeof store = {
    ...store,
    async put(key, body, options) {
      if (key.startsWith("v1/p/") && options?.onlyIfAbsent === true) {
        change(store)(key);
        return "exists";
      }
      return store.put(key, body, options);
    },
  };
  expect(await save(lying, dir)).toMatchObject({ kind: "saved", contentBytes: expect.any(Number) as number });
  expect((await verifySnapshots({ store })).broken).toEqual([]);
  expect(await restore(store, makeMount())).toMatchObject({ kind: "restored" });
});
