import { expect, test } from "vitest";
import { nearest } from "../../src/diagnostics/nearest.ts";

test.each([
  ["tagz", ["tags", "target"], "tags"],
  ["cache_from", ["cacheFrom", "cacheTo"], "cacheFrom"],
  ["genrate", ["generate", "bake"], "generate"],
  ["bkae", ["bake", "build"], "bake"],
  ["zzz", ["bake", "build"], undefined],
  ["", ["bake"], undefined],
])("%s", (wanted, candidates, expected) => {
  expect(nearest(wanted, candidates)).toBe(expected);
});
