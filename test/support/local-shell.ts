import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { MountShell } from "../../src/builder/gateway/shell.ts";
import { makeTempDir } from "./cleanup.ts";

/** The folder of notes of such a mount, beside it. */
export function notesOf(dir: string): string {
  return `${dir}.notes`;
}

/** A folder that plays the cache mount, and real processes of the real static busybox that work in it. */
export function openLocalShell(dir: string, { maxFileBytes }: { readonly maxFileBytes?: number } = {}): MountShell {
  const bin = makeTempDir("busybox");
  mkdirSync(notesOf(dir), { recursive: true });
  mkdirSync(bin, { recursive: true });
  const scratch = makeTempDir("scratch");
  const busybox = join(bin, "busybox");
  symlinkSync(execFileSync("which", ["busybox"], { encoding: "utf8" }).trim(), busybox);
  return {
    async exec(argv, { input, onOutput, signal } = {}) {
      // A bound of each file stands for a disk that is full.
      const bound = maxFileBytes === undefined ? [] : ["prlimit", `--fsize=${maxFileBytes}`];
      const [program = busybox, ...args] = [...bound, busybox, ...argv];
      const child = spawn(program, args, {
        cwd: dir,
        env: {
          PATH: maxFileBytes === undefined ? bin : `${bin}:/usr/bin:/bin`,
          BKCACHE_NOTES: notesOf(dir),
          BKCACHE_SCRATCH: scratch,
        },
        stdio: ["pipe", "pipe", "pipe"],
        ...(signal && { signal, killSignal: "SIGKILL" }),
      });
      let stderr = "";
      child.stderr.setEncoding("latin1").on("data", (text: string) => (stderr = (stderr + text).slice(-65_536)));
      const ended = new Promise<number>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code) => resolve(code ?? 137));
      });
      let refusal: { readonly error: unknown } | undefined;
      const refuse = (error: unknown): void => {
        refusal ??= { error };
        child.kill("SIGKILL");
      };
      child.stdout.on("data", (piece: Buffer) => {
        try {
          const answer = refusal === undefined ? onOutput?.(piece) : undefined;
          if (answer === undefined) return;
          child.stdout.pause();
          answer.then(() => child.stdout.resume(), refuse);
        } catch (error) {
          refuse(error);
        }
      });
      let inputError: unknown;
      const feeding = feed(child.stdin, input).catch((error: unknown) => {
        inputError = error;
      });
      const exitCode = await ended;
      await feeding;
      if (refusal !== undefined) throw refusal.error;
      // A program that does not want the rest closes its end; anything else is the caller's own failure.
      const code = inputError instanceof Error && "code" in inputError ? inputError.code : undefined;
      if (inputError !== undefined && code !== "EPIPE" && code !== "ERR_STREAM_PREMATURE_CLOSE") throw inputError;
      return { exitCode, stderr };
    },
    close: async () => {},
  };
}

async function feed(stdin: NodeJS.WritableStream, input: Readable | AsyncIterable<Uint8Array> | undefined) {
  if (input === undefined) stdin.end();
  else await pipeline(input instanceof Readable ? input : Readable.from(input, { objectMode: false }), stdin);
}
