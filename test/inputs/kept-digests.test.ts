import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createBreather } from "../../src/inputs/breather.ts";
import { openContextFiles } from "../../src/inputs/context-files.ts";
import { createFileDigests } from "../../src/inputs/file-digest.ts";
import { createIgnore } from "../../src/inputs/ignore.ts";
import { type KeptDigests, openKeptDigests } from "../../src/inputs/kept-digests.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

const worth = { files: 1, bytes: 0 };
const idOfA = "a".repeat(40);
const idOfB = "b".repeat(40);

/** As if all files had been written a minute ago. */
function open(workspace: Workspace, folder: string, now = () => Date.now() + 60_000): KeptDigests {
  return openKeptDigests({ folder, root: workspace.dir, now, worth });
}

async function keep(workspace: Workspace, folder: string, ids: Readonly<Record<string, string>>): Promise<void> {
  const kept = open(workspace, folder);
  for (const [path, id] of Object.entries(ids)) kept.add(path, lstatSync(workspace.path(path)), id);
  await kept.save(true);
}

function idNow(workspace: Workspace, folder: string, path: string): string | null {
  return open(workspace, folder).idOf(path, lstatSync(workspace.path(path)));
}

async function makeKept() {
  const workspace = makeWorkspace({ a: "1234", "ü/b": "56" });
  const folder = join(makeTempDir("digests"), "made");
  await keep(workspace, folder, { a: idOfA, "ü/b": idOfB });
  return { workspace, folder, file: join(folder, readdirSync(folder)[0] ?? "") };
}

test("a file that is as it was is known to later runs", async () => {
  const { workspace, folder } = await makeKept();
  expect(idNow(workspace, folder, "a")).toBe(idOfA);
  expect(idNow(workspace, folder, "ü/b")).toBe(idOfB);
});

test("the names of files are for their owner alone", async () => {
  const { file } = await makeKept();
  expect(lstatSync(file).mode & 0o777).toBe(0o600);
});

test("another root knows nothing of it", async () => {
  const { workspace, folder } = await makeKept();
  const other = openKeptDigests({ folder, root: `${workspace.dir}/ü` });
  expect(other.idOf("a", lstatSync(workspace.path("a")))).toBeNull();
});

test.each<readonly [string, (workspace: Workspace, before: Stats) => void]>([
  [
    "other contents of the same size, its time set back",
    (workspace, { atime, mtime }) => {
      workspace.write("a", "4321");
      utimesSync(workspace.path("a"), atime, mtime);
    },
  ],
  [
    "another file of the same size and time in its place",
    (workspace, { atime, mtime }) => {
      workspace.write("new", "4321");
      utimesSync(workspace.path("new"), atime, mtime);
      renameSync(workspace.path("new"), workspace.path("a"));
    },
  ],
  ["other rights", (workspace) => chmodSync(workspace.path("a"), 0o600)],
])("%s: not known", async (_, change) => {
  const { workspace, folder } = await makeKept();
  const before = lstatSync(workspace.path("a"));
  change(workspace, before);
  const after = lstatSync(workspace.path("a"));
  expect([after.size, after.mtime]).toEqual([before.size, before.mtime]);
  expect(idNow(workspace, folder, "a")).toBeNull();
  expect(idNow(workspace, folder, "ü/b")).toBe(idOfB);
});

test.each(["mtimeMs", "ctimeMs", "ino", "size", "mode"] as const)("by %s alone it is another file", async (name) => {
  const { workspace, folder } = await makeKept();
  const stats = lstatSync(workspace.path("a"));
  // As finely as a double has times of today.
  const other = Object.assign(lstatSync(workspace.path("a")), { [name]: stats[name] + 2 ** -12 });
  expect(open(workspace, folder).idOf("a", stats)).toBe(idOfA);
  expect(open(workspace, folder).idOf("a", other)).toBeNull();
});

test.each(["mtimeMs", "ctimeMs"] as const)("what may change within the same tick is not kept, by %s", async (name) => {
  const workspace = makeWorkspace({ a: "1234" });
  const folder = makeTempDir("digests");
  const found = lstatSync(workspace.path("a"));
  const stats = Object.assign(lstatSync(workspace.path("a")), { [name]: found.mtimeMs + 30_000 });
  const keepAt = async (now: number): Promise<void> => {
    const kept = open(workspace, folder, () => now);
    kept.add("a", stats, idOfA);
    await kept.save(true);
  };
  await keepAt(stats[name] + 1_999);
  expect(open(workspace, folder).idOf("a", stats)).toBeNull();
  await keepAt(stats[name] + 2_001);
  expect(open(workspace, folder).idOf("a", stats)).toBe(idOfA);
});

