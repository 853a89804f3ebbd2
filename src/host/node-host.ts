import { runProgram } from "./exec.ts";
import type { Host } from "./host.ts";

export interface HostOptions extends Pick<Host, "cwd" | "env" | "signal" | "tell"> {
  /** Whether this process is in the foreground of a terminal; found out when left out. */
  readonly isTerminal?: boolean;
}

/** The host of a real run: processes of this machine, its clock. */
export function createHost(options: HostOptions): Host {
  const { cwd, env, signal, tell } = options;
  const isTerminal =
    options.isTerminal ?? (process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY || false);
  return {
    cwd,
    env,
    signal,
    tell,
    exec: (command, args, execOptions) => runProgram({ cwd, env, signal, isTerminal }, command, args, execOptions),
    now: () => Date.now(),
  };
}
