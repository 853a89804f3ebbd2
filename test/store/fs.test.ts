import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createFsStore } from "../../src/store/fs.ts";
import { describeObjectStore } from "../contract/object-store.ts";
import { makeTempDir } from "../support/cleanup.ts";

const { signal } = new AbortController();
const open = (dir: string) => createFsStore({ backend: "disk", dir, signal });

describeObjectStore("folder", async () => {
  const dir = join(makeTempDir("store"), "not", "yet");
  return { open: async () => open(dir), age: async (key) => utimesSync(join(dir, key), 1_700_000_000, 1_700_000_000) };
});

test("objects are plain files, and nothing else is left", async () => {
  const dir = makeTempDir("store");
  const store = open(dir);
  await store.put("p/ab/c", Buffer.from("1"), { onlyIfAbsent: true });
  await store.put("p/ab/c", Buffer.from("2"), { onlyIfAbsent: true });
  await store.put("p/ab/c", Buffer.from("3"));
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.map(({ parentPath, name }) => join(parentPath, name))).toEqual([join(dir, "p/ab/c")]);
});

test("files that a killed process left are no objects, and go after a day", async () => {
  const dir = makeTempDir("store");
  mkdirSync(join(dir, ".unfinished"));
  const [old, young] = ["old", "young"].map((name) => join(dir, ".unfinished", name)) as [string, string];
  for (const path of [old, young]) writeFileSync(path, "half");
  const yesterday = Date.now() / 1_000 - 25 * 3_600;
  utimesSync(old, yesterday, yesterday);
  const store = open(dir);
  await store.put("k", Buffer.from("x"));
  const keys: string[] = [];
  for await (const { key } of store.list("")) keys.push(key);
  expect(keys).toEqual(["k"]);
  expect(readdirSync(join(dir, ".unfinished"))).toEqual(["young"]);
  await expect(store.get(".unfinished/young")).rejects.toThrow("no key");
});

test("a folder that cannot be used names the backend", async () => {
  const file = join(makeTempDir("store"), "file");
  writeFileSync(file, "x");
  const store = open(file);
  await expect(store.put("a", Buffer.from("x"))).rejects.toMatchObject({
    code: "BK5022",
    message: expect.stringMatching(/^backend "disk": .*file cannot be written/) as string,
  });
  expect(await store.get("a")).toBeNull();
  expect(statSync(file).isFile()).toBe(true);
});

test("a name that is no key is left out of a listing, and all else goes on", async () => {
  const dir = makeTempDir("store");
  const store = open(dir);
  await store.put("v1/m/good", Buffer.from("1"));
  mkdirSync(join(dir, "v1/m/bad\u0007folder"));
  for (const name of ["\u001b[2Jname", "new\nline", "bad\u0007folder/inner"])
    writeFileSync(join(dir, "v1/m", name), "x");
  const keys: string[] = [];
  for await (const { key } of store.list("v1/")) keys.push(key);
  expect(keys).toEqual(["v1/m/good"]);
});
