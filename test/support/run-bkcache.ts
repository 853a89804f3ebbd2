import { spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { repositoryDir } from "./toolchain.ts";

export interface RunOptions {
  readonly cwd: string;
  /** The whole environment; begin with `cleanEnv()`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Buffer;
  /** Leaves the input to `onStart`. */
  readonly isInputOpen?: boolean;
  /** Called with the process as soon as it runs, for tests that signal it. */
  readonly onStart?: (child: ChildProcess) => void;
  /** Shows its outputs while it runs, besides returning them. */
  readonly isShown?: boolean;
}

export interface RunResult {
  /** 128 + signal number where a signal ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const binFile = join(repositoryDir, "dist", "bin.js");

/** Runs the built CLI to its end on the Node that runs this. */
export function runBkcache(args: readonly string[], options: RunOptions): Promise<RunResult> {
  return runCommand(process.execPath, [binFile, ...args], options);
}

export function runCommand(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { cwd: options.cwd, env: options.env, stdio: "pipe" });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (options.isShown === true) process.stdout.write(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      if (options.isShown === true) process.stderr.write(text);
    });
    child.stdin.on("error", () => {}); // it may end without reading
    if (options.isInputOpen !== true) child.stdin.end(options.input ?? "");
    child.once("error", reject);
    child.once("close", (code, signal) => {
      resolve({ exitCode: code ?? 128 + (signal === null ? 0 : signalNumber(signal)), stdout, stderr });
    });
    options.onStart?.(child);
  });
}

function signalNumber(signal: NodeJS.Signals): number {
  return constants.signals[signal];
}
