import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { compress, decompress, readFrame } from "../../src/mounts/zstd.ts";

const mebibyte = 1 << 20;

describe("a frame", () => {
  const lengths = [0, 1, 100, 65_536, mebibyte - 1, 8 * mebibyte, 40 * mebibyte];
  test.each(lengths)("of %i bytes is one, says its length and unpacks to what it was made of", async (length) => {
    for (const hasChecksum of [false, true]) {
      for (const contents of [Buffer.alloc(length, "contents "), randomBytes(length)]) {
        const bytes = await compress(contents, { hasChecksum });
        expect(readFrame(bytes)).toEqual({ length: bytes.length, contentBytes: length, hasChecksum });
        expect((await decompress(bytes, length, { hasChecksum }))?.equals(contents)).toBe(true);
      }
    }
  });

  test("is the same for the same contents, however many are made at once", async () => {
    const contents = Buffer.concat([randomBytes(mebibyte), Buffer.alloc(mebibyte, "contents ")]);
    const [first, ...more] = await Promise.all(Array.from({ length: 12 }, () => compress(contents)));
    expect(more.every((each) => first?.equals(each))).toBe(true);
  });
});
