import { expect, test } from "vitest";
import { type Code, codes, exitCodeOf, factsOf } from "../../src/diagnostics/codes.ts";

test.each<[Code, number]>([
  ["BK1001", 2],
  ["BK2001", 2],
  ["BK3001", 1],
  ["BK3003", 2],
  ["BK4001", 2],
  ["BK5001", 3],
  ["BK5056", 2],
  ["BK5057", 1],
  ["BK5058", 1],
  ["BK9001", 70],
])("a command that ends with %s exits with %i", (code, exit) => {
  expect(exitCodeOf(code)).toBe(exit);
});

test("what is a notice about one mount, or is damage, keeps nobody from trying the store again", () => {
  const known = (Object.keys(codes) as Code[]).map((code) => [code, factsOf(code)] as const);
  const both = known.filter(([, { isNotice, isDamage, isLasting }]) => (isNotice ?? isDamage) && isLasting);
  expect(both).toEqual([]);
});

test("what is wrong with credentials lasts", () => {
  const known = (Object.keys(codes) as Code[]).map(factsOf);
  expect(known.filter(({ isOfCredentials, isLasting }) => isOfCredentials && !isLasting)).toEqual([]);
});
