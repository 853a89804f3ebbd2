import { runProgram } from "./exec.ts";
import type { Host } from "./host.ts";

export interface HostOptions extends Pick<Host, "cwd" | "env" | "signal" | "tell"> {
  /** Without it nothing is shown. */
  readonly live?: Host["live"];
  /** The file that Node runs as bkcache. */
  readonly program?: string | undefined;
}

/** The host of a real run: processes of this machine, its clock. */
export function createHost(options: HostOptions): Host {
  const { cwd, env, signal, tell, program } = options;
  // To look at a stream is to open it, which takes a tenth of a short command.
  const isTerminal = () => process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY || false;
  return {
    cwd,
    env,
    signal,
    tell,
    async exec(command, args, execOptions) {
      // What it loads takes a run without it milliseconds.
      const started = env["BKCACHE_DEBUG"] ? performance.now() : null;
      const result = await runProgram({ cwd, env, signal, isTerminal }, command, args, execOptions);
      if (started !== null) {
        const times = `at ${Math.round(started)} ms for ${Math.round(performance.now() - started)} ms`;
        tell({
          level: "info",
          message: `ran ${[command, ...args].join(" ")} (${times}, exit code ${result.exitCode})`,
        });
      }
      return result;
    },
    async openPipe(command, args, pipeOptions) {
      // Sockets and streams, which most commands do without.
      const { openPipe } = await import("./pipe.ts");
      return openPipe({ cwd, env }, command, args, pipeOptions);
    },
    async runAfterKill(args) {
      if (program === undefined) return null;
      const { runAfterKill } = await import("./after-kill.ts");
      // A single executable is its own Node and program.
      const isExecutable = process.getBuiltinModule("node:sea").isSea();
      return runAfterKill({ cwd, env }, process.execPath, isExecutable ? args : [program, ...args]);
    },
    now: () => Date.now(),
    live: options.live ?? (() => {}),
  };
}
