import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cleanEnv } from "../support/env.ts";
import { binFile, runCommand } from "../support/run-bkcache.ts";
import { makeWorkspace } from "../support/workspace.ts";

test("an older Node is told what to do, and not shown a stack", async () => {
  const workspace = makeWorkspace({
    "old.cjs": 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } });\n',
  });
  const { exitCode, stderr } = await runCommand(
    process.execPath,
    ["--require", workspace.path("old.cjs"), binFile, "--version"],
    { cwd: workspace.dir, env: cleanEnv() },
  );
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^bkcache needs Node 22\.18 or later; .*\nInstall a newer Node.*\n$/);
});

test("the entry imports nothing before it knows the version", () => {
  const entry = readFileSync(binFile, "utf8");
  expect(entry).not.toMatch(/^\s*(import\s*[\w{*"']|export\s.*\bfrom\b)/m);
  // As CommonJS it would be a call above the check.
  const [before, after] = entry.split("enableCompileCache");
  expect(before).not.toContain("require(");
  expect(after).toContain("require(");
});
