import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const module = join(import.meta.dirname, "../../src/mounts/short-lived.ts");

test("this Node knows all that V8 is told, and gets its own values back", () => {
  const script = `
    const { withShortLivedMemory } = await import(${JSON.stringify(module)});
    const both = await Promise.all([1, 2].map((value) => withShortLivedMemory(async () => value)));
    console.log(both.join());
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect([stdout, stderr]).toEqual(["1,2\n", ""]);
  const options = execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
  for (const flag of [
    "--semi-space-growth-factor=2",
    "--no-external-memory-accounted-in-global-limit",
    "--heap-growing-percent=0",
  ]) {
    expect(options).toContain(`default: ${flag}\n`);
  }
});
