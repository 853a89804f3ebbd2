import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { restoreMounts } from "../../src/carry/restore.ts";
import { saveMounts } from "../../src/carry/save.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { makeMount, save as saveFolder } from "../mounts/support.ts";
import { carriedMount, createFakeBuilder, type FakeBuilder, fakeSession } from "../support/fake-builder.ts";
import { openPlainStore, type PlainStore } from "../support/plain-store.ts";
import { wrapStore } from "../support/wrapped-store.ts";

/** Contents of mounts where several levels of trust have a store each. */
const gomod = carriedMount("gomod");

/** A snapshot with one file that is called as its content. */
async function addSnapshot(store: PlainStore, scope: string, content: string): Promise<void> {
  const dir = makeMount();
  writeFileSync(join(dir, content), content);
  expect(await saveFolder(store, dir, { mount: { id: gomod.storeId, scope, key: null } })).toMatchObject({
    kind: "saved",
  });
}

interface Stores {
  readonly own: ObjectStore;
  readonly others: readonly ObjectStore[];
}

const sessionOf = (builder: FakeBuilder, { own, others }: Stores) => ({
  ...fakeSession(builder, own),
  otherStores: async () => others,
});

async function restore(builder: FakeBuilder, stores: Stores) {
  return restoreMounts(sessionOf(builder, stores), {
    mounts: [gomod],
    scopesOf: () => ["request:7", "main"],
    writtenScopeOf: () => "request:7",
    keyOf: () => null,
    budgetMs: 60_000,
  });
}

const filesOf = (builder: FakeBuilder) => builder.folders.flatMap(({ dir }) => readdirSync(dir)).filter(isContent);
const isContent = (name: string) => !name.startsWith(".bkcache");

test("what another level has is restored, and nothing of that is a parent of what is saved", async () => {
  const [builder, own, main] = [createFakeBuilder(), openPlainStore(), openPlainStore()];
  await addSnapshot(main, "main", "of main");
  const restored = await restore(builder, { own, others: [main] });
  expect(restored.outcomes.get(gomod)).toMatchObject({ outcome: "restored", snapshot: { scope: "main" } });
  expect(filesOf(builder)).toEqual(["of main"]);
  expect([restored.loaded.size, restored.foreign.size]).toEqual([0, 1]);
});

test.each([
  ["its own place is first", ["request:7"], ["main"], "own request:7"],
  ["then what is trusted more, though it has the scope too", ["main"], ["main"], "main main"],
  ["its own is better than nothing", ["main"], [], "own main"],
])("of what a request looks for, %s", async (_, inOwn, inMain, expected) => {
  const [builder, own, main] = [createFakeBuilder(), openPlainStore(), openPlainStore()];
  for (const scope of inOwn) await addSnapshot(own, scope, `own ${scope}`);
  for (const scope of inMain) await addSnapshot(main, scope, `main ${scope}`);
  await restore(builder, { own, others: [main] });
  expect(filesOf(builder)).toEqual([expected]);
});

test("a snapshot that points to packs of another level is a miss, and the next one is taken", async () => {
  const [builder, own, main] = [createFakeBuilder(), openPlainStore(), openPlainStore()];
  await addSnapshot(main, "request:7", "stolen");
  await addSnapshot(main, "main", "of main");
  // The manifest alone, of packs that are below another prefix.
  for (const [key, object] of main.objects) if (key.startsWith("v1/m/request")) own.objects.set(key, object);
  for (const key of main.objects.keys()) if (key.startsWith("v1/m/request")) main.objects.delete(key);
  const { outcomes, damages } = await restore(builder, { own, others: [main] });
  expect(outcomes.get(gomod)).toMatchObject({ outcome: "restored", snapshot: { scope: "main" } });
  expect(filesOf(builder)).toEqual(["of main"]);
  expect(damages.get(gomod)?.snapshots.size).toBe(1);
});

async function saveAfter(builder: FakeBuilder, stores: Stores, restored: Awaited<ReturnType<typeof restore>>) {
  const { outcomes, findings } = await saveMounts(sessionOf(builder, stores), {
    mounts: [gomod],
    scopeOf: () => "request:7",
    parentScopesOf: () => ["request:7", "main"],
    keyOf: () => null,
    parents: restored.loaded,
    foreign: restored.foreign,
    damages: restored.damages,
    incomplete: restored.incomplete,
    writer: { version: "0.0.0-test" },
    warnsOfCollection: false,
    budgetMs: 60_000,
  });
  expect(findings).toEqual([]);
  return outcomes.get(gomod);
}

test("a mount that is as another level had it is not saved; one that changed is, whole and in the own store alone", async () => {
  const [builder, own, main] = [createFakeBuilder(), openPlainStore(), openPlainStore()];
  await addSnapshot(main, "main", "of main");
  const stores = { own, others: [wrapStore(main)] };
  const restored = await restore(builder, stores);
  const before = new Map(main.objects);
  expect(await saveAfter(builder, stores, restored)).toMatchObject({
    outcome: "unchanged",
    reason: "it is as it was restored",
  });
  expect(own.objects.size).toBe(0);

  writeFileSync(join(builder.folders[0]?.dir ?? "", "more"), "more");
  expect(await saveAfter(builder, stores, restored)).toMatchObject({ outcome: "saved", files: 2 });
  expect([...main.objects]).toEqual([...before]);
  const again = createFakeBuilder();
  await restore(again, { own, others: [] });
  expect(filesOf(again).sort()).toEqual(["more", "of main"]);
});
