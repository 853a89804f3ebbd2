import { expect, test } from "vitest";
import { findTightPolicy, warnsOfCollection } from "../../src/carry/gc.ts";

const policy = {
  all: false,
  keepDuration: 172_800_000,
  filters: ["type==exec.cachemount"],
  reservedSpace: 0,
  maxUsedSpace: 512e6,
  minFreeSpace: 0,
};
const workers = (overrides: Partial<typeof policy>) => [
  { id: "w", platforms: [], buildkitVersion: null, gcPolicies: [{ ...policy, ...overrides }] },
];

test.each([
  ["less than the mount", {}, 600e6, true],
  ["more than the mount", {}, 500e6, false],
  ["no bound", { maxUsedSpace: 0 }, 600e6, false],
  ["other kinds of records", { filters: ["type==source.local"] }, 600e6, false],
] as const)("a policy that keeps %s", (_, overrides, bytes, isTight) => {
  expect(findTightPolicy(workers(overrides as Partial<typeof policy>), bytes) !== null).toBe(isTight);
});

test("what it keeps is shown in hours", () => {
  expect(findTightPolicy(workers({}), 600e6)).toBe("512 MB and what was used in the last 48 h");
});

test.each([
  ["docker-container", null, true],
  ["docker-container", "CI", false],
  ["docker", "CI", false],
  ["remote", "CI", true],
  ["kubernetes", "CI", true],
] as const)("of a builder of driver %s where CI is told by %s", (driver, sign, isSaid) => {
  expect(warnsOfCollection({ driver, ci: { sign }, rules: {} })).toBe(isSaid);
  expect(warnsOfCollection({ driver, ci: { sign }, rules: { BK5054: "off" } })).toBe(false);
});
