import { expect, test } from "vitest";
import { parseDuration, parseSize, readDuration, readSize } from "../../src/diagnostics/units.ts";

test.each([
  ["60s", 60_000],
  ["1m30s", 90_000],
  ["1.5h", 5_400_000],
  ["250ms", 250],
  ["10us", 0.01],
  ["14d", 1_209_600_000],
])("%s", (text, ms) => {
  expect(readDuration(text)).toBeCloseTo(ms);
});

test.each([
  ["100B", 100],
  ["500MB", 500_000_000],
  ["4GiB", 4 * 2 ** 30],
  ["1.5KiB", 1_536],
  ["2TB", 2e12],
])("%s", (text, bytes) => {
  expect(readSize(text)).toBe(bytes);
});

test.each(["", "14", "d", "-1d", "1 d", "1w", "1.d", "12h x"])("%j is no duration", (text) => {
  expect(parseDuration(text)).toBeNull();
});

test.each(["", "10", "GB", "-1GB", "10gb", "1.GB", "10 GB", "1iB"])("%j is no size", (text) => {
  expect(parseSize(text)).toBeNull();
});

test("what a user types is read as what a config says", () => {
  expect([parseDuration("1d12h"), parseSize("10GB")]).toEqual([129_600_000, 1e10]);
});
