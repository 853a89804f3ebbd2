import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { BkcacheError } from "../diagnostics/error.ts";
import type { ExecOptions, ExecResult } from "./host.ts";

export interface ExecContext {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Its reason is the name of the signal where one aborted it. */
  readonly signal: AbortSignal;
  /** Whether Ctrl-C comes from a terminal, which sends it to the child as well. Asked when it comes. */
  readonly isTerminal: () => boolean;
  /** Time in ms between SIGTERM and SIGKILL. */
  readonly grace?: number;
}

/** Exit code of a program that `timeoutMs` ended, as of timeout(1). */
export const timedOut = 124;

/** Bytes kept of each captured stream; what comes after is read and dropped. */
const maxCapture = 64 * 1024 * 1024;

/**
 * Runs a program to its end; see `Host.exec`. Not nano-spawn: that trims the output, has no bound for it and
 * cannot tell signals apart.
 */
export async function runProgram(
  context: ExecContext,
  command: string,
  args: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  const { signal } = context;
  if (signal.aborted) throw new Error(`${command} was not started: interrupted`);
  const cwd = options.cwd ?? context.cwd;
  const terminal = options.terminal === true;
  const output = terminal ? "inherit" : "pipe";
  const child = spawn(command, args, {
    cwd,
    env: options.env ?? context.env,
    stdio: [options.input !== undefined ? "pipe" : terminal ? "inherit" : "ignore", output, output],
    windowsHide: true,
  });

  const { terminalAfter } = options;
  if (terminalAfter !== undefined) {
    showAfter(terminalAfter, child.stdout, process.stdout);
    showAfter(terminalAfter, child.stderr, process.stderr);
  }
  const stdout = capture(child.stdout);
  const stderr = capture(child.stderr);
  // A child that ends without reading its input is not a failure of ours.
  child.stdin?.on("error", () => {});
  const { input } = options;
  if (input === undefined || typeof input === "string") child.stdin?.end(input);
  else if (child.stdin !== null) input.pipe(child.stdin);

  let killer: NodeJS.Timeout | undefined;
  let isTerminated = false;
  let hasTimedOut = false;
  const terminate = () => {
    isTerminated = true;
    child.kill("SIGTERM");
    killer ??= setTimeout(() => child.kill("SIGKILL"), context.grace ?? 10_000);
  };
  const onAbort = () => {
    if (signal.reason !== "SIGINT") terminate();
    else if (!context.isTerminal()) child.kill("SIGINT");
  };
  // The second signal ends this process at once; nothing may outlive it.
  const onExit = () => void child.kill("SIGKILL");
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          hasTimedOut = true;
          terminate();
        }, options.timeoutMs);
  signal.addEventListener("abort", onAbort);
  process.on("exit", onExit);
  try {
    const [code, endedBy] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (...how) => resolve(how));
      // A process that the child left behind may hold its pipes open for ever.
      child.once("exit", (...how) => void (isTerminated && setTimeout(resolve, 500, how)));
    });
    const exitCode = hasTimedOut ? timedOut : (code ?? 128 + (endedBy === null ? 0 : constants.signals[endedBy]));
    return { exitCode, stdout: stdout(), stderr: stderr() };
  } catch (cause) {
    throw cannotStart(command, cwd, cause);
  } finally {
    clearTimeout(killer);
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    process.off("exit", onExit);
  }
}

/** Collects a stream up to `maxCapture`; the returned function gives the text. */
function capture(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on("data", (chunk: Buffer) => {
    if (size >= maxCapture) return;
    chunks.push(chunk.subarray(0, maxCapture - size));
    size += chunk.length;
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

/** Passes a stream on, from when something else has ended. What comes before is kept. */
function showAfter(other: Promise<unknown>, from: NodeJS.ReadableStream | null, to: NodeJS.WritableStream): void {
  let kept: Buffer[] | null = [];
  from?.on("data", (chunk: Buffer) => {
    if (kept === null) to.write(chunk);
    else kept.push(chunk);
  });
  void other.then(() => {
    for (const chunk of kept ?? []) to.write(chunk);
    kept = null;
  });
}

/** Why a program did not start, from what `spawn` says. */
export function cannotStart(command: string, cwd: string, cause: unknown): BkcacheError {
  const reason = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
  // Node reports a missing folder as if the program were missing.
  const message = !existsSync(cwd)
    ? `cannot start ${command}: the folder ${cwd} does not exist`
    : `cannot start ${command}: ${startFailures[reason] ?? reason}`;
  return new BkcacheError({ code: "BK4001", message, cause });
}

const startFailures: Readonly<Record<string, string>> = {
  ENOENT: "no such program",
  EACCES: "it is not executable",
  E2BIG: "the argument list is too long",
};
