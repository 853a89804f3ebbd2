import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeWorkspace } from "../support/workspace.ts";

const module = JSON.stringify(join(import.meta.dirname, "../../src/host/import-whole.ts"));

/** Whether V8 compiles functions whose first call is to come, seen by the size of what it has to cache. */
const program = `
import { enableCompileCache } from "node:module";
import { Script } from "node:vm";
import { importWhole } from ${module};
if (process.argv[2] === "cached") enableCompileCache(process.argv[3]);
let count = 0;
const size = () => new Script("function f" + count++ + "() { return [" + "f(), ".repeat(500) + "]; }").createCachedData().length;
const before = size();
const inside = await importWhole(async () => size());
const thrown = await importWhole(async () => { throw new Error("as it is"); }).catch((error) => error.message);
const after = size();
process.stdout.write(JSON.stringify({ thrown, isWhole: inside > 2 * before, isBack: after < 2 * before }));
`;

test.each([
  { cache: "cached", isWhole: true },
  { cache: "uncached", isWhole: false },
])("functions are compiled for a cache alone, and V8 goes back to its default: $cache", ({ cache, isWhole }) => {
  const workspace = makeWorkspace({ "program.mjs": program });
  const env = { PATH: process.env["PATH"] };
  const args = [workspace.path("program.mjs"), cache, workspace.path("cache")];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env });
  expect(stdout, stderr).toBe(JSON.stringify({ thrown: "as it is", isWhole, isBack: true }));
});
