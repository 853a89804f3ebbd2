import { expect, test } from "vitest";
import type { MountRecord } from "../../src/builder/gateway/records.ts";
import { stateOf } from "../../src/carry/records.ts";

const record = (fields: Partial<MountRecord>): MountRecord => ({
  recordId: "r",
  mountId: "x",
  namespace: "",
  bytes: 1,
  isInUse: false,
  createdAt: 0,
  lastUsedAt: 0,
  usageCount: 1,
  hasBase: false,
  ...fields,
});

test.each([
  ["no record", [], "lacking"],
  ["one of another id, namespace or kind", [{ mountId: "y" }, { namespace: "n" }, { hasBase: true }], "lacking"],
  ["one", [{}], "present"],
  ["two", [{}, { recordId: "s" }], "twins"],
] as const)("%s", (_, records, kind) => {
  expect(stateOf({ id: "x", namespace: "" }, records.map(record)).kind).toBe(kind);
});

test("two with an owner may be two mounts", () => {
  const records = [record({ hasBase: true }), record({ hasBase: true, recordId: "s" })];
  expect(stateOf({ id: "x", namespace: "", uid: 1 }, records).kind).toBe("present");
});
