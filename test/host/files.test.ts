import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { readIfThere, realpathIfThere, writeAtomically } from "../../src/host/files.ts";
import { makeTempDir } from "../support/cleanup.ts";

const dir = makeTempDir("files");

test("readIfThere: the text, or null", () => {
  writeFileSync(join(dir, "there"), "ö");
  expect(readIfThere(join(dir, "there"))).toBe("ö");
  expect(readIfThere(join(dir, "gone"))).toBeNull();
  expect(() => readIfThere(dir)).toThrow("EISDIR");
});

test("realpathIfThere follows links", () => {
  symlinkSync(dir, join(dir, "self"));
  expect(realpathIfThere(join(dir, "self"))).toBe(dir);
  expect(realpathIfThere(join(dir, "gone"))).toBeNull();
});

test("writeAtomically makes a file and leaves nothing else", async () => {
  const folder = join(dir, "new");
  mkdirSync(folder);
  await expect(writeAtomically(join(folder, "a"), "1")).resolves.toBe(true);
  expect(readFileSync(join(folder, "a"), "utf8")).toBe("1");
  expect(readdirSync(folder)).toEqual(["a"]);
});

test("writeAtomically does not touch a file with the same bytes", async () => {
  const path = join(dir, "same");
  writeFileSync(path, "1");
  utimesSync(path, 1, 1);
  const { ino } = statSync(path);
  await expect(writeAtomically(path, "1")).resolves.toBe(false);
  expect(statSync(path)).toMatchObject({ ino, mtimeMs: 1000 });
});

test("writeAtomically keeps the mode and replaces the file whole", async () => {
  const path = join(dir, "mode");
  writeFileSync(path, "1");
  chmodSync(path, 0o640);
  const { ino } = statSync(path);
  await expect(writeAtomically(path, "2")).resolves.toBe(true);
  expect(statSync(path).mode & 0o7777).toBe(0o640);
  expect(statSync(path).ino).not.toBe(ino);
});

test("writeAtomically writes through a link", async () => {
  const path = join(dir, "target");
  writeFileSync(path, "1");
  symlinkSync("target", join(dir, "link"));
  await writeAtomically(join(dir, "link"), "2");
  expect(lstatSync(join(dir, "link")).isSymbolicLink()).toBe(true);
  expect(readFileSync(path, "utf8")).toBe("2");
});

test.each(["pipe", "to-pipe"])("writeAtomically puts no file in the place of a pipe: %s", async (name) => {
  const folder = makeTempDir("pipe");
  execFileSync("mkfifo", [join(folder, "pipe")]);
  symlinkSync("pipe", join(folder, "to-pipe"));
  const reader = spawn("cat", [join(folder, "pipe")], { stdio: ["ignore", "pipe", "inherit"] });
  const read = text(reader.stdout);
  await expect(writeAtomically(join(folder, name), "1")).resolves.toBe(true);
  await expect(read).resolves.toBe("1");
  expect(lstatSync(join(folder, "pipe")).isFIFO()).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(["pipe", "to-pipe"]);
});

test.runIf(process.getuid?.() === 0)("writeAtomically leaves a device as it is", async () => {
  const path = join(dir, "null");
  execFileSync("mknod", [path, "c", "1", "3"]);
  await expect(writeAtomically(path, "1")).resolves.toBe(true);
  expect(lstatSync(path).isCharacterDevice()).toBe(true);
});

test("writeAtomically adds to an output that is open, and leaves what it leads to in its place", async () => {
  const path = join(dir, "log");
  writeFileSync(path, "before\n");
  const { ino } = statSync(path);
  const fd = openSync(path, "a");
  await expect(writeAtomically(`/proc/self/fd/${fd}`, "report\n")).resolves.toBe(true);
  writeSync(fd, "after\n");
  closeSync(fd);
  expect(readFileSync(path, "utf8")).toBe("before\nreport\nafter\n");
  expect(statSync(path).ino).toBe(ino);
});

test("many writers at once leave one whole file", async () => {
  const path = join(dir, "busy");
  const contents = Array.from({ length: 20 }, (_, index) => String(index).repeat(100_000));
  await Promise.all(contents.map((content) => writeAtomically(path, content)));
  expect(contents).toContain(readFileSync(path, "utf8"));
  expect(readdirSync(dir).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("what cannot be written is BK3003 and leaves nothing", async () => {
  await expect(writeAtomically(join(dir, "none", "a"), "1")).rejects.toMatchObject({ code: "BK3003" });
  mkdirSync(join(dir, "folder"));
  await expect(writeAtomically(join(dir, "folder"), "1")).rejects.toMatchObject({ code: "BK3003" });
  expect(existsSync(join(dir, "none"))).toBe(false);
});
