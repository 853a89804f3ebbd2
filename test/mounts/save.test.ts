import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { MountShell } from "../../src/builder/gateway/shell.ts";
import { saveMount } from "../../src/mounts/save.ts";
import { openLocalShell } from "../support/local-shell.ts";
import { openPlainStore, type PlainStore } from "../support/plain-store.ts";
import { expectSame, forget, makeMount, makeTree, noteOf, restore, save } from "./support.ts";

const mount = { id: "gomod", scope: "main" };
/** What has a bound is listed before anything is read. */
const bounded = { ...mount, key: null, maxSize: 1e12 };

/** A filled mount, saved once, and long enough ago that nothing counts as just changed. */
async function makeSaved(store: PlainStore): Promise<string> {
  const dir = makeMount();
  makeTree(dir);
  age(dir);
  expect(await save(store, dir)).toMatchObject({ kind: "saved" });
  // All files have an earlier ctime than the note then; what changes from here on has not.
  await new Promise((resolve) => setTimeout(resolve, 1_100 - (Date.now() % 1000)));
  const time = Math.floor(Date.now() / 1000);
  utimesSync(noteOf(dir) ?? "", time, time);
  return dir;
}

function age(dir: string): void {
  const time = 1_700_000_000;
  for (const path of readdirSync(dir, { recursive: true, encoding: "utf8" })) lutimesSync(join(dir, path), time, time);
}

describe("what a save writes", () => {
  test("nothing where nothing changed", async () => {
    const store = openPlainStore();
    const dir = await makeSaved(store);
    const before = store.written();
    expect(await save(store, dir)).toMatchObject({
      kind: "unchanged",
      snapshot: { mount: "gomod", scope: "main" },
      findings: [],
    });
    expect(store.written()).toBe(before);
  });

  test("only a manifest for another key", async () => {
    const store = openPlainStore();
    const dir = await makeSaved(store);
    const result = await save(store, dir, { mount: { ...mount, key: "other" } });
    expect(result).toMatchObject({ kind: "saved", contentBytes: 0, readBytes: 0, newPacks: 0 });
    await expectSame(store, dir);
  });

  test.each<readonly [string, (dir: string) => void, number]>([
    ["a changed file", (dir) => writeFileSync(join(dir, "d1/f1"), "changed"), 1],
    ["a new file", (dir) => writeFileSync(join(dir, "new"), "new"), 1],
    ["a file that is gone", (dir) => rmSync(join(dir, "d2/f2")), 0],
    ["a folder that is gone", (dir) => rmSync(join(dir, "d2"), { recursive: true }), 0],
    ["another name", (dir) => renameSync(join(dir, "d3/f3"), join(dir, "renamed")), 0],
    ["another time", (dir) => utimesSync(join(dir, "d1/f1"), 1_800_000_000, 1_800_000_000), 0],
    ["another mode", (dir) => execFileSync("chmod", ["700", join(dir, "d1/f1")]), 0],
    ["a copy", (dir) => execFileSync("cp", ["-a", join(dir, "d1"), join(dir, "copy")]), 0],
    ["another kind", (dir) => (rmSync(join(dir, "d1/f1")), mkdirSync(join(dir, "d1/f1"))), 0],
  ])("%s", async (_, change, newPacks) => {
    const store = openPlainStore();
    const dir = await makeSaved(store);
    change(dir);
    expect(await save(store, dir)).toMatchObject({ kind: "saved", newPacks, findings: [] });
    await expectSame(store, dir);
  });

  test("other contents of the same length and time", async () => {
    const store = openPlainStore();
    const dir = await makeSaved(store);
    writeFileSync(join(dir, "d1/f1"), "CONTENT 1\n".repeat(2));
    utimesSync(join(dir, "d1/f1"), 1_700_000_000, 1_700_000_000);
    expect(await save(store, dir)).toMatchObject({ kind: "saved", newPacks: 1 });
    await expectSame(store, dir);
  });

  test("a change right after a restore", async () => {
    const store = openPlainStore();
    await makeSaved(store);
    const dir = makeMount();
    await restore(store, dir);
    writeFileSync(join(dir, "d1/f1"), "CONTENT 1\n".repeat(2));
    utimesSync(join(dir, "d1/f1"), 1_700_000_000, 1_700_000_000);
    expect(await save(store, dir)).toMatchObject({ kind: "saved" });
    await expectSame(store, dir);
  });

  test("Go's build cache: new times of files that are named by their contents are not read", async () => {
    const store = openPlainStore();
    const dir = makeMount();
    const name = `${"ab".repeat(32)}-d`;
    mkdirSync(join(dir, "ab"));
    writeFileSync(join(dir, "ab", name), "object");
    writeFileSync(join(dir, "ab", `${"ab".repeat(32)}-a`), "action");
    age(dir);
    await save(store, dir);
    utimesSync(join(dir, "ab", name), 1_800_000_000, 1_800_000_000);
    expect(await save(store, dir)).toMatchObject({ kind: "saved", newPacks: 0 });
    await expectSame(store, dir);
  });
});

