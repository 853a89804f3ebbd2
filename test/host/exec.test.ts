import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type ExecContext, runProgram } from "../../src/host/exec.ts";
import type { ExecOptions } from "../../src/host/host.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { waitFor } from "../support/poll.ts";
import { isRunning } from "../support/process.ts";

const dir = makeTempDir("exec");
const env = { PATH: process.env["PATH"], HOME: dir, MARK: "host" };

function contextWith(extra: Partial<ExecContext> = {}): ExecContext {
  return { cwd: dir, env, signal: new AbortController().signal, isTerminal: () => false, ...extra };
}
const sh = (script: string, options?: ExecOptions, context = contextWith()) =>
  runProgram(context, "sh", ["-c", script], options);

describe("a program to its end", () => {
  test.each([
    ["its own code", "exit 3", 3],
    ["success", "exit 0", 0],
    ["128 + the signal's number", "kill -TERM $$", 143],
    ["the same for SIGKILL", "kill -KILL $$", 137],
  ])("exit code: %s", async (_, script, exitCode) => {
    await expect(sh(script)).resolves.toEqual({ exitCode, stdout: "", stderr: "" });
  });

  test("outputs are kept apart and as they are", async () => {
    await expect(sh(`printf ' ö\\n\\n'; printf e >&2`)).resolves.toEqual({
      exitCode: 0,
      stdout: " ö\n\n",
      stderr: "e",
    });
  });

  test("input is handed over, and is empty otherwise", async () => {
    await expect(sh("cat", { input: "a\nö" })).resolves.toMatchObject({ stdout: "a\nö" });
    await expect(sh("cat")).resolves.toMatchObject({ stdout: "", exitCode: 0 });
  });

  test("a program that does not read its input is no failure", async () => {
    await expect(sh("exit 0", { input: "x".repeat(1 << 22) })).resolves.toMatchObject({ exitCode: 0 });
  });

  test("folder and environment: the host's, or those given, whole", async () => {
    await expect(sh("pwd; echo $MARK")).resolves.toMatchObject({ stdout: `${dir}\nhost\n` });
    const given = await sh("pwd; echo ${MARK-none} $OTHER", { cwd: "/", env: { OTHER: "o", MARK: undefined } });
    expect(given.stdout).toBe("/\nnone o\n");
  });

  test("output is bounded, and the program still ends", async () => {
    const { stdout, exitCode } = await sh("head -c 70000000 /dev/zero");
    expect(exitCode).toBe(0);
    expect(stdout).toHaveLength(64 * 1024 * 1024);
  });

  test("a time limit ends it", async () => {
    await expect(sh("exec sleep 60", { timeoutMs: 50 })).resolves.toMatchObject({ exitCode: 124 });
  });

  test.each([
    [
      "no such program",
      () => runProgram(contextWith(), "no-such-program-here", []),
      "no-such-program-here: no such program",
    ],
    ["not executable", () => runProgram(contextWith(), "/etc/passwd", []), "/etc/passwd: it is not executable"],
    ["no such folder", () => sh("true", { cwd: `${dir}/gone` }), `the folder ${dir}/gone does not exist`],
  ])("what cannot start is BK4001: %s", async (_, run, message) => {
    await expect(run()).rejects.toMatchObject({ code: "BK4001", message: expect.stringContaining(message) });
  });
});

