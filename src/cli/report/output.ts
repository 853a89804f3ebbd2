import { writeSync } from "node:fs";
import { BkcacheError } from "../../diagnostics/error.ts";

const stdout = 1;

/**
 * Writes to standard output. Not through `process.stdout` where that would write at once too: Node loads its streams and
 * sockets for it, which takes longer than most commands.
 */
export function writeOutput(text: string): void {
  // A Windows console takes no UTF-8 from a plain write.
  if (process.platform === "win32") {
    process.stdout.write(text);
    return;
  }
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(stdout, bytes, written);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // Nobody reads any more.
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") {
        throw new BkcacheError({
          code: "BK3003",
          message: `cannot write to standard output (${code})`,
          hint: "check the free space where it goes",
          cause: error,
        });
      }
      // A pipe that another process made non-blocking is full.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}

/** Writes bytes that come piece by piece. A reader that goes away before the end has had enough. */
export async function pipeToOutput(pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const { Readable } = await import("node:stream");
  const { pipeline } = await import("node:stream/promises");
  try {
    await pipeline(Readable.from(pieces, { objectMode: false }), process.stdout, { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  }
}
