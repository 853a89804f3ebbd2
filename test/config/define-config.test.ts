import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { defineConfig } from "../../src/config/define-config.ts";

const fixtures = fileURLToPath(new URL("fixtures/define-config/", import.meta.url));

/** `file:line` -> the compiler's message. */
let found = new Map<string, string>();

beforeAll(() => {
  const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  const { stdout, error } = spawnSync(process.execPath, [compiler, "-p", fixtures, "--pretty", "false"], {
    cwd: fixtures,
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  const lines = [...stdout.matchAll(/^(\w+\.ts)\((\d+),\d+\): error TS\d+: (.*(?:\n {2}.*)*)/gm)];
  found = new Map(lines.map(([, file, line, message]) => [`${file}:${line}`, message ?? ""]));
}, 120_000);

/** Lines that say what their error must be. */
const expected = readFileSync(join(fixtures, "fails.ts"), "utf8")
  .split("\n")
  .flatMap((text, i) => {
    const message = /\/\/ error: (.+)$/.exec(text)?.[1];
    return message === undefined || text.startsWith("//") ? [] : [[i + 1, message] as const];
  });

describe("a config in TypeScript", () => {
  test("has faults to look for", () => {
    expect(expected.length).toBeGreaterThan(15);
  });
  test.each(expected)("line %i: %s", (line, message) => {
    expect(found.get(`fails.ts:${line}`)).toContain(message);
  });
  test("has no errors at other lines, and none where it is right", () => {
    expect([...found.keys()].sort()).toEqual(expected.map(([line]) => `fails.ts:${line}`).sort());
  });
  test("is its own argument", () => {
    const config = { project: "a" };
    expect(defineConfig(config)).toBe(config);
  });
});
