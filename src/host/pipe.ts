import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
  const { cwd = context.cwd } = options;
  const pair = process.platform === "win32" ? null : await makeSocketPair().catch(() => null);
  const child = spawn(command, args, {
    cwd,
    env: options.env ?? context.env,
    stdio: pair === null ? "pipe" : [pair.theirs, pair.theirs, "pipe"],
    windowsHide: true,
    // In the terminal's process group it would get Ctrl-C before what it carries is cleaned up.
    detached: process.platform !== "win32",
  });
  pair?.theirs.destroy();
  let stderr = Buffer.alloc(0);
  child.stderr?.on("data", (chunk: Buffer) => (stderr = Buffer.concat([stderr, chunk]).subarray(-maxStderr)));
  // Nothing may outlive this process.
  const onExit = () => void child.kill("SIGKILL");
  process.on("exit", onExit);
  const ended = new Promise<number>((resolve) => {
    child.once("close", (code) => resolve(code ?? 1));
    child.once("error", () => resolve(1));
    // A process that it left behind may hold its pipes open for ever.
    child.once("exit", (code) => void setTimeout(resolve, 500, code ?? 1).unref());
  }).finally(() => process.off("exit", onExit));
  const { stdin, stdout } = child;
  const stream = pair?.ours ?? Duplex.from({ writable: stdin ?? undefined, readable: stdout ?? undefined });
  // The reader learns of it by `ended`.
  stream.on("error", () => {});
  try {
    await new Promise((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (cause) => reject(cannotStart(command, cwd, cause)));
    });
  } catch (error) {
    stream.destroy();
    throw error;
  }
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

/**
 * Two ends of one connection. The child takes one end as it is, so that no byte of it passes through a stream of ours:
 * with two pipes, which node:http2 reads by way of JavaScript, the same bytes take twice the time of this process.
 */
async function makeSocketPair(): Promise<{ readonly ours: Socket; readonly theirs: Socket }> {
  // Only this user may connect; there is nothing to connect to any more once both ends are there.
  const dir = mkdtempSync(join(tmpdir(), "bkcache-"));
  const path = join(dir, "s");
  const server = createServer({ pauseOnConnect: true });
  try {
    await new Promise<void>((resolve, reject) => void server.once("error", reject).listen(path, resolve));
    const accepted = new Promise<Socket>((resolve) => void server.once("connection", resolve));
    const ours = connect({ path });
    await new Promise<void>((resolve, reject) => void ours.once("error", reject).once("connect", resolve));
    return { ours, theirs: await accepted };
  } finally {
    server.close();
    rmSync(dir, { recursive: true, force: true });
  }
}
