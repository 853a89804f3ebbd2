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

test("memory that a chunk has to itself is free once it is given back, but for what others have a part of", () => {
  const [own, shared, plain] = [1, 2, 3].map((byte) => Buffer.alloc(10, byte)) as [Buffer, Buffer, Buffer];
  giveBack(ownsMemory(own).subarray(2, 4));
  giveBack(own);
  expect(own.buffer.byteLength).toBe(0);
  const part = isShared(ownsMemory(shared)).subarray(0, 5);
  giveBack(part);
  giveBack(plain);
  expect([...part, ...plain]).toEqual([...Array<number>(5).fill(2), ...Array<number>(10).fill(3)]);
});

test("small chunks that a stream has joined share their memory with others, and it stays theirs", () => {
  const other = Buffer.from("of another body");
  const joined = Buffer.concat([Buffer.from("a"), Buffer.from("b")]);
  expect(joined.buffer).toBe(other.buffer);
  giveBack(ownsMemory(joined));
  expect(String(other)).toBe("of another body");
});
