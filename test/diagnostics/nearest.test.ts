import { expect, test } from "vitest";
import { nearest } from "../../src/diagnostics/nearest.ts";

test.each([
  ["tagz", ["tags", "target"], "tags"],
  ["cache_from", ["cacheFrom", "cacheTo"], "cacheFrom"],
  ["genrate", ["generate", "bake"], "generate"],
  ["bkae", ["bake", "build"], "bake"],
  ["bucket-name", ["type", "bucket", "prefix"], "bucket"],
  ["bucketName", ["type", "bucket", "prefix"], "bucket"],
  ["cacheRegion", ["type", "region"], "region"],
  ["prefix-type", ["type", "prefix"], undefined],
  ["zzz", ["bake", "build"], undefined],
  ["", ["bake"], undefined],
])("%s", (wanted, candidates, expected) => {
  expect(nearest(wanted, candidates)).toBe(expected);
});
