import { setFlagsFromString } from "node:v8";

let underWay = 0;

/**
 * Works with memory for what lives shortly that does not grow: V8 goes over it often then, which takes little, and buffers of
 * which nothing is left go with it. Else they wait until V8 goes over everything for their sake, which a restore of 200 MB
 * makes it do ten times, in a tenth of its CPU time. The factor is read when that memory would grow; 2 is V8's own.
 */
export async function withShortLivedMemory<T>(work: () => Promise<T>): Promise<T> {
  if (underWay === 0) setFlagsFromString("--semi-space-growth-factor=1");
  underWay++;
  try {
    return await work();
  } finally {
    underWay--;
    if (underWay === 0) setFlagsFromString("--semi-space-growth-factor=2");
  }
}
