import { expect, test } from "vitest";
import { parseRemoteCache } from "../../src/source/remote-cache.ts";

test.each([
  ["s3://bucket/build-cache/", { type: "s3", bucket: "bucket", prefix: "build-cache/" }],
  ["s3://bucket/a/b", { type: "s3", bucket: "bucket", prefix: "a/b/" }],
  ["s3://bucket", { type: "s3", bucket: "bucket", prefix: "" }],
  ["s3://bucket/", { type: "s3", bucket: "bucket", prefix: "" }],
  ["gcs://bucket/x/", { type: "gcs", bucket: "bucket", prefix: "x/" }],
  ["gs://bucket/x", { type: "gcs", bucket: "bucket", prefix: "x/" }],
])("%s", (value, expected) => {
  expect(parseRemoteCache(value)).toEqual(expected);
});

test.each([
  "bucket/x",
  "https://bucket.s3.amazonaws.com/x",
  "s3:///x",
  "s3://key:secret@bucket/x",
  "s3://b/x?region=y",
])("%s is refused, and not repeated: it may hold a secret", (value) => {
  expect(() => parseRemoteCache(value)).toThrow(expect.objectContaining({ code: "BK1002" }));
  expect(() => parseRemoteCache(value)).not.toThrow(value);
});
