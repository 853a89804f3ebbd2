import { expect, test } from "vitest";
import { harmfulRules } from "../../src/doctor/checks/lifecycle.ts";
import { lifecycleRules } from "../../src/doctor/lifecycle-rules.ts";
import { type ExpiryRule, gcsRules } from "../../src/store/lifecycle.ts";
import type { BucketPlace } from "../../src/store/place.ts";

function place(type: "s3" | "gcs", bucket: string, prefix: string): BucketPlace {
  const rest = { region: "eu-west-1", endpointUrl: undefined, usePathStyle: undefined, insecure: false };
  return { type, backend: "remote", bucket, prefix, ...rest };
}

test("one document for each bucket, whose rules meet no key twice", () => {
  const found = lifecycleRules([
    place("s3", "acme-ci", "shop/"),
    place("s3", "acme-ci", "shop/mounts/"),
    place("s3", "acme-ci", "web/"),
    place("gcs", "acme-ci", ""),
  ]);
  expect(found.map(({ bucket, type }) => `${type}://${bucket}`)).toEqual(["s3://acme-ci", "gcs://acme-ci"]);
  const [s3, gcs] = found as [(typeof found)[0], (typeof found)[0]];
  expect(s3.command).toBe(
    "aws s3api put-bucket-lifecycle-configuration --bucket acme-ci --lifecycle-configuration file://lifecycle.json",
  );
  const { Rules } = s3.rules as { readonly Rules: readonly Record<string, unknown>[] };
  expect(Rules.map(({ ID, Filter }) => [ID, Filter])).toEqual([
    ["bkcache-shop-uploads", { Prefix: "shop/" }],
    ["bkcache-shop-versions", { Prefix: "shop/" }],
    ["bkcache-web-uploads", { Prefix: "web/" }],
    ["bkcache-web-versions", { Prefix: "web/" }],
  ]);
  expect(gcs.rules).toEqual({
    rule: [
      { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 2 } },
      { action: { type: "Delete" }, condition: { isLive: false, daysSinceNoncurrentTime: 7 } },
    ],
  });
  expect(gcsRules({ lifecycle: gcs.rules }), "nothing of it is what doctor warns of").toEqual([]);
});

test.each<[string, Omit<ExpiryRule, "name">, boolean]>([
  ["all of the bucket", { prefix: "", days: 30 }, true],
  ["the prefix", { prefix: "shop/", days: 30 }, true],
  ["layers alone", { prefix: "shop/blobs/", days: 30 }, true],
  ["at a date", { prefix: "sh", days: null }, true],
  ["manifests alone", { prefix: "shop/manifests/", days: 30 }, false],
  ["mounts alone", { prefix: "shop/mounts/", days: 14 }, false],
  ["another prefix", { prefix: "web/", days: 1 }, false],
])("a rule for %s", (_, rule, isHarmful) => {
  const found = harmfulRules([{ name: "old", ...rule }], "shop/blobs/");
  expect(found.length > 0).toBe(isHarmful);
});

test.each<[string, object, readonly Omit<ExpiryRule, "name">[]]>([
  ["by age", { age: 30 }, [{ prefix: "", days: 30 }]],
  [
    "by age and prefix",
    { age: 3, matchesPrefix: ["a/", "b/"] },
    [3, 3].map((days, i) => ({ prefix: "ab"[i] + "/", days })),
  ],
  ["before a date", { createdBefore: "2026-01-01" }, [{ prefix: "", days: null }]],
  ["of versions", { isLive: false, age: 30 }, []],
  ["of newer versions", { numNewerVersions: 3 }, []],
  ["by a time that caches do not set", { daysSinceCustomTime: 3 }, []],
])("Google's rule %s", (_, condition, rules) => {
  const read = gcsRules({ lifecycle: { rule: [{ action: { type: "Delete" }, condition }] } });
  expect(read).toEqual(rules.map((rule) => ({ name: "", ...rule })));
  const moved = { action: { type: "SetStorageClass" }, condition };
  expect(gcsRules({ lifecycle: { rule: [moved] } })).toEqual([]);
});
