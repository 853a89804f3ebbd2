import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { MountShell } from "../../src/builder/gateway/shell.ts";
import { openLocalShell } from "../support/local-shell.ts";
import { openPlainStore, type PlainStore } from "../support/plain-store.ts";
import { describeTree, makeMount, noteOf, restore, save, withoutCpio } from "./support.ts";

/** A mount with two packs of noise, and names that make folders. */
function makeTree(dir: string, mark = "a"): void {
  mkdirSync(join(dir, "sub/inner"), { recursive: true });
  writeFileSync(join(dir, "mark"), mark);
  for (let index = 0; index < 3; index++) writeFileSync(join(dir, "sub/inner", `f${index}`), randomBytes(3_500_000));
  writeFileSync(join(dir, "sub/text"), "text ".repeat(50_000));
}

async function makeStore(clock: { now: number } = { now: 1e12 }): Promise<{ store: PlainStore; dir: string }> {
  const store = openPlainStore(() => clock.now);
  const dir = makeMount();
  makeTree(dir);
  expect(await save(store, dir)).toMatchObject({ kind: "saved", newPacks: 2 });
  return { store, dir };
}

const packsOf = (store: PlainStore): string[] => [...store.objects.keys()].filter((key) => key.startsWith("v1/p/"));

describe("which snapshot", () => {
  const keysOf = async (more: Parameters<typeof restore>[2]) => {
    const clock = { now: 1e12 };
    const store = openPlainStore(() => (clock.now += 1000));
    for (const [scope, key] of [
      ["main", "k1"],
      ["branch", "k2"],
      ["main", "k3"],
      ["other", "k1"],
    ] as const) {
      const dir = makeMount();
      writeFileSync(join(dir, "mark"), `${scope} ${key}`);
      await save(store, dir, { mount: { id: "gomod", scope, key } });
    }
    const result = await restore(store, makeMount(), more);
    return result.kind === "restored" ? `${result.loaded.snapshot.scope} ${result.loaded.snapshot.key}` : result.kind;
  };

  test.each<readonly [string, Parameters<typeof restore>[2], string]>([
    ["the key", { mount: { id: "gomod", key: "k1" }, scopes: ["branch", "main"] }, "main k1"],
    ["the key, in the nearest scope", { mount: { id: "gomod", key: "k1" }, scopes: ["other", "main"] }, "other k1"],
    [
      "the newest of the nearest scope",
      { mount: { id: "gomod", key: "none" }, scopes: ["branch", "main"] },
      "branch k2",
    ],
    ["the newest of the next scope", { mount: { id: "gomod", key: null }, scopes: ["empty", "main"] }, "main k3"],
    ["none of another mount", { mount: { id: "gobuild", key: null }, scopes: ["main"] }, "miss"],
    ["none of another scope", { mount: { id: "gomod", key: "k2" }, scopes: ["empty"] }, "miss"],
  ])("%s", async (_, more, expected) => {
    expect(await keysOf(more)).toBe(expected);
  });
});