test("times that a snapshot cannot hold are cut, and nothing else is lost", async () => {
  const store = openPlainStore();
  const dir = makeMount();
  makeTree(dir);
  // Milliseconds, taken for seconds; some file systems cut them themselves.
  for (const path of ["d1", "d1/f1"]) utimesSync(join(dir, path), 2e12, 2e12);
  expect(await save(store, dir)).toMatchObject({ kind: "saved", findings: [] });
  const { mtimeMs } = statSync(join(dir, "d1/f1"));
  for (const path of ["d1", "d1/f1"]) utimesSync(join(dir, path), Math.min(2 ** 40, mtimeMs / 1000), 2 ** 40);
  await expectSame(store, dir);
  for (const path of ["d1", "d1/f1"]) utimesSync(join(dir, path), 2e12, 2e12);
  expect(await save(store, dir)).toMatchObject({ kind: "unchanged", findings: [] });
});

describe("keys", () => {
  test("one that exists costs no look at the mount", async () => {
    const store = openPlainStore();
    const dir = await makeSaved(store);
    await save(store, dir, { mount: { ...mount, key: "k" } });
    const shell: MountShell = {
      exec: () => {
        throw new Error("the mount was looked at");
      },
      close: async () => {},
    };
    const options = { store, shell, writer: { version: "1" }, now: Date.now() };
    expect(await saveMount({ ...options, mount: { ...mount, key: "k" } })).toMatchObject({ kind: "exists" });
  });

  test("overwrite", async () => {
    const store = openPlainStore();
    const dir = await makeSaved(store);
    await save(store, dir, { mount: { ...mount, key: "k" } });
    writeFileSync(join(dir, "new"), "new");
    const result = await save(store, dir, { mount: { ...mount, key: "k" }, overwrite: true });
    expect(result).toMatchObject({ kind: "saved" });
    await expectSame(store, dir);
  });

  test("a snapshot of another scope is built on", async () => {
    const store = openPlainStore();
    const dir = await makeSaved(store);
    forget(dir);
    const options = { mount: { id: "gomod", scope: "branch", key: null }, parentScopes: ["branch", "main"] };
    expect(await save(store, dir, options)).toMatchObject({ kind: "saved", newPacks: 0 });
    await expectSame(store, dir);
  });

  test("the manifest says who wrote it", async () => {
    const store = openPlainStore();
    const dir = await makeSaved(store);
    const writer = { version: "9.9.9", commit: "abc", run: "https://ci.test/1" };
    const result = await save(store, dir, { mount: { ...mount, key: "k" }, writer });
    expect(result).toMatchObject({ saved: { snapshot: { writer, parent: { scope: "main" } } } });
  });
});

