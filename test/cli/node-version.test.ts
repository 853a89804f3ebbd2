import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cleanEnv } from "../support/env.ts";
import { binFile, runCommand } from "../support/run-bkcache.ts";
import { makeWorkspace } from "../support/workspace.ts";

const runAs = async (node: string) => {
  const workspace = makeWorkspace({
    "old.cjs": `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${node}" } });\n`,
  });
  return runCommand(process.execPath, ["--require", workspace.path("old.cjs"), binFile, "--version"], {
    cwd: workspace.dir,
    env: cleanEnv(),
  });
};

test.each(["20.20.2", "22.20.0", "23.11.0", "24.4.1"])(
  "Node %s is told what to do, and not shown a stack",
  async (node) => {
    const { exitCode, stderr } = await runAs(node);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^bkcache needs Node 22\.21, or 24\.5 or later; .*\nInstall a newer Node.*\n$/);
  },
);

test.each(["22.21.0", "24.5.0", "25.0.0"])("Node %s will do", async (node) => {
  expect((await runAs(node)).exitCode).toBe(0);
});

test("the entry imports nothing before it knows the version", () => {
  const entry = readFileSync(binFile, "utf8");
  expect(entry).not.toMatch(/^\s*(import\s*[\w{*"']|export\s.*\bfrom\b)/m);
  // As CommonJS it would be a call above the check.
  const [before, after] = entry.split("enableCompileCache");
  expect(before).not.toContain("require(");
  expect(after).toContain("require(");
});
