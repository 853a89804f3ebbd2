import { setFlagsFromString } from "node:v8";

/**
 * What V8 is told while contents of mounts pass through, and what it does by itself.
 *
 * Nearly all of its memory are buffers of a few megabytes, outside of its heap. By itself it goes over the whole heap after each
 * 64 MiB of them, ten times for 200 MB of contents, which takes a sixth of this process's CPU time. With the second flag they
 * count as its own memory does, and the third says how much more than was in use there may be before it collects: with 150 a
 * restore of 50,000 files needs 450 MB. The first keeps the memory for what is new small, which V8 goes over often and at
 * little cost, so that buffers of which nothing is left go early.
 */
const whileUnderWay = ["--semi-space-growth-factor=1"];
const otherwise = ["--semi-space-growth-factor=2"];
// V8 writes to standard error what it does not know: Node 22 lacks this one, 24 to 26 have it.
if (["13", "14"].includes(process.versions.v8.split(".")[0] ?? "")) {
  whileUnderWay.push("--external-memory-accounted-in-global-limit", "--heap-growing-percent=100");
  otherwise.push("--no-external-memory-accounted-in-global-limit", "--heap-growing-percent=0");
}

let underWay = 0;

/** Works with memory for buffers that live shortly. */
export async function withShortLivedMemory<T>(work: () => Promise<T>): Promise<T> {
  if (underWay === 0) for (const flag of whileUnderWay) setFlagsFromString(flag);
  underWay++;
  try {
    return await work();
  } finally {
    underWay--;
    if (underWay === 0) for (const flag of otherwise) setFlagsFromString(flag);
  }
}