describe("refusals and warnings", () => {
  test("an empty mount never takes the place of a full one", async () => {
    const store = openPlainStore();
    await makeSaved(store);
    const objects = store.objects.size;
    const empty = makeMount();
    mkdirSync(join(empty, "nothing in it"));
    for (const key of [null, "k"]) {
      const result = await save(store, empty, { mount: { ...mount, key } });
      expect(result).toMatchObject({ kind: "refused", findings: [{ code: "BK5035" }] });
    }
    expect(store.objects.size).toBe(objects);
  });

  test("an empty mount of an empty store", async () => {
    const store = openPlainStore();
    expect(await save(store, makeMount())).toMatchObject({ kind: "unchanged", snapshot: null, findings: [] });
    expect(store.objects.size).toBe(0);
  });

  test("one that shrank much is saved, and said", async () => {
    const store = openPlainStore();
    const dir = await makeSaved(store);
    for (const name of ["d1", "d2", "d3", "d4"]) rmSync(join(dir, name), { recursive: true });
    expect(await save(store, dir)).toMatchObject({ kind: "saved", findings: [{ code: "BK5036" }] });
  });

  test("maxSize leaves out the oldest files, with all their names", async () => {
    const store = openPlainStore();
    const dir = makeMount();
    for (const [index, name] of ["new", "old", "oldest"].entries()) {
      writeFileSync(join(dir, name), "x".repeat(1000));
      utimesSync(join(dir, name), 1_700_000_000 - index, 1_700_000_000 - index);
    }
    execFileSync("ln", [join(dir, "oldest"), join(dir, "other name")]);
    const result = await save(store, dir, { mount: { ...mount, key: null, maxSize: 2000 } });
    expect(result).toMatchObject({ kind: "saved", findings: [{ code: "BK5037" }] });
    const copy = makeMount();
    await restore(store, copy);
    expect(readdirSync(copy).sort()).toEqual(["new", "old"]);
    // What was left out is left out again, and nothing is written.
    expect(await save(store, dir, { mount: { ...mount, key: null, maxSize: 2000 } })).toMatchObject({
      kind: "unchanged",
    });
  });

  test.each(["damaged", "gone"])("a parent whose manifest is %s costs a whole save, no more", async (how) => {
    const store = openPlainStore();
    const dir = await makeSaved(store);
    const key = [...store.objects.keys()].find((each) => each.startsWith("v1/m/")) ?? "";
    if (how === "gone") store.objects.delete(key);
    else store.objects.set(key, { body: Buffer.from("damaged"), modifiedAt: 0 });
    writeFileSync(join(dir, "new"), "new");
    expect(await save(store, dir)).toMatchObject({ kind: "saved" });
    await expectSame(store, dir);
  });
});

/** Does something to the mount right before its files are read. */
function beforeReading(dir: string, change: (time: number) => void): MountShell {
  const shell = openLocalShell(dir);
  let times = 0;
  return {
    ...shell,
    exec(argv, { input, ...options } = {}) {
      if (input === undefined || !argv.some((text) => text.includes("tar -c")))
        return shell.exec(argv, { ...options, ...(input && { input }) });
      const changing = async function* () {
        let isFirst = true;
        for await (const chunk of input) {
          if (isFirst) change(++times);
          isFirst = false;
          yield chunk as Uint8Array;
        }
      };
      return shell.exec(argv, { ...options, input: changing() });
    },
  };
}

describe("files that change while they are read, after a listing", () => {
  test("one that stands still later is read again", async () => {
    const store = openPlainStore();
    const dir = makeMount();
    makeTree(dir);
    const shell = beforeReading(dir, (time) => time === 1 && appendFileSync(join(dir, "d1/f1"), "more"));
    expect(await save(store, dir, { shell, mount: bounded })).toMatchObject({ kind: "saved", findings: [] });
    await expectSame(store, dir);
  });

  test.each<readonly [string, (dir: string) => void]>([
    ["one that never stands still", (dir) => appendFileSync(join(dir, "d1/f1"), "more")],
    ["one that is gone", (dir) => rmSync(join(dir, "d1/f1"), { force: true })],
    [
      "one that became a folder",
      (dir) => (rmSync(join(dir, "d1/f1"), { recursive: true }), mkdirSync(join(dir, "d1/f1"))),
    ],
  ])("%s is left out, and said", async (_, change) => {
    const store = openPlainStore();
    const dir = makeMount();
    makeTree(dir);
    const shell = beforeReading(dir, () => change(dir));
    expect(await save(store, dir, { shell, mount: bounded })).toMatchObject({
      kind: "saved",
      findings: [{ code: "BK5034" }],
    });
    const copy = makeMount();
    await restore(store, copy);
    expect(readdirSync(join(copy, "d1"))).not.toContain("f1");
    expect(readdirSync(join(copy, "d2"))).toHaveLength(6);
  });

  test("an archive that is cut off in a file is no content", async () => {
    const store = openPlainStore();
    const dir = makeMount();
    makeTree(dir);
    const shell = openLocalShell(dir);
    let times = 0;
    const cutting: MountShell = {
      ...shell,
      async exec(argv, options = {}) {
        if (!argv.some((text) => text.includes("tar -c")) || ++times > 1) return shell.exec(argv, options);
        let left = 5000;
        const exit = await shell.exec(argv, {
          ...options,
          onOutput(piece) {
            const kept = piece.subarray(0, Math.max(0, left));
            left -= piece.length;
            return kept.length === 0 ? undefined : options.onOutput?.(kept);
          },
        });
        return { ...exit, exitCode: 123 };
      },
    };
    expect(await save(store, dir, { shell: cutting, mount: bounded })).toMatchObject({ kind: "saved", findings: [] });
    expect(times).toBe(2);
    await expectSame(store, dir);
  });

  test("a mount that cannot be read is an error, and nothing is written", async () => {
    const store = openPlainStore();
    const dir = makeMount();
    makeTree(dir);
    const shell = openLocalShell(dir);
    const failing: MountShell = {
      ...shell,
      exec: (argv, options) =>
        argv.some((text) => text.includes("tar -c"))
          ? shell.exec(["sh", "-c", "echo no >&2; exit 9"])
          : shell.exec(argv, options),
    };
    await expect(save(store, dir, { shell: failing })).rejects.toMatchObject({ code: "BK5032" });
    expect(store.objects.size).toBe(0);
  });
});

