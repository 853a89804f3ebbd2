import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { describe, expect, test, vi } from "vitest";
import { exportSnapshot } from "../../src/mounts/export.ts";
import { listSnapshots } from "../../src/mounts/inventory.ts";
import { manifestKey } from "../../src/mounts/keys.ts";
import { writeManifest } from "../../src/mounts/manifest.ts";
import { pruneStore } from "../../src/mounts/prune.ts";
import { defaultGrace } from "../../src/store/sweep.ts";
import { verifySnapshots } from "../../src/mounts/verify.ts";
import { execFileSync } from "node:child_process";
import { openPlainStore, type PlainStore } from "../support/plain-store.ts";
import { describeTree, makeMount, restore, save } from "./support.ts";

const hour = 3_600_000;

/** A store with a clock, and a mount that changes wholly from save to save. */
function makeHistory() {
  const clock = { now: 1e12 };
  const store = openPlainStore(() => clock.now);
  const dir = makeMount();
  writeFileSync(join(dir, "stays"), randomBytes(10_000));
  const add = async (scope: string, key: string): Promise<void> => {
    clock.now += hour;
    writeFileSync(join(dir, "changes"), randomBytes(1000));
    const result = await save(store, dir, { mount: { id: "gomod", scope, key }, now: clock.now });
    expect(result.kind).toBe("saved");
  };
  const prune = async (more: Partial<Parameters<typeof pruneStore>[0]> = {}) =>
    pruneStore({ store, keep: {}, now: clock.now, ...more });
  return { clock, store, dir, add, prune };
}

const keysIn = (store: PlainStore, prefix: string): string[] =>
  [...store.objects.keys()].filter((key) => key.startsWith(prefix)).sort();

describe("prune", () => {
  test("keeps the last ones of each scope, and deletes packs in a later run only", async () => {
    const { clock, store, add, prune } = makeHistory();
    for (const key of ["a", "b", "c"]) await add("main", key);
    await add("branch", "d");
    const first = await prune({ keep: { last: 1 } });
    expect(first).toMatchObject({ snapshots: ["v1/m/main/gomod/a", "v1/m/main/gomod/b"], keptSnapshots: 2, packs: [] });
    expect(first.waitingPacks).toHaveLength(1);
    expect(keysIn(store, "v1/m/")).toEqual(["v1/m/branch/gomod/d", "v1/m/main/gomod/c"]);
    clock.now += defaultGrace - 1;
    expect((await prune()).packs).toEqual([]);
    clock.now += 1;
    const last = await prune();
    expect(last.packs.map((pack) => pack.key)).toEqual(first.waitingPacks.map((pack) => pack.key));
    expect(last.freedBytes).toBeGreaterThan(999);
    expect((await verifySnapshots({ store })).broken).toEqual([]);
    clock.now += defaultGrace;
    expect(await prune()).toMatchObject({ packs: [], waitingPacks: [] });
    expect(keysIn(store, "v1/gc/")).toEqual([]);
  });

  test("a dry run says the same and does nothing", async () => {
    const { store, add, prune } = makeHistory();
    for (const key of ["a", "b"]) await add("main", key);
    const before = [...store.objects.keys()];
    const dry = await prune({ keep: { last: 1 }, dryRun: true });
    expect([...store.objects.keys()]).toEqual(before);
    expect(await prune({ keep: { last: 1 } })).toEqual(dry);
  });

  test("rules for some mounts leave the others alone, with the packs that both have", async () => {
    const { clock, store, dir, prune } = makeHistory();
    const addTo = async (id: string, key: string): Promise<void> => {
      clock.now += hour;
      const result = await save(store, dir, { mount: { id, scope: "main", key }, now: clock.now });
      expect(result.kind).toBe("saved");
    };
    for (const id of ["shop x  m", "other x  m"]) for (const key of ["a", "b"]) await addTo(id, key);
    const applies = (mount: string) => mount.startsWith("shop ");
    const keep = { maxAge: 0 };
    clock.now += hour;
    const first = await prune({ keep, applies });
    expect(first).toMatchObject({ keptSnapshots: 2, otherSnapshots: 2, waitingPacks: [] });
    expect(first.snapshots).toHaveLength(2);
    clock.now += defaultGrace;
    expect(await prune({ keep, applies })).toMatchObject({ snapshots: [], packs: [], keptSnapshots: 2 });
    expect((await verifySnapshots({ store })).broken).toEqual([]);
    expect((await prune({ keep })).snapshots).toHaveLength(2);
  });

  test("by age, whole scopes too", async () => {
    const { clock, store, add, prune } = makeHistory();
    await add("old branch", "a");
    clock.now += 100 * hour;
    await add("main", "b");
    await prune({ keep: { maxAge: 50 * hour } });
    expect(keysIn(store, "v1/m/")).toEqual(["v1/m/main/gomod/b"]);
  });

  test("by bytes, but never the newest of a scope", async () => {
    const { store, add, prune } = makeHistory();
    for (const key of ["a", "b", "c"]) await add("main", key);
    await add("branch", "d");
    expect((await prune({ keep: { maxBytes: 1_000_000 } })).snapshots).toEqual([]);
    await prune({ keep: { maxBytes: 1 } });
    expect(keysIn(store, "v1/m/")).toEqual(["v1/m/branch/gomod/d", "v1/m/main/gomod/c"]);
  });

  test("a pack that is used again in between stays", async () => {
    const { clock, store, dir, add, prune } = makeHistory();
    await add("main", "a");
    await add("main", "b");
    await prune({ keep: { last: 1 } });
    // Another machine saves the state of the snapshot that is gone: its pack is found in the store.
    const copy = makeMount();
    expect(await restore(store, copy, { mount: { id: "gomod", key: "b" } })).toMatchObject({ kind: "restored" });
    clock.now += defaultGrace;
    await add("main", "c");
    await prune();
    expect((await verifySnapshots({ store })).broken).toEqual([]);
    void dir;
  });

  test("where a manifest cannot be read, no pack is deleted", async () => {
    const { clock, store, add, prune } = makeHistory();
    await add("main", "a");
    await add("main", "b");
    store.objects.set("v1/m/main/gomod/c", { body: Buffer.from("of a later version"), modifiedAt: clock.now });
    await prune({ keep: { last: 1 } });
    clock.now += 2 * defaultGrace;
    expect(await prune()).toMatchObject({ packs: [], findings: [{ code: "BK5030" }] });
  });

  test("what others keep in the place is not touched", async () => {
    const { clock, store, add, prune } = makeHistory();
    await add("main", "a");
    for (const key of ["blobs/x", "v1/p/readme", "v2/p/00/x"])
      store.objects.set(key, { body: Buffer.from("x"), modifiedAt: 0 });
    await prune();
    clock.now += 2 * defaultGrace;
    await prune();
    expect(keysIn(store, "")).toEqual(expect.arrayContaining(["blobs/x", "v1/p/readme", "v2/p/00/x"]));
  });
});

