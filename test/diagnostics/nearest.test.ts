import { expect, test } from "vitest";
import { nearest, suggest } from "../../src/diagnostics/nearest.ts";

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

test.each([
  ["maximum", ["min", "max"], "max"],
  ["warning", ["error", "warn", "off"], "warn"],
  ["mino", ["aws", "gcs", "r2", "minio", "ceph"], "minio"],
  ["yarn", ["yarn-classic", "yarn-berry", "npm"], "yarn-classic or yarn-berry"],
  ["maxmin", ["min", "max"], "max"],
  ["nothing", ["min", "max"], undefined],
])("a value: %s", (wanted, candidates, expected) => {
  expect(suggest(wanted, candidates)).toBe(expected);
});