test("what is read anew takes the place of what was known", async () => {
  const { workspace, folder } = await makeKept();
  workspace.write("a", "4321");
  await keep(workspace, folder, { a: idOfB });
  expect(idNow(workspace, folder, "a")).toBe(idOfB);
  expect(idNow(workspace, folder, "ü/b")).toBe(idOfB);
});

/** Each byte but those of ids and times would show otherwise, too. */
test.each<readonly [string, (file: string, bytes: Buffer) => void]>([
  ["nothing in it", (file) => writeFileSync(file, "")],
  ["its beginning alone", (file, bytes) => writeFileSync(file, bytes.subarray(0, 30))],
  ["its end cut off", (file, bytes) => writeFileSync(file, bytes.subarray(0, -1))],
  ["something behind it", (file, bytes) => writeFileSync(file, Buffer.concat([bytes, Buffer.from("x")]))],
  ["another version", (file, bytes) => writeFileSync(file, Buffer.from(bytes).fill(0xff, 15, 16))],
  ["a folder in its place", (file) => (rmSync(file), mkdirSync(file))],
  ["zeros from somewhere on", (file, bytes) => writeFileSync(file, Buffer.from(bytes).fill(0, 60))],
])("a damaged file is as none: %s", async (_, damage) => {
  const { workspace, folder, file } = await makeKept();
  damage(file, readFileSync(file));
  expect(idNow(workspace, folder, "a")).toBeNull();
  expect(idNow(workspace, folder, "ü/b")).toBeNull();
});