describe("abort", () => {
  /** Writes the signals it gets to a file, and ends on the given one. */
  const recorder = (name: string, last: string) =>
    `for s in INT TERM; do trap "echo $s >> ${dir}/${name}; [ $s = ${last} ] && exit 7" $s; done; ${up(name)}; while :; do sleep 0.05; done`;
  /** The shell says its process id once it is that far. */
  const up = (name: string) => `echo $$ > ${dir}/${name}.pid; mv ${dir}/${name}.pid ${dir}/${name}.up`;
  const waitForPid = async (name: string) => {
    const file = `${dir}/${name}.up`;
    await waitFor(() => existsSync(file), { what: "the program is up" });
    return Number(readFileSync(file, "utf8"));
  };
  const abortedBy = async (reason: unknown, name: string, last: string, extra: Partial<ExecContext> = {}) => {
    const controller = new AbortController();
    const running = sh(recorder(name, last), {}, contextWith({ signal: controller.signal, ...extra }));
    await waitForPid(name);
    controller.abort(reason);
    const result = await running;
    const signals = existsSync(`${dir}/${name}`) ? readFileSync(`${dir}/${name}`, "utf8").trim().split("\n") : [];
    return { ...result, signals };
  };

  test("SIGTERM is forwarded, once", async () => {
    await expect(abortedBy("SIGTERM", "term", "TERM")).resolves.toMatchObject({ exitCode: 7, signals: ["TERM"] });
  });

  test("SIGTERM is forwarded in a terminal too", async () => {
    const result = await abortedBy("SIGTERM", "term-tty", "TERM", { isTerminal: () => true });
    expect(result).toMatchObject({ exitCode: 7, signals: ["TERM"] });
  });

  test("SIGINT is forwarded where no terminal sends it", async () => {
    await expect(abortedBy("SIGINT", "int", "INT")).resolves.toMatchObject({ exitCode: 7, signals: ["INT"] });
  });

  test("in a terminal SIGINT is left to the terminal", async () => {
    const controller = new AbortController();
    const running = sh(recorder("tty", "TERM"), {}, contextWith({ signal: controller.signal, isTerminal: () => true }));
    const pid = await waitForPid("tty");
    controller.abort("SIGINT");
    process.kill(pid, "SIGTERM"); // Of two signals that wait, a shell minds the one with the lower number first: SIGINT.
    await expect(running).resolves.toMatchObject({ exitCode: 7 });
    expect(readFileSync(`${dir}/tty`, "utf8")).toBe("TERM\n");
  });

  test("what does not end on SIGTERM is killed after the grace", async () => {
    const result = await abortedBy(new Error("enough"), "stubborn", "NONE", { grace: 2_000 });
    expect(result).toMatchObject({ exitCode: 137, signals: ["TERM"] });
  });

  test("what left a process behind that holds the pipes does not hold us", async () => {
    const controller = new AbortController();
    const script = `sleep 300 & echo $!; ${up("parent")}; exec sleep 300`;
    const running = sh(script, {}, contextWith({ signal: controller.signal }));
    await waitForPid("parent");
    controller.abort("SIGTERM");
    const { exitCode, stdout } = await running;
    const pid = Number(stdout.trim());
    expect(isRunning(pid)).toBe(true);
    process.kill(pid);
    expect(exitCode).toBe(143);
  });

  test("nothing starts after it", async () => {
    await expect(sh("true", {}, contextWith({ signal: AbortSignal.abort("SIGINT") }))).rejects.toThrow("interrupted");
  });

  test("a program does not outlive this process", async () => {
    const module = fileURLToPath(new URL("../../src/host/exec.ts", import.meta.url));
    const script = `import { runProgram } from ${JSON.stringify(module)};
      const context = { cwd: "/", env: process.env, signal: new AbortController().signal, isTerminal: () => false };
      process.on("SIGINT", () => process.exit(130));
      void runProgram(context, "sh", ["-c", "echo $$ > ${dir}/orphan; exec sleep 60"]);`;
    const parent = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], { stdio: "ignore" });
    const ended = once(parent, "exit");
    await waitFor(() => existsSync(`${dir}/orphan`) && readFileSync(`${dir}/orphan`, "utf8") !== "", {
      what: "it runs",
    });
    const pid = Number(readFileSync(`${dir}/orphan`, "utf8"));
    parent.kill("SIGINT");
    expect(await ended).toEqual([130, null]);
    await waitFor(() => !isRunning(pid), { what: "the program ends" });
  });
});
