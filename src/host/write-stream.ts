import { createWriteStream } from "node:fs";
import { rename, unlink } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { cannotWrite, findWriteTarget, temporaryBeside } from "./files.ts";

/**
 * Writes a file whose content comes piece by piece: it is there whole or not at all. A device or pipe is written to as it
 * is. What the pieces throw is thrown on.
 * @throws BkcacheError BK3003
 */
export async function writeStream(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  let temporary: string | null = null;
  try {
    const { path: target, isSpecial } = await findWriteTarget(path);
    if (!isSpecial) temporary = temporaryBeside(target);
    await pipeline(
      Readable.from(pieces, { objectMode: false }),
      createWriteStream(temporary ?? target, { flags: isSpecial ? "a" : "wx" }),
    );
    if (temporary !== null) await rename(temporary, target);
  } catch (cause) {
    if (temporary !== null) await unlink(temporary).catch(() => {});
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    throw cannotWrite(path, cause);
  }
}
