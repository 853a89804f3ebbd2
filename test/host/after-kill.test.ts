import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { makeTempDir } from "../support/cleanup.ts";
import { waitFor } from "../support/poll.ts";

const module = new URL("../../src/host/after-kill.ts", import.meta.url).href;

/** A process that has left a program behind, which writes its arguments to a file; `then` is what it does next. */
async function start(
  then: string,
): Promise<{ readonly file: string; readonly kill: () => void; ended: Promise<void> }> {
  const file = join(makeTempDir("after-kill"), "arguments");
  const script = `
    const { runAfterKill } = await import(${JSON.stringify(module)});
    const env = { PATH: process.env.PATH, FILE: ${JSON.stringify(file)} };
    const write = 'for each; do printf "%s|" "$each"; done > "$FILE.new"; mv "$FILE.new" "$FILE"';
    const left = runAfterKill({ cwd: "/", env }, "/bin/sh", ["-c", write, "sh", "first"]);
    left.add("a 'second' \\\\ one");
    left.add(" third ");
    setTimeout(() => console.log("ready"), 100);
    ${then}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  await new Promise((resolve) => void child.stdout.once("data", resolve));
  return { file, kill: () => child.kill("SIGKILL"), ended };
}

test("what was left behind runs where the process is killed, with what was added", async () => {
  const { file, kill, ended } = await start("setInterval(() => {}, 1_000);");
  expect(existsSync(file)).toBe(false);
  kill();
  await ended;
  await waitFor(() => existsSync(file), { what: "it has run" });
  expect(readFileSync(file, "utf8")).toBe("first|a 'second' \\ one| third |");
});

test("it does not where it was called off, and does not keep the process", async () => {
  const { file, ended } = await start("left.callOff();");
  await ended;
  await sleep(300);
  expect(existsSync(file)).toBe(false);
});