describe("stores that fail", () => {
  const failing = (store: PlainStore, what: "pack" | "manifest"): PlainStore => ({
    ...store,
    put: async (key, ...rest) => {
      if (key.startsWith("v1/m/") === (what === "manifest")) throw new Error("the store is gone");
      return store.put(key, ...rest);
    },
  });

  test.each(["pack", "manifest"] as const)("at a %s: no snapshot, and the next save makes one", async (what) => {
    const store = openPlainStore();
    const dir = makeMount();
    makeTree(dir);
    await expect(save(failing(store, what), dir)).rejects.toThrow("the store is gone");
    expect([...store.objects.keys()].filter((key) => key.startsWith("v1/m/"))).toEqual([]);
    expect(await save(store, dir)).toMatchObject({ kind: "saved" });
    await expectSame(store, dir);
  });

  test("an abort ends it", async () => {
    const store = openPlainStore();
    const dir = makeMount();
    makeTree(dir);
    const aborter = new AbortController();
    const shell = beforeReading(dir, () => aborter.abort());
    await expect(save(store, dir, { shell, mount: bounded, signal: aborter.signal })).rejects.toMatchObject({
      name: "AbortError",
    });
    expect([...store.objects.keys()].filter((key) => key.startsWith("v1/m/"))).toEqual([]);
  });
});

test("savers of one key at once: one snapshot, one set of packs", async () => {
  const store = openPlainStore();
  const dirs = Array.from({ length: 8 }, makeMount);
  for (const dir of dirs) {
    makeTree(dir);
    age(dir);
  }
  const results = await Promise.all(dirs.map((dir) => save(store, dir, { mount: { ...mount, key: "k" } })));
  expect(results.map((result) => result.kind).sort()).toEqual([...Array.from({ length: 7 }, () => "exists"), "saved"]);
  expect(store.objects.size).toBe(2);
  for (const dir of dirs) forget(dir);
  await expectSame(store, dirs[0] ?? "");
});

