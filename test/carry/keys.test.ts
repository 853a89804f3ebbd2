import { symlinkSync, truncateSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CarriedMount } from "../../src/carry/find.ts";
import { readKeys } from "../../src/carry/keys.ts";
import { makeWorkspace } from "../support/workspace.ts";

const mount = (...keyFiles: readonly string[]): CarriedMount => ({
  name: "gomod",
  identity: { id: "x", namespace: "" },
  platform: "linux/amd64",
  storeId: "x",
  keyFiles,
  maxSize: null,
  targets: ["api"],
});

test("the key follows from names and contents of the files, patterns included", async () => {
  const workspace = makeWorkspace({ "go.sum": "a", "b/go.sum": "b" });
  const one = mount("go.sum");
  const all = mount("**/go.sum");
  const none = mount();
  const first = await readKeys([one, all, none], workspace.dir);
  expect([first.of(none), first.findings]).toEqual([null, []]);
  expect(first.of(one)).toMatch(/^[0-9a-f]{32}$/);
  expect(first.of(all)).not.toBe(first.of(one));
  workspace.write("b/go.sum", "c");
  const second = await readKeys([one, all], workspace.dir);
  expect(second.of(one)).toBe(first.of(one));
  expect(second.of(all)).not.toBe(first.of(all));
});

test("files that do not exist are said, and name nothing", async () => {
  const lacking = mount("no.sum");
  const keys = await readKeys([lacking], makeWorkspace().dir);
  expect(keys.of(lacking)).toBeNull();
  expect(keys.findings).toMatchObject([{ code: "BK5055" }]);
});

test("a file that cannot be read is said, and names nothing", async () => {
  const workspace = makeWorkspace({ "go.sum": "a", "large.sum": "" });
  // More than Node reads at once. As root, no mode of a file keeps this process from it.
  truncateSync(join(workspace.dir, "large.sum"), 3 * 2 ** 30);
  const keys = await readKeys([mount("*.sum")], workspace.dir);
  expect(keys.findings).toMatchObject([
    { code: "BK5055", message: expect.stringContaining("large.sum cannot be read: ") },
  ]);
});

test.each([
  ["of the machine", "/proc/self/mem"],
  ["that is readable", "/etc/passwd"],
])("a link to a file %s leads out of the project, and names nothing", async (_, to) => {
  const workspace = makeWorkspace({ "go.sum": "a" });
  symlinkSync(to, join(workspace.dir, "link"));
  const linked = mount("go.sum", "link");
  const keys = await readKeys([linked], workspace.dir);
  expect(keys.of(linked)).toBeNull();
  expect(keys.findings).toMatchObject([{ code: "BK5055", message: expect.stringContaining("link leads out") }]);
});

test("a link within the repository is as the file, also above the config", async () => {
  const workspace = makeWorkspace({ ".git/HEAD": "", "go.sum": "a", "api/x": "" });
  symlinkSync("../go.sum", join(workspace.dir, "api/go.sum"));
  const mounts = [mount("go.sum"), mount("../go.sum")];
  const keys = await readKeys(mounts, join(workspace.dir, "api"));
  expect(keys.findings).toEqual([]);
  expect(mounts.map(keys.of)).toEqual([expect.any(String), expect.any(String)]);
});

test("a file that goes between its listing and its reading is as one that was never there", async () => {
  const workspace = makeWorkspace({ "a.sum": "a" });
  const one = mount("*.sum");
  const before = (await readKeys([one], workspace.dir)).of(one);
  const over = new AbortController();
  const flicker = (async () => {
    for (let n = 0; !over.signal.aborted; n += 1) {
      await writeFile(join(workspace.dir, "b.sum"), String(n));
      await rm(join(workspace.dir, "b.sum"), { force: true });
    }
  })();
  const seen = new Set<string | null>();
  for (let n = 0; n < 200; n += 1) {
    const keys = await readKeys([one], workspace.dir);
    expect(keys.findings).toEqual([]);
    seen.add(keys.of(one));
  }
  over.abort();
  await flicker;
  expect(seen).toContain(before);
});
