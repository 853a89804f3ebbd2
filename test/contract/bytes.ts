import { createHash, randomBytes } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export const sha256 = (body: Uint8Array): string => createHash("sha256").update(body).digest("hex");

/** A body whose every part differs, so that a shifted or mixed one is seen. */
export const bytes = (size: number): Buffer => randomBytes(size);

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes of all buffers that somebody still holds. */
export function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}