describe("what is wrong with a snapshot is a miss, and the mount stays as it was", () => {
  test.each<readonly [string, string, (store: PlainStore) => void]>([
    ["a missing pack", "BK5031", (store) => void store.objects.delete(packsOf(store)[0] ?? "")],
    ["a missing last pack", "BK5031", (store) => void store.objects.delete(packsOf(store).at(-1) ?? "")],
    ["a truncated pack", "BK5031", (store) => damage(store, packsOf(store)[0], (body) => body.subarray(0, -1))],
    ["an empty pack", "BK5031", (store) => damage(store, packsOf(store)[0], () => Buffer.alloc(0))],
    ["a pack that grew", "BK5031", (store) => damage(store, packsOf(store)[0], (body) => Buffer.concat([body, body]))],
    ["a flipped bit", "BK5031", (store) => damage(store, packsOf(store).at(-1), flip)],
    [
      "another pack in its place",
      "BK5031",
      (store) => damage(store, packsOf(store)[0], () => bodyOf(store, packsOf(store)[1])),
    ],
    ["a flipped bit of the manifest", "BK5030", (store) => damage(store, manifestOf(store), flip)],
    [
      "half a manifest",
      "BK5030",
      (store) => damage(store, manifestOf(store), (body) => body.subarray(0, body.length / 2)),
    ],
    ["a manifest of another mount", "BK5030", (store) => rename(store, manifestOf(store), "v1/m/main/gomod/moved")],
  ])("%s", async (_, code, spoil) => {
    const { store } = await makeStore();
    spoil(store);
    const dir = makeMount();
    expect(await restore(store, dir)).toMatchObject({ kind: "miss", findings: [{ code }] });
    expect(readdirSync(dir)).toEqual([]);
  });

  test("the one before is taken", async () => {
    const clock = { now: 1e12 };
    const { store, dir } = await makeStore(clock);
    const before = describeTree(dir);
    clock.now += 60_000;
    writeFileSync(join(dir, "new"), "new");
    const result = await save(store, dir);
    if (result.kind !== "saved") throw new Error(result.kind);
    damage(store, result.saved.objectKey, flip);
    const copy = makeMount();
    expect(await restore(store, copy)).toMatchObject({ kind: "restored", findings: [{ code: "BK5030" }] });
    expect(describeTree(copy)).toEqual(before);
  });

  test("also where a pack of the newest is missing, which shows in the middle", async () => {
    const clock = { now: 1e12 };
    const { store, dir } = await makeStore(clock);
    const before = describeTree(dir);
    const packs = packsOf(store);
    clock.now += 60_000;
    writeFileSync(join(dir, "new"), "new");
    expect(await save(store, dir)).toMatchObject({ kind: "saved" });
    for (const key of packsOf(store)) if (!packs.includes(key)) store.objects.delete(key);
    const copy = makeMount();
    expect(await restore(store, copy)).toMatchObject({ kind: "restored", findings: [{ code: "BK5031" }] });
    expect(describeTree(copy)).toEqual(before);
  });

  test("also with other contents in the mount, that were to be replaced", async () => {
    const { store } = await makeStore();
    store.objects.delete(packsOf(store).at(-1) ?? "");
    const dir = makeMount();
    makeTree(dir, "kept");
    const before = describeTree(dir);
    expect(await restore(store, dir, { replace: true })).toMatchObject({ kind: "miss" });
    expect(describeTree(dir)).toEqual(before);
    expect(readdirSync(dir)).not.toContain(".bkcache-restore");
  });
});

function damage(store: PlainStore, key: string | undefined, change: (body: Buffer) => Buffer): void {
  const body = change(bodyOf(store, key));
  // As old as it was: of two that are equally old nobody knows which is the newer.
  store.objects.set(key ?? "", { body, modifiedAt: store.objects.get(key ?? "")?.modifiedAt ?? 1e12 });
}
function bodyOf(store: PlainStore, key: string | undefined): Buffer {
  const found = store.objects.get(key ?? "");
  if (found === undefined) throw new Error(`no object ${key}`);
  return found.body;
}
function flip(body: Buffer): Buffer {
  const flipped = Buffer.from(body);
  // The end: elsewhere zstd has bits that mean nothing, and what decodes to the same is no damage.
  const at = flipped.length - 1;
  flipped[at] = (flipped[at] ?? 0) ^ 4;
  return flipped;
}
function manifestOf(store: PlainStore): string {
  return [...store.objects.keys()].find((key) => key.startsWith("v1/m/")) ?? "";
}
function rename(store: PlainStore, from: string, to: string): void {
  const found = store.objects.get(from);
  store.objects.delete(from);
  if (found !== undefined) store.objects.set(to, found);
}

