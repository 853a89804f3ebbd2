import { expect, test } from "vitest";
import { codes } from "../../src/diagnostics/codes.ts";
import { cleanEnv } from "../support/env.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { makeWorkspace } from "../support/workspace.ts";

const run = (...args: string[]) => runBkcache(["explain", ...args], { cwd: makeWorkspace().dir, env: cleanEnv() });

test("a code is explained, in any case", async () => {
  const { exitCode, stdout } = await run("bk2026");
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`BK2026: ${codes.BK2026.title}`);
  expect(stdout).toContain(codes.BK2026.help);
  expect(stdout).toContain("rules: { BK2026: error|warn|off }");
  expect(stdout).toContain("errors.md#bk2026");
});

test("of the linter also what --fix does and how to ignore it", async () => {
  const { stdout } = await run("BK6001");
  expect(stdout).toContain("# bkcache-ignore BK6001");
  expect(stdout).toContain("`bkcache lint --fix` takes the mount away");
  expect(stdout).toContain("lint.md#bk6001");
});

test("alone it lists all codes", async () => {
  const { stdout } = await run();
  for (const code of Object.keys(codes)) expect(stdout).toMatch(new RegExp(`^${code} `, "m"));
});

test("--json is an object with version", async () => {
  const { stdout } = await run("BK5057", "--json");
  const { help, title } = codes.BK5057;
  expect(JSON.parse(stdout)).toMatchObject({
    version: 1,
    codes: { BK5057: { title, help, level: "fixed", exitCode: 1 } },
  });
});

test("a code that there is not names the nearest", async () => {
  const { exitCode, stderr } = await run("BK50077", "BKX");
  expect(exitCode).toBe(2);
  expect(stderr).toContain('there is no code "BK50077"\n  -> did you mean BK5007?');
  expect(stderr).toContain("run `bkcache explain` for all codes");
});

test("no text of a code names a file that the package lacks", async () => {
  const { stdout } = await run(...Object.keys(codes));
  expect(stdout).not.toMatch(/(?<!blob\/main\/)docs\/|\]\(/);
});
