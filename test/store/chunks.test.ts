import { expect, test } from "vitest";
import { createChunks, giveBack, isShared, ownsMemory } from "../../src/store/chunks.ts";

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

test("memory that a chunk has to itself is free once it is given back; what it shares stays", () => {
  const own = Buffer.alloc(10, 1);
  giveBack(ownsMemory(own).subarray(2, 4));
  expect(own.buffer.byteLength).toBe(0);
  const other = Buffer.from("of another body");
  const pooled = Buffer.from("pooled");
  expect(pooled.buffer).toBe(other.buffer);
  giveBack(ownsMemory(pooled));
  expect(String(other)).toBe("of another body");
});
