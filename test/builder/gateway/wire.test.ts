import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bool, bytes, field, int, list, message, optional, text, textMap } from "../../../src/builder/gateway/wire.ts";

const Inner = message({ name: field(1, text) });
const All = message({
  count: field(1, int),
  isSet: field(2, bool),
  title: field(3, text),
  data: field(4, bytes),
  inner: optional(5, Inner),
  zero: optional(6, int),
  names: list(7, text),
  inners: list(20, Inner),
  pairs: textMap(300),
});
const encoded = (value: Parameters<typeof All.encode>[0]) => Buffer.concat(All.encode(value));
const nothing = { count: 0, isSet: false, title: "", data: Buffer.alloc(0), names: [], inners: [], pairs: [] };

test.each([
  ["a number of one byte", { count: 1 }, "0801"],
  ["a number of two", { count: 300 }, "08ac02"],
  ["a negative number", { count: -1 }, "08ffffffffffffffffff01"],
  ["2 to the 53rd, less one", { count: Number.MAX_SAFE_INTEGER }, "08ffffffffffffff0f"],
  ["a bool", { isSet: true }, "1001"],
  ["text", { title: "testing" }, "1a0774657374696e67"],
  ["a message in it", { inner: { name: "a" } }, "2a030a0161"],
  ["an empty one", { inner: {} }, "2a00"],
  ["a default that is given", { zero: 0 }, "3000"],
  ["a list", { names: ["a", ""] }, "3a01613a00"],
  ["a map, behind a tag of two bytes", { pairs: [{ key: "k", value: "v" }] }, "e212060a016b120176"],
])("bytes of %s", (_, value, hex) => {
  expect(encoded(value).toString("hex")).toBe(hex);
});

test("what is written is read", () => {
  const inner = fc.record({ name: fc.string({ unit: "grapheme" }) });
  const values = fc.record({
    count: fc.maxSafeInteger(),
    isSet: fc.boolean(),
    title: fc.string({ unit: "grapheme" }),
    data: fc.uint8Array({ maxLength: 300 }).map((data) => Buffer.from(data)),
    inner: fc.option(inner, { nil: undefined }),
    zero: fc.option(fc.maxSafeInteger(), { nil: undefined }),
    names: fc.array(fc.string()),
    inners: fc.array(inner),
    pairs: fc.array(fc.record({ key: fc.string(), value: fc.string() })),
  });
  fc.assert(
    fc.property(values, (value) => {
      expect(All.decode(encoded(value))).toEqual(value);
    }),
  );
});

describe("reading", () => {
  const read = (hex: string) => All.decode(Buffer.from(hex, "hex"));

  test.each([
    ["nothing", "", nothing],
    ["fields that the table lacks", "4801 5203616263 5d01020304 6101020304050607080801", { ...nothing, count: 1 }],
    ["a field of another type", "0a0161", nothing],
    ["a field twice: the last one", "08010802", { ...nothing, count: 2 }],
  ])("%s", (_, hex, value) => {
    expect(read(hex.replaceAll(" ", ""))).toEqual({ inner: undefined, zero: undefined, ...value });
  });

  test.each([
    ["a number without an end", "0880"],
    ["a number that is too long", `08${"ff".repeat(11)}`],
    ["text that is longer than the message", "1a0561"],
    ["a group", "0b"],
  ])("throws at %s", (_, hex) => {
    expect(() => read(hex)).toThrow(/the message ends|more than ten|no such wire type/);
  });

  test("any bytes give a message or an error, and never hang", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (data) => {
        try {
          All.decode(Buffer.from(data));
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});
