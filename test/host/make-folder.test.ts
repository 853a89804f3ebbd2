import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../../src/host/make-folder.ts";
import { createFsStore } from "../../src/store/fs.ts";
import { makeTempDir } from "../support/cleanup.ts";

test("all that is missing is made, by many at once too", async () => {
  const dir = makeTempDir("folder");
  const path = join(dir, "a/b/c/d");
  await Promise.all(Array.from({ length: 20 }, () => makeFolder(path)));
  expect(statSync(path).isDirectory()).toBe(true);
  await makeFolder(dir);
  mkdirSync(join(dir, "x"));
  await makeFolder(join(dir, "x/y"));
});

test("a file in the place of a folder, or above it, is a failure", async () => {
  const file = join(makeTempDir("folder"), "file");
  writeFileSync(file, "");
  await expect(makeFolder(file)).rejects.toMatchObject({ code: "EEXIST" });
  await expect(makeFolder(join(file, "a/b"))).rejects.toMatchObject({ code: "ENOTDIR" });
});

test.runIf(process.platform === "linux")("below /proc, where nothing can be made, it ends at once", async () => {
  await expect(makeFolder("/proc/bkcache/cache/x")).rejects.toMatchObject({ code: "ENOENT" });
  const store = createFsStore({ backend: "disk", dir: "/proc/x/y", signal: new AbortController().signal });
  await expect(store.put("a/b", Buffer.from("x"))).rejects.toMatchObject({
    code: "BK5022",
    message: 'backend "disk": /proc/x/y cannot be written (ENOENT)',
  });
  expect(await store.get("a/b")).toBeNull();
});
