import { describe, expect, test } from "vitest";
import type { MountRecord } from "../../src/builder/gateway/records.ts";
import type { BkcacheError } from "../../src/diagnostics/error.ts";
import { selectMounts } from "../../src/carry/selected-mounts.ts";
import type { CarriedMount } from "../../src/carry/find.ts";
import { findTwins } from "../../src/run/mounts/ls.ts";

const mount = (name: string, targets: readonly string[]): CarriedMount => ({
  name,
  identity: { id: `shop-${name}`, namespace: "" },
  platform: "linux/amd64",
  storeId: `shop linux-amd64  shop-${name}`,
  keyFiles: [],
  maxSize: null,
  targets,
});
const mounts = [mount("gomod", ["api", "worker"]), mount("npm", ["web"]), mount("web", ["api"])];
const target = { attributes: {}, bases: {} };
const plan = {
  mounts: { gomod: {}, npm: {}, web: {}, apt: {} },
  targets: { api: target, worker: target, web: target, docs: target },
  groups: { default: { targets: ["api", "web"] }, jobs: { targets: ["worker", "docs"] } },
  external: [],
} as unknown as Parameters<typeof selectMounts>[0];
const choose = (...words: string[]) => selectMounts(plan, mounts, words).map(({ name }) => name);

describe("selectMounts", () => {
  test.each([
    [[], ["gomod", "npm", "web"]],
    [["npm"], ["npm"]],
    [["shop-npm"], ["npm"]],
    [["shop linux-amd64  shop-npm"], ["npm"]],
    [["worker"], ["gomod"]],
    [
      ["jobs", "npm"],
      ["gomod", "npm"],
    ],
    [["docs"], []],
    // A word that is both means both.
    [["web"], ["npm", "web"]],
  ])("%j means %j", (words, expected) => expect(choose(...words)).toEqual(expected));

  test("names all words that mean nothing, with the nearest", () => {
    const error = (() => {
      try {
        return choose("gomd", "npm", "apt");
      } catch (thrown) {
        return thrown;
      }
    })() as BkcacheError;
    expect(error.findings.map(({ code, hint }) => [code, hint ?? null])).toEqual([
      ["BK1002", "did you mean gomod?"],
      ["BK1002", null],
    ]);
    expect(error.findings[1]?.message).toContain("no target uses");
  });
});

describe("findTwins", () => {
  const record = (recordId: string, more: Partial<MountRecord> = {}): MountRecord => ({
    recordId,
    mountId: "m",
    namespace: "",
    bytes: 0,
    isInUse: false,
    createdAt: null,
    lastUsedAt: null,
    usageCount: 0,
    hasBase: false,
    ...more,
  });
  test.each([
    ["two of one id", [record("a"), record("b"), record("c", { mountId: "n" })], ["a", "b"]],
    ["none in two namespaces", [record("a"), record("b", { namespace: "ci" })], []],
    ["none where each may have another owner", [record("a", { hasBase: true }), record("b", { hasBase: true })], []],
    ["none where an owner makes it another mount", [record("a"), record("b", { hasBase: true })], []],
    ["none without an id", [record("a", { mountId: null }), record("b", { mountId: null })], []],
  ])("finds %s", (_, records, expected) => expect([...findTwins(records)]).toEqual(expected));
});