test("no bit of the file may be another one", async () => {
  const { workspace, folder, file } = await makeKept();
  const bytes = readFileSync(file);
  const accepted = Array.from(bytes.keys()).filter((at) => {
    const damaged = Buffer.from(bytes);
    damaged[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(file, damaged);
    return idNow(workspace, folder, "a") !== null;
  });
  expect(bytes.length).toBeGreaterThan(150);
  expect(accepted).toEqual([]);
});

test("a damaged file is replaced by the next one", async () => {
  const { workspace, folder, file } = await makeKept();
  truncateSync(file, 40);
  await keep(workspace, folder, { a: idOfA });
  expect(idNow(workspace, folder, "a")).toBe(idOfA);
});

test("little that is new is not written", async () => {
  const workspace = makeWorkspace({ a: "1234", b: "5678" });
  const folder = makeTempDir("digests");
  const keepWorth = async (least: { readonly files: number; readonly bytes: number }): Promise<void> => {
    const kept = openKeptDigests({ folder, root: workspace.dir, now: () => Date.now() + 60_000, worth: least });
    for (const path of ["a", "b"]) kept.add(path, lstatSync(workspace.path(path)), idOfA);
    await kept.save(true);
  };
  await keepWorth({ files: 3, bytes: 9 });
  expect(readdirSync(folder)).toEqual([]);
  await keepWorth({ files: 2, bytes: 9 });
  expect(readdirSync(folder)).toHaveLength(1);
  rmSync(join(folder, readdirSync(folder)[0] ?? ""));
  await keepWorth({ files: 3, bytes: 8 });
  expect(readdirSync(folder)).toHaveLength(1);
});

test("what another run looked at stays, but for files that are gone", async () => {
  const { workspace, folder } = await makeKept();
  const gone = lstatSync(workspace.path("a"));
  rmSync(workspace.path("a"));
  workspace.write("c", "1");
  const keepC = async (isEntire: boolean): Promise<void> => {
    const kept = open(workspace, folder);
    kept.add("c", lstatSync(workspace.path("c")), idOfA);
    await kept.save(isEntire);
  };
  await keepC(false);
  expect(open(workspace, folder).idOf("a", gone)).toBe(idOfA);
  await keepC(true);
  expect(open(workspace, folder).idOf("a", gone)).toBeNull();
  expect(idNow(workspace, folder, "ü/b")).toBe(idOfB);
  expect(idNow(workspace, folder, "c")).toBe(idOfA);
});

test("the folder does not grow without end: the oldest go first", async () => {
  const { folder } = await makeKept();
  const workspace = makeWorkspace({ a: "1234" });
  for (const [name, seconds] of [
    ["older", 1],
    ["newer", 2],
  ] as const) {
    writeFileSync(join(folder, name), "");
    truncateSync(join(folder, name), 40 * 2 ** 20);
    utimesSync(join(folder, name), seconds, seconds);
  }
  await keep(workspace, folder, { a: idOfB });
  expect(readdirSync(folder)).not.toContain("older");
  expect(readdirSync(folder)).toContain("newer");
  expect(idNow(workspace, folder, "a")).toBe(idOfB);
});

test("a folder that cannot be written to is no fault", async () => {
  const workspace = makeWorkspace({ a: "1234", file: "" });
  await keep(workspace, workspace.path("file/below"), { a: idOfA });
  expect(idNow(workspace, workspace.path("file/below"), "a")).toBeNull();
});

test("processes that write at once leave one entire file, and read no other", async () => {
  const workspace = makeWorkspace();
  const names = Array.from({ length: 300 }, (_, index) => `${index}`);
  for (const name of names) workspace.write(name, name);
  const folder = makeTempDir("digests");
  const module = new URL("../../src/inputs/kept-digests.ts", import.meta.url).href;
  const script = `const { openKeptDigests } = await import(${JSON.stringify(module)});
const { lstatSync } = await import("node:fs");
const root = ${JSON.stringify(workspace.dir)};
const ids = ${JSON.stringify(names)}.map((name) => [name, lstatSync(root + "/" + name), name.padStart(40, "0")]);
let known = 0;
for (let round = 0; round < 30; round += 1) {
  const kept = openKeptDigests({ folder: ${JSON.stringify(folder)}, root, now: () => Date.now() + 60_000, worth: ${JSON.stringify(worth)} });
  for (const [name, stats, id] of ids) {
    const found = kept.idOf(name, stats);
    if (found !== null && found !== id) throw new Error(name + " is " + found);
    if (found !== null) known += 1;
    if (Math.random() < 0.5) kept.add(name, stats, id);
  }
  await kept.save(true);
}
if (known === 0) throw new Error("nothing was ever known");`;
  const children = [1, 2, 3].map(() =>
    spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "ignore", "inherit"] }),
  );
  const codes = await Promise.all(children.map(async (child) => ((await once(child, "exit")) as [number])[0]));
  expect(codes).toEqual([0, 0, 0]);
  expect(readdirSync(folder)).toHaveLength(1);
  const ids = new Set(names.map((name) => idNow(workspace, folder, name) ?? "none"));
  ids.delete("none");
  expect(ids.size).toBeGreaterThan(100);
  for (const id of ids) expect(Number(id)).toBeLessThan(300);
});

test("files of a context are read once, then only what has changed", async () => {
  const workspace = makeWorkspace({ "src/a": "1", "src/b": "2", "src/deep/c": "3" });
  const folder = makeTempDir("digests");
  const find = async () => {
    const { signal } = new AbortController();
    const breather = createBreather(signal);
    const digests = createFileDigests(breather);
    const read: string[] = [];
    const kept = open(workspace, folder);
    const files = openContextFiles({
      root: workspace.dir,
      ignore: createIgnore(""),
      git: null,
      kept,
      digests: {
        of(path, size) {
          read.push(path.slice(workspace.dir.length + 1));
          return digests.of(path, size);
        },
      },
      breather,
      budget: { files: 100, bytes: 1000 },
    });
    const { digest } = await files.find(new Set(["src"]));
    await kept.save(true);
    return { read: read.sort(), digest };
  };
  const first = await find();
  expect(first.read).toEqual(["src/a", "src/b", "src/deep/c"]);
  expect(await find()).toEqual({ read: [], digest: first.digest });
  const { atime, mtime } = lstatSync(workspace.path("src/deep/c"));
  workspace.write("src/deep/c", "4");
  utimesSync(workspace.path("src/deep/c"), atime, mtime);
  const changed = await find();
  expect(changed.read).toEqual(["src/deep/c"]);
  expect(changed.digest).not.toBe(first.digest);
});
