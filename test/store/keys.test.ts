import { array, assert, constantFrom, oneof, property, string } from "fast-check";
import { expect, test } from "vitest";
import { compareKeys, percentEncodeKey, percentEncode } from "../../src/store/keys.ts";

const text = string({ unit: "grapheme", maxLength: 20 });

test("keys sort as their bytes do", () => {
  const unit = constantFrom("a", "/", "é", "\uffee", "\ud7ff", "😀", "𐀀");
  const near = array(unit, { maxLength: 5 }).map((units) => units.join(""));
  assert(
    property(oneof(near, text), oneof(near, text), (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

test("an encoded key has unreserved characters alone, and reads back", () => {
  assert(
    property(text, (key) => {
      expect(decodeURIComponent(percentEncodeKey(key))).toBe(key);
      expect(percentEncode(key)).toMatch(/^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*$/);
    }),
  );
});
