import { hash } from "node:crypto";
import { expect, test } from "vitest";
import { createColumn, createDigestTable, readDigest, showDigest } from "../../src/layers/digest-table.ts";

const digestOf = (index: number): Buffer => hash("sha256", String(index), "buffer");

test("numbers digests in the order in which they come, each once", () => {
  const table = createDigestTable();
  const count = 150_000;
  for (let index = 0; index < count; index += 1) expect(table.add(digestOf(index))).toBe(index);
  for (const index of [0, 1, 65_535, 65_536, count - 1]) {
    expect(table.add(digestOf(index))).toBe(index);
    expect(table.find(digestOf(index))).toBe(index);
    expect(table.at(index)).toEqual(digestOf(index));
  }
  expect(table.size).toBe(count);
  expect(table.find(digestOf(count))).toBe(-1);
});

test("takes what differs in few bits, and no other length", () => {
  const table = createDigestTable();
  for (let index = 0; index < 20_000; index += 1) {
    const digest = Buffer.alloc(32);
    digest.writeUInt32LE(index, 28);
    expect(table.add(digest)).toBe(index);
  }
  expect(() => table.add(Buffer.alloc(31))).toThrow("31 bytes");
});

test("reads and shows digests", () => {
  const text = `sha256:${"ab".repeat(32)}`;
  expect(showDigest(readDigest(text) as Buffer)).toBe(text);
  for (const other of ["", "sha256:", `sha512:${"ab".repeat(32)}`, text.toUpperCase(), `${text}0`])
    expect(readDigest(other)).toBeNull();
});

test("a column has what was set, and what is missing", () => {
  const column = createColumn(-1);
  column.set(70_000, 5);
  expect([column.get(0), column.get(69_999), column.get(70_000), column.get(1e7)]).toEqual([-1, -1, 5, -1]);
});
