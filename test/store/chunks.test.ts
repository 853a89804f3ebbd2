import { expect, test } from "vitest";
import { createChunks, giveBack, isShared } from "../../src/store/chunks.ts";

test("memory that is given back is used again, once; what is not stays its reader's", () => {
  const chunks = createChunks(10);
  const [first, second] = [chunks.take(), chunks.take()];
  expect(second.buffer).not.toBe(first.buffer);
  giveBack(first.subarray(0, 4));
  giveBack(first);
  giveBack(Buffer.from("of others"));
  expect(chunks.take().buffer).toBe(first.buffer);
  const fresh = chunks.take();
  expect([first.buffer, second.buffer]).not.toContain(fresh.buffer);
});

test("what others have a part of is given back by none of them", () => {
  const chunks = createChunks(10);
  const shared = isShared(chunks.take());
  giveBack(shared.subarray(0, 5));
  expect(chunks.take().buffer).not.toBe(shared.buffer);
});
