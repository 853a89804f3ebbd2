import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { prepareReport, withReportFolder } from "../../src/outcome/prepare-report.ts";
import { makeTempDir } from "../support/cleanup.ts";

const prepare = (cwd: string, report: string | undefined = "r.json") => prepareReport({ cwd }, report);

test("makes the folder, and removes what an earlier run left", async () => {
  const dir = makeTempDir("report");
  await prepare(dir, "a/b/r.json");
  expect(existsSync(join(dir, "a/b"))).toBe(true);
  writeFileSync(join(dir, "a/b/r.json"), "{}");
  await prepare(dir, "a/b/r.json");
  expect(existsSync(join(dir, "a/b/r.json"))).toBe(false);
});

test("where no build comes to a report, the folders made for it go, and no others", async () => {
  const dir = makeTempDir("report");
  mkdirSync(join(dir, "there"));
  const failure = new Error("no build");
  const run = (report: string, build: () => Promise<void>) => withReportFolder({ cwd: dir }, report, build);
  await expect(run("there/a/b/r.json", () => Promise.reject(failure))).rejects.toBe(failure);
  await expect(run("there/r.json", () => Promise.reject(failure))).rejects.toBe(failure);
  expect(readdirSync(dir, { recursive: true })).toEqual(["there"]);
  await run("c/d/r.json", async () => writeFileSync(join(dir, "c/d/r.json"), "{}"));
  expect(existsSync(join(dir, "c/d/r.json"))).toBe(true);
});

test("empties what a link leads to, and leaves the link", async () => {
  const dir = makeTempDir("report");
  writeFileSync(join(dir, "kept.json"), "{}");
  symlinkSync("kept.json", join(dir, "r.json"));
  await prepare(dir);
  expect(lstatSync(join(dir, "r.json")).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(dir, "kept.json"), "utf8")).toBe("");
});

test("leaves a device alone, and does nothing without a report", async () => {
  await prepare("/", "/dev/null");
  expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
  await expect(prepareReport({ cwd: "/nowhere" }, undefined)).resolves.toEqual([]);
});

test.each(["file/r.json", "folder"])("what cannot be written is BK3003: %s", async (report) => {
  const dir = makeTempDir("report");
  writeFileSync(join(dir, "file"), "");
  mkdirSync(join(dir, "folder"));
  await expect(prepare(dir, report)).rejects.toMatchObject({ code: "BK3003" });
});