describe("a mount that holds something", () => {
  test("is left alone", async () => {
    const { store } = await makeStore();
    const dir = makeMount();
    writeFileSync(join(dir, "of a build"), "x");
    expect(await restore(store, dir)).toMatchObject({ kind: "present", snapshot: null });
    expect(readdirSync(dir)).toEqual(["of a build"]);
  });

  test("of a snapshot says so", async () => {
    const { store } = await makeStore();
    const dir = makeMount();
    await restore(store, dir);
    expect(await restore(store, dir)).toMatchObject({ kind: "present", snapshot: { mount: "gomod", scope: "main" } });
    // The stamp is of another mount's snapshot.
    const other = await restore(store, dir, { mount: { id: "other", key: null } });
    expect(other).toMatchObject({ kind: "present", snapshot: null });
  });

  test("gives way where that is asked for", async () => {
    const { store, dir: from } = await makeStore();
    const dir = makeMount();
    mkdirSync(join(dir, "sub/of a build"), { recursive: true });
    writeFileSync(join(dir, ".hidden"), "x");
    expect(await restore(store, dir, { replace: true })).toMatchObject({ kind: "restored" });
    expect(describeTree(dir)).toEqual(describeTree(from));
  });

  test("but what is noted of it is nothing", async () => {
    const { store, dir: from } = await makeStore();
    const dir = makeMount();
    await restore(store, dir);
    for (const name of readdirSync(dir)) rmSync(join(dir, name), { recursive: true });
    expect(await restore(store, dir)).toMatchObject({ kind: "restored" });
    expect(describeTree(dir)).toEqual(describeTree(from));
  });
});

describe("what a machine that stopped left behind is put right by the next run", () => {
  test.each<readonly [string, (dir: string) => void, "present" | "restored"]>([
    ["while unpacking into an empty mount", (dir) => keepOnly(dir, ".bkcache-restore"), "restored"],
    ["while wiping", (dir) => (keepOnly(dir, ".bkcache-wipe"), writeFileSync(join(dir, "old"), "x")), "present"],
    ["before moving", (dir) => keepOnly(dir, ".bkcache-swap"), "present"],
    ["while moving", (dir) => moveSome(dir), "present"],
    [
      "while moving, and a build came",
      (dir) => (moveSome(dir), mkdirSync(join(dir, "sub/of a build"), { recursive: true })),
      "present",
    ],
    ["before the stamp", (dir) => (mkdirSync(join(dir, ".bkcache-swap")), takeNote(dir, ".bkcache-swap")), "present"],
    ["after the stamp", (dir) => mkdirSync(join(dir, ".bkcache-swap")), "present"],
    ["of an older version, which kept the stamp in the mount", (dir) => takeNote(dir, "."), "present"],
  ])("%s", async (_, stop, expected) => {
    const { store, dir: from } = await makeStore();
    const dir = makeMount();
    await restore(store, dir);
    stop(dir);
    expect(await restore(store, dir)).toMatchObject({ kind: expected });
    expect(describeTree(dir)).toEqual(describeTree(from));
    expect(readFileSync(noteOf(dir) ?? "", "utf8")).toContain('"mount":"gomod"');
  });

  test("a save finishes it first", async () => {
    const { store } = await makeStore();
    const dir = makeMount();
    await restore(store, dir);
    moveSome(dir);
    expect(await save(store, dir)).toMatchObject({ kind: "unchanged" });
  });

  /** As if everything, the stamp too, stood in this folder still. */
  function keepOnly(dir: string, folder: string): void {
    mkdirSync(join(dir, folder));
    for (const name of readdirSync(dir)) if (name !== folder) renameSync(join(dir, name), join(dir, folder, name));
    takeNote(dir, folder);
  }
  function moveSome(dir: string): void {
    mkdirSync(join(dir, ".bkcache-swap"));
    renameSync(join(dir, "sub"), join(dir, ".bkcache-swap/sub"));
    takeNote(dir, ".bkcache-swap");
  }
  function takeNote(dir: string, folder: string): void {
    renameSync(noteOf(dir) ?? "", join(dir, folder, ".bkcache"));
  }
});

