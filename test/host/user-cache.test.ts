import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keepFile, userCachePath } from "../../src/host/user-cache.ts";
import { makeTempDir } from "../support/cleanup.ts";

test("lies where XDG says, but for a relative path", () => {
  expect(userCachePath({ HOME: "/home/a" }, "x")).toBe("/home/a/.cache/bkcache/x");
  expect(userCachePath({ HOME: "/home/a", XDG_CACHE_HOME: "/c" }, "x")).toBe("/c/bkcache/x");
  expect(userCachePath({ HOME: "/home/a", XDG_CACHE_HOME: "c" }, "x")).toBe("/home/a/.cache/bkcache/x");
});

test("a file is replaced whole, for its owner alone, in a folder that is made", async () => {
  const file = join(makeTempDir("cache"), "deep", "er", "a.json");
  await keepFile(file, "one", { maxBytes: 100 });
  await keepFile(file, Buffer.from("two"), { maxBytes: 100 });
  expect(readFileSync(file, "utf8")).toBe("two");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(file, ".."))).toEqual(["a.json"]);
});

test("what was written first goes first where all together are too much", async () => {
  const dir = makeTempDir("cache");
  for (const [index, name] of ["b", "a", "left-behind.tmp", "c"].entries()) {
    writeFileSync(join(dir, name), "x".repeat(40));
    utimesSync(join(dir, name), index + 1, index + 1);
  }
  await keepFile(join(dir, "new"), "x".repeat(40), { maxBytes: 120 });
  expect(readdirSync(dir).toSorted()).toEqual(["c", "left-behind.tmp", "new"]);
});

test("where it cannot be written nothing is left", async () => {
  const dir = makeTempDir("cache");
  writeFileSync(join(dir, "file"), "");
  await expect(keepFile(join(dir, "file", "a"), "x", { maxBytes: 100 })).rejects.toThrow("EEXIST");
  expect(readdirSync(dir)).toEqual(["file"]);
});
