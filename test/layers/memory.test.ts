import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { repositoryDir } from "../support/toolchain.ts";

/** How many blobs the bucket has. `npm run soak` has a million. */
const blobs = Number(process.env["BKCACHE_SOAK_BLOBS"] ?? 100_000);
/** Of V8's heap, in MB: the digests of a million blobs as strings would need three times as much. */
const heap = 64;

test(`a bucket of ${blobs} blobs is pruned in bounded memory`, async () => {
  const script = `${repositoryDir}/test/scripts/layers-memory.ts`;
  const args = [`--max-old-space-size=${heap}`, script, String(blobs)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const result = JSON.parse(stdout) as Record<string, number>;
  if (process.env["BKCACHE_SOAK_BLOBS"] !== undefined) process.stderr.write(`${stdout}\n`);
  expect(result).toMatchObject({ kept: blobs * 0.75, waiting: blobs * 0.25, deleted: blobs * 0.25 });
  // In MB, with what Node itself takes, and what makes the bucket up.
  expect(result["peak"]).toBeLessThan(500);
}, 300_000);
