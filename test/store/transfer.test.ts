import { PassThrough, Readable } from "node:stream";
import { expect, test } from "vitest";
import { readBody } from "../../src/store/transfer.ts";

const { signal } = new AbortController();
const options = { length: undefined, maxBytes: Infinity, idleMs: 5_000, signal };
const parts = ["ab", "", "cde"].map((part) => Buffer.from(part));

test.each([undefined, 5])("all parts in order, with length %s", async (length) => {
  expect(String(await readBody(Readable.from(parts), { ...options, length }))).toBe("abcde");
  expect(await readBody(Readable.from([]), { ...options, length: 0 })).toHaveLength(0);
});

test.each([4, 6])("%i bytes are promised, another number comes", async (length) => {
  await expect(readBody(Readable.from(parts), { ...options, length })).rejects.toMatchObject({
    code: "ETRUNCATED",
  });
});

test("a length that nobody could hold is not reserved", async () => {
  const claimed = { ...options, length: 2 ** 50 };
  await expect(readBody(Readable.from(parts), claimed)).rejects.toMatchObject({
    code: "ETRUNCATED",
  });
});

test.each([undefined, 5])("too large, with length %s: the body is let go", async (length) => {
  const body = Readable.from(parts);
  expect(await readBody(body, { ...options, length, maxBytes: 4 })).toBe("too large");
  expect(body.destroyed).toBe(true);
});

test("silence ends it, and so does an abort", async () => {
  const silent = new PassThrough();
  silent.write("x");
  await expect(readBody(silent, { ...options, idleMs: 20 })).rejects.toMatchObject({
    code: "ETIMEDOUT",
  });
  expect(silent.destroyed).toBe(true);
  const reason = new Error("stop");
  const controller = new AbortController();
  const reading = readBody(new PassThrough(), { ...options, signal: controller.signal });
  controller.abort(reason);
  await expect(reading).rejects.toBe(reason);
});

test("a connection that closes without a word is no end", async () => {
  const body = new PassThrough();
  const reading = readBody(body, options);
  body.destroy();
  await expect(reading).rejects.toMatchObject({ code: "ETRUNCATED" });
});