describe("a builder that cannot take it", () => {
  test("no room", async () => {
    const { store } = await makeStore();
    const dir = makeMount();
    const shell = openLocalShell(dir, { maxFileBytes: 1 << 20 });
    expect(await restore(store, dir, { shell })).toMatchObject({ kind: "failed", findings: [{ code: "BK5033" }] });
    expect(readdirSync(dir)).toEqual([]);
  });

  test.each([
    ["all of it", () => 0],
    ["all but the line before it", () => 10],
    ["half of it", (bytes: number) => Math.floor(bytes / 2)],
    ["what comes after the files", (bytes: number) => bytes - 8192],
    ["its last byte", (bytes: number) => bytes - 1025],
  ])("an archive that loses %s on the way is not taken for whole", async (_, cutAt) => {
    const { store } = await makeStore();
    const seen: { bytes: number; at: number } = { bytes: 0, at: Infinity };
    const cutting = (dir: string): MountShell => {
      const shell = openLocalShell(dir);
      return {
        ...shell,
        exec(argv, { input, ...options } = {}) {
          const cut = (async function* () {
            seen.bytes = 0;
            for await (const piece of input as AsyncIterable<Uint8Array>) {
              yield piece.subarray(0, Math.max(0, seen.at - seen.bytes));
              seen.bytes += piece.length;
            }
          })();
          return shell.exec(argv, { ...options, ...(input && { input: cut }) });
        },
      };
    };
    const entire = makeMount();
    expect(await restore(store, entire, { shell: cutting(entire) })).toMatchObject({ kind: "restored" });
    seen.at = cutAt(seen.bytes);
    const dir = makeMount();
    expect(await restore(store, dir, { shell: cutting(dir) })).toMatchObject({ kind: "failed" });
    expect(readdirSync(dir)).toEqual([]);
  });

  test.each(["cpio", "tar"])("a busybox with and without cpio is sent what it can read: %s", async (format) => {
    const { store } = await makeStore();
    const dir = makeMount();
    const shell = openLocalShell(dir);
    let line = "";
    const watched: MountShell = {
      ...shell,
      exec(argv, { input, ...options } = {}) {
        const watching = (async function* () {
          for await (const piece of input as AsyncIterable<Uint8Array>) {
            line ||= Buffer.from(piece).toString("latin1");
            yield piece;
          }
        })();
        return shell.exec(argv, { ...options, ...(input && { input: watching }) });
      },
    };
    const used = format === "cpio" ? watched : withoutCpio(watched);
    expect(await restore(store, dir, { shell: used })).toMatchObject({ kind: "restored" });
    expect(line.split(" ")[0]).toBe(format);
    expect(await save(store, dir)).toMatchObject({ kind: "unchanged" });
  });

  test("what a save that was cut off has left does not make a mount look full", async () => {
    const { store } = await makeStore();
    const dir = makeMount();
    for (const name of [".bkcache-stamp", ".bkcache-began", ".bkcache-changed"])
      writeFileSync(join(dir, name), "./a\0");
    expect(await restore(store, dir)).toMatchObject({ kind: "restored" });
    expect(readdirSync(dir).filter((name) => name.startsWith(".bkcache"))).toEqual([]);
  });

  test("an abort leaves the mount as it was", async () => {
    const { store } = await makeStore();
    const dir = makeMount();
    const aborter = new AbortController();
    const slow: PlainStore = {
      ...store,
      get: async (key, options) => {
        if (key.startsWith("v1/p/")) aborter.abort();
        return store.get(key, options);
      },
    };
    await expect(restore(slow, dir, { signal: aborter.signal })).rejects.toMatchObject({ name: "AbortError" });
    expect(readdirSync(dir)).toEqual([]);
  });
});

test("progress comes to its end", async () => {
  const { store } = await makeStore();
  let last: unknown;
  await restore(store, makeMount(), { onProgress: (progress) => (last = progress) });
  expect(last).toMatchObject({ bytes: 3 * 3_500_000 + 250_001, totalBytes: 3 * 3_500_000 + 250_001, files: 5 });
});

test("a snapshot with more than the limits allow is a miss", async () => {
  const { store } = await makeStore();
  const dir = makeMount();
  const limits = { maxBytes: 1 << 20, maxEntries: 3, maxContentBytes: 1 << 30 };
  expect(await restore(store, dir, { limits })).toMatchObject({ kind: "miss", findings: [{ code: "BK5030" }] });
});

test("the store is asked for a pack once", async () => {
  const { store } = await makeStore();
  const asked: string[] = [];
  const counting: PlainStore = { ...store, get: async (key, options) => (asked.push(key), store.get(key, options)) };
  await restore(counting, makeMount());
  expect(asked.sort()).toEqual([...store.objects.keys()].sort());
});
