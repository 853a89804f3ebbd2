import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { realpath, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { BkcacheError } from "../diagnostics/error.ts";

/**
 * Writes a file whose content comes piece by piece: it is there whole or not at all. A device or pipe is written to as it
 * is. What the pieces throw is thrown on.
 * @throws BkcacheError BK3003
 */
export async function writeStream(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const isSpecial = await stat(target).then(
    (stats) => !stats.isFile(),
    () => false,
  );
  const name = `.${basename(target)}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  const written = isSpecial ? target : join(dirname(target), name);
  try {
    await pipeline(
      Readable.from(pieces, { objectMode: false }),
      createWriteStream(written, { flags: isSpecial ? "w" : "wx" }),
    );
    if (!isSpecial) await rename(written, target);
  } catch (cause) {
    if (!isSpecial) await unlink(written).catch(() => {});
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    throw new BkcacheError({
      code: "BK3003",
      message: `cannot write ${path}: ${cause.message}`,
      hint: "check that the folder exists, its rights and its free space",
      cause,
    });
  }
}
