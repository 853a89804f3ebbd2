import { expect, test } from "vitest";
import { fieldOf, isRecord, listOf, parseJson, parseJsonWithin } from "../../src/host/json.ts";

test("no JSON is undefined, also where it was cut off", () => {
  expect(parseJson('{"a":[1')).toBeUndefined();
  expect(parseJson("")).toBeUndefined();
  expect(parseJson(Buffer.from('{"a":1}'))).toEqual({ a: 1 });
});

test("bytes that are nested deeply are refused before they are parsed", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  expect(parseJsonWithin(Buffer.from(nested(16)))).toHaveLength(1);
  expect(parseJsonWithin(Buffer.from(nested(17)))).toBeUndefined();
  expect(parseJson(nested(17))).toHaveLength(1);
});

test.each([null, undefined, 1, "text", [], [["a", 1]]])("%j has no fields", (value) => {
  expect(isRecord(value)).toBe(false);
  expect(fieldOf(value, "length")).toBeUndefined();
});

test("a field is one of the value's own", () => {
  expect(fieldOf({ a: 1 }, "a")).toBe(1);
  expect(fieldOf({}, "toString")).toBeUndefined();
  expect(listOf(null)).toEqual([]);
  expect(listOf([1])).toEqual([1]);
});