test("the inventory", async () => {
  const { store, add } = makeHistory();
  await add("main", "a");
  await add("main", "b");
  await add("feature/x", "c");
  const { items, findings } = await listSnapshots({ store });
  expect(findings).toEqual([]);
  expect(items.map(({ scope, key, files, bytes }) => [scope, key, files, bytes])).toEqual([
    ["feature/x", "c", 2, 11_000],
    ["main", "b", 2, 11_000],
    ["main", "a", 2, 11_000],
  ]);
  expect(items[1]).toMatchObject({ packs: 2, sharedPacks: 1, parent: { key: "a" } });
  expect((await listSnapshots({ store, scope: "main" })).items).toHaveLength(2);
  expect((await listSnapshots({ store, mount: "gobuild" })).items).toEqual([]);
});

describe("verify", () => {
  test("names what is broken", async () => {
    const { store, add } = makeHistory();
    await add("main", "a");
    await add("main", "b");
    const [first = ""] = keysIn(store, "v1/p/");
    expect(await verifySnapshots({ store })).toMatchObject({ broken: [], sound: 2 });
    const found = store.objects.get(first);
    found?.body.fill(0, 100, 120);
    const { broken } = await verifySnapshots({ store });
    expect(broken.length).toBeGreaterThan(0);
    expect(broken.every(({ finding }) => finding.code === "BK5031")).toBe(true);
    store.objects.set("v1/m/main/gomod/a", { body: Buffer.from("x"), modifiedAt: 0 });
    expect((await verifySnapshots({ store, prefix: "v1/m/main/gomod/a" })).broken).toMatchObject([
      { finding: { code: "BK5030" } },
    ]);
  });
});

test("an exported snapshot is an archive that every tar reads", async () => {
  const store = openPlainStore();
  const [from, to] = [makeMount(), makeMount()];
  mkdirSync(join(from, "sub"));
  writeFileSync(join(from, "sub/file"), randomBytes(9_000_000));
  execFileSync("ln", [join(from, "sub/file"), join(from, "a")]);
  execFileSync("ln", ["-s", "nowhere", join(from, "sub/link")]);
  execFileSync("touch", ["-h", "-d", "@1000000000", join(from, "sub/link"), join(from, "sub")]);
  const result = await save(store, from);
  if (result.kind !== "saved") throw new Error(result.kind);
  const chunks: Buffer[] = [];
  for await (const chunk of exportSnapshot(result.saved.snapshot, { store })) chunks.push(chunk);
  execFileSync("tar", ["-x", "-p", "-C", to], { input: Buffer.concat(chunks) });
  expect(describeTree(to)).toEqual(describeTree(from));
});

describe("a store with many snapshots", () => {
  test("is listed and pruned without its entries in memory", async () => {
    const store = openPlainStore();
    const entries = Array.from({ length: 2_000 }, (_, index) => ({
      kind: "file" as const,
      path: `file ${String(index).padStart(5, "0")}`,
      uid: 0,
      gid: 0,
      mtime: 1,
      mode: 0o644,
      size: 0,
      blobs: [],
    }));
    const root = { mode: 0o755, uid: 0, gid: 0 };
    const ref = { mount: "m", scope: "main", key: "" };
    const content = { parent: null, created: 1, writer: { version: "0" }, root, packs: [], blobs: [], entries };
    const { bytes } = await writeManifest({ ...ref, ...content });
    const one = zstdDecompressSync(bytes).toString();
    const params = { [constants.ZSTD_c_checksumFlag]: 1 };
    for (let index = 0; index < 40; index += 1) {
      const manifest = zstdCompressSync(one.replace('"key":""', `"key":"k${index}"`), { params });
      await store.put(manifestKey({ ...ref, key: `k${index}` }), manifest);
    }
    const seen: unknown[] = [];
    const original = JSON.parse.bind(JSON);
    const parse = vi.spyOn(JSON, "parse").mockImplementation((text: string) => {
      const value: unknown = original(text);
      seen.push(value);
      return value;
    });
    await pruneStore({ store, keep: { last: 100 }, now: Date.now() });
    // A head of each, and no entry.
    expect(seen.filter((value) => typeof value === "object" && value !== null && "entries" in value)).toEqual([]);
    parse.mockRestore();
    const { items } = await listSnapshots({ store });
    expect(items).toHaveLength(40);
    expect(JSON.stringify(items).length).toBeLessThan(40_000);
    expect(items[0]).toMatchObject({ files: 2_000 });
  });
});
