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
