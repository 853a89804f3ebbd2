import { spawn } from "node:child_process";
import { Duplex } from "node:stream";
import { cannotStart } from "./exec.ts";
import type { PipeOptions, ProgramPipe } from "./host.ts";

/** Kept of what a program says on standard error. */
const maxStderr = 64 * 1024;
/** Time in ms between the end of its input, or SIGTERM, and the next stronger word. */
const grace = 2000;

export interface PipeContext {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Starts a program whose standard input and output are one connection; see `Host.openPipe`. */
export async function openPipe(
  context: PipeContext,
  command: string,
  args: readonly string[],
  options: PipeOptions = {},
): Promise<ProgramPipe> {
  const { cwd } = context;
  const child = spawn(command, args, {
    cwd,
    env: options.env ?? context.env,
    stdio: "pipe",
    windowsHide: true,
    // In the terminal's process group it would get Ctrl-C before what it carries is cleaned up.
    detached: process.platform !== "win32",
  });
  let stderr = Buffer.alloc(0);
  child.stderr.on("data", (chunk: Buffer) => (stderr = Buffer.concat([stderr, chunk]).subarray(-maxStderr)));
  // Nothing may outlive this process.
  const onExit = () => void child.kill("SIGKILL");
  process.on("exit", onExit);
  const ended = new Promise<number>((resolve) => {
    child.once("close", (code) => resolve(code ?? 1));
    child.once("error", () => resolve(1));
    // A process that it left behind may hold its pipes open for ever.
    child.once("exit", (code) => void setTimeout(resolve, 500, code ?? 1).unref());
  }).finally(() => process.off("exit", onExit));
  await new Promise((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (cause) => reject(cannotStart(command, cwd, cause)));
  });
  const stream = Duplex.from({ writable: child.stdin, readable: child.stdout });
  // The reader learns of it by `ended`.
  stream.on("error", () => {});
  return {
    stream,
    stderr: () => stderr.toString("utf8"),
    ended,
    async close() {
      stream.destroy();
      const terminate = setTimeout(() => child.kill("SIGTERM"), grace);
      const kill = setTimeout(() => child.kill("SIGKILL"), 2 * grace);
      await ended;
      clearTimeout(terminate);
      clearTimeout(kill);
    },
  };
}
