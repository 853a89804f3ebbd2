import { expect, test } from "vitest";
import { readRecord, recordFilter } from "../../../src/builder/gateway/records.ts";

const record = {
  ID: "abc",
  InUse: false,
  Size: 4096,
  CreatedAt: { seconds: 1_700_000_000, nanos: 999_999_999 },
  LastUsedAt: undefined,
  UsageCount: 2,
  Description: "",
  RecordType: "exec.cachemount",
  Parents: [],
};

test.each<[string, string | null, string]>([
  [`cached mount /root/.npm from exec /bin/sh -c npm ci with id "//root/.npm"`, "/root/.npm", ""],
  [`cached mount /c from exec /bin/sh -c x with id "/shop-npm"`, "shop-npm", ""],
  [`cached mount /c from exec /bin/sh -c x with id "team/shop/npm"`, "shop/npm", "team"],
  [`cached mount /go/pkg/mod from exec /bin/sh -c go build`, "go/pkg/mod", ""],
  [`cached mount /c from exec /bin/sh -c echo with id "/fake" && true with id "/real"`, "real", ""],
  [`cached mount /c from exec /bin/sh -c a\nb with id "/x"`, "x", ""],
  [
    String.raw`cached mount /c from exec x with id "/a\"b\\c\x00\td\u2028\U000e0001é"`,
    'a"b\\c\0\td\u2028\u{e0001}é',
    "",
  ],
  ["mount / from exec", null, ""],
  ["", null, ""],
])("id of: %s", (Description, mountId, namespace) => {
  expect(readRecord({ ...record, Description })).toMatchObject({ mountId, namespace });
});

test("the other fields", () => {
  expect(readRecord({ ...record, Parents: ["p"], InUse: true })).toEqual({
    recordId: "abc",
    mountId: null,
    namespace: "",
    bytes: 4096,
    isInUse: true,
    createdAt: 1_700_000_000_999,
    lastUsedAt: null,
    usageCount: 2,
    hasBase: true,
  });
});

test.each([
  ["abc123", 'id=="abc123"'],
  ['a"b\\c,d', String.raw`id=="a\"b\\c,d"`],
])("filter of the record %s", (id, filter) => {
  expect(recordFilter(id)).toBe(filter);
});
