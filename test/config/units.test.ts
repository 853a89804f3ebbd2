import { expect, test } from "vitest";
import { readDuration, readSize } from "../../src/config/units.ts";

test.each([
  ["60s", 60_000],
  ["1m30s", 90_000],
  ["1.5h", 5_400_000],
  ["250ms", 250],
  ["10us", 0.01],
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
