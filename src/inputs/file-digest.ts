import { createHash, hash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import type { Breather } from "./breather.ts";

const chunkBytes = 1 << 20;

/** Reads files into what git calls their contents: the same where it was git that told it. */
export interface FileDigests {
  /** SHA-1 of the contents with git's header, in hex; at once where the file is small. @throws what the file system throws */
  of(path: string, size: number): string | Promise<string>;
}

export function createFileDigests(breather: Breather): FileDigests {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const readLarge = async (path: string, size: number): Promise<string> => {
    const file = openSync(path, "r");
    try {
      const sum = createHash("sha1").update(`blob ${size}\0`);
      for (let read = fill(file, 0); read > 0; read = fill(file, 0)) {
        sum.update(buffer.subarray(0, read));
        await breather.pause();
      }
      return sum.digest("hex");
    } finally {
      closeSync(file);
    }
  };
  return {
    of(path, size) {
      const header = `blob ${size}\0`;
      if (size + header.length >= chunkBytes) return readLarge(path, size);
      const file = openSync(path, "r");
      try {
        const at = buffer.write(header, "latin1");
        return hash("sha1", buffer.subarray(0, at + fill(file, at)), "hex");
      } finally {
        closeSync(file);
      }
    },
  };

  /** Reads on until the buffer is full or the file ends. */
  function fill(file: number, start: number): number {
    let at = start;
    while (at < buffer.length) {
      const read = readSync(file, buffer, at, buffer.length - at, null);
      if (read === 0) break;
      at += read;
    }
    return at - start;
  }
}
