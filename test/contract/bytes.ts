import { createHash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export const sha256 = (body: Uint8Array): string => createHash("sha256").update(body).digest("hex");

/** A body whose every part differs, so that a shifted or mixed one is seen. */
export const bytes = (size: number): Buffer => randomBytes(size);

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes of all buffers that somebody still holds: V8 frees those that nobody has in a thread of its own, a little later. */
export async function heldBytes(): Promise<number> {
  let held = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 3; look += 1) {
    collectGarbage();
    await sleep(10);
    held = Math.min(held, process.memoryUsage().arrayBuffers);
  }
  return held;
}