describe("a mount that may lack what was saved before", () => {
  const namesIn = (dir: string) => readdirSync(dir, { recursive: true, encoding: "utf8" }).sort();
  /** A store with a snapshot of these files, and an empty mount. */
  const makeLacking = async (files: Readonly<Record<string, string>>) => {
    const store = openPlainStore();
    const from = makeMount();
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(from, path)), { recursive: true });
      writeFileSync(join(from, path), content);
    }
    expect(await save(store, from)).toMatchObject({ kind: "saved", keptFiles: 0 });
    return { store, from, dir: makeMount() };
  };
  const restored = async (store: PlainStore) => {
    const copy = makeMount();
    expect(await restore(store, copy)).toMatchObject({ kind: "restored", findings: [] });
    return copy;
  };

  test("is saved on top of that: what the builder has wins", async () => {
    const { store, dir } = await makeLacking({ a: "old a", "d/b": "b", "e/c": "c" });
    writeFileSync(join(dir, "a"), "a");
    writeFileSync(join(dir, "e"), "no folder any more");
    const result = await save(store, dir, { isIncomplete: true });
    expect(result).toMatchObject({ kind: "saved", keptFiles: 1, saved: { snapshot: { parent: { scope: "main" } } } });
    const copy = await restored(store);
    expect(namesIn(copy)).toEqual(["a", "d", "d/b", "e"]);
    expect(["a", "d/b", "e"].map((path) => readFileSync(join(copy, path), "utf8"))).toEqual([
      "a",
      "b",
      "no folder any more",
    ]);
  });

  test("stays one for the next save, until it is restored", async () => {
    const { store, dir } = await makeLacking({ a: "a", b: "b" });
    writeFileSync(join(dir, "c"), "c");
    expect(await save(store, dir, { isIncomplete: true })).toMatchObject({ kind: "saved", keptFiles: 2 });
    expect(await save(store, dir)).toMatchObject({ kind: "unchanged" });
    writeFileSync(join(dir, "d"), "d");
    expect(await save(store, dir)).toMatchObject({ kind: "saved", keptFiles: 2 });
    expect(namesIn(await restored(store))).toEqual(["a", "b", "c", "d"]);
    expect(await restore(store, dir, { replace: true })).toMatchObject({ kind: "restored" });
    rmSync(join(dir, "a"));
    expect(await save(store, dir)).toMatchObject({ kind: "saved", keptFiles: 0 });
    expect(namesIn(await restored(store))).toEqual(["b", "c", "d"]);
  });

  test("and is empty changes nothing", async () => {
    const { store, dir } = await makeLacking({ a: "a" });
    const objects = store.objects.size;
    expect(await save(store, dir, { isIncomplete: true })).toMatchObject({ kind: "unchanged", findings: [] });
    expect(store.objects.size).toBe(objects);
  });

  test("keeps of it what maxSize has room for, the youngest first", async () => {
    const { store, from, dir } = await makeLacking({ old: "x".repeat(1000), young: "y".repeat(1000) });
    utimesSync(join(from, "old"), 1_600_000_000, 1_600_000_000);
    expect(await save(store, from)).toMatchObject({ kind: "saved" });
    writeFileSync(join(dir, "new"), "z".repeat(500));
    const bound = { mount: { ...mount, key: null, maxSize: 1600 }, isIncomplete: true };
    expect(await save(store, dir, bound)).toMatchObject({ kind: "saved", keptFiles: 1 });
    expect(namesIn(await restored(store))).toEqual(["new", "young"]);
  });

  test("keeps the other names of a file, also where the first is of another one now", async () => {
    const { store, from, dir } = await makeLacking({ first: "content" });
    for (const name of ["second", "third"]) linkSync(join(from, "first"), join(from, name));
    expect(await save(store, from)).toMatchObject({ kind: "saved" });
    writeFileSync(join(dir, "first"), "another");
    expect(await save(store, dir, { isIncomplete: true })).toMatchObject({ kind: "saved", keptFiles: 2 });
    const copy = await restored(store);
    expect(["first", "second", "third"].map((name) => readFileSync(join(copy, name), "utf8"))).toEqual([
      "another",
      "content",
      "content",
    ]);
  });
});

describe("a mount whose files have other mtimes, and nothing else", () => {
  const day = 86_400;
  const begin = async () => {
    const [store, dir] = [openPlainStore(), makeMount()];
    const names = ["a", "d/b"];
    mkdirSync(join(dir, "d"), { recursive: true });
    for (const name of names) writeFileSync(join(dir, name), `content of ${name}`);
    const first = await save(store, dir);
    if (first.kind !== "saved") throw new Error(first.kind);
    const at = Date.now() / 1000;
    const rewrite = (seconds: number) => {
      for (const name of names) {
        rmSync(join(dir, name));
        writeFileSync(join(dir, name), `content of ${name}`);
        utimesSync(join(dir, name), at, at + seconds);
      }
    };
    return { rewrite, again: () => save(store, dir, { parent: first.saved }), written: () => store.written() };
  };

  test("is not saved anew in the same day, so that a build which rewrites equal contents costs nothing", async () => {
    const { rewrite, again, written } = await begin();
    const before = written();
    for (const seconds of [-3_600, 3_600, day - 60]) {
      rewrite(seconds);
      expect(await again()).toMatchObject({ kind: "unchanged" });
    }
    expect(written()).toBe(before);
  });

  test("is saved once they are off by more than a day: programs delete by them", async () => {
    const { rewrite, again } = await begin();
    rewrite(day + 60);
    expect(await again()).toMatchObject({ kind: "saved", newPacks: 0, contentBytes: 0 });
  });
});
