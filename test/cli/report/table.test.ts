import { describe, expect, test } from "vitest";
import { formatTable, showAge } from "../../../src/cli/report/table.ts";

const columns = [
  { head: "NAME", least: 6 },
  { head: "SIZE", isRight: true },
  { head: "WHO", least: 4 },
] as const;
const rows = [
  ["a-long-name", "12 MB", "somebody"],
  ["b", "1 B", ""],
];

describe("formatTable", () => {
  test("aligns columns and leaves no blanks at the ends", () => {
    expect(formatTable(columns, rows, null)).toEqual([
      "NAME          SIZE  WHO",
      "a-long-name  12 MB  somebody",
      "b              1 B",
    ]);
  });

  test("cuts the last column first, then the others, each to its least", () => {
    expect(formatTable(columns, rows, 26)).toContain("a-long-name  12 MB  someb…");
    expect(formatTable(columns, rows, 22)).toContain("a-long-n…  12 MB  som…");
    expect(formatTable(columns, rows, 5)).toContain("a-lon…  12 MB  som…");
  });

  test("is never wider than the terminal where the columns may be cut so far", () => {
    for (let width = 19; width < 40; width++) {
      for (const line of formatTable(columns, rows, width)) expect(line.length).toBeLessThanOrEqual(width);
    }
  });
});

test.each([
  [0, "now"],
  [-5000, "now"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [7_199_999, "1 h"],
  [86_400_000 * 400, "400 d"],
])("%d ms ago is %j", (ms, text) => expect(showAge(ms)).toBe(text));
