import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isNamed, labelMounts, labelRecord } from "../../src/carry/labels.ts";
import { idOn, readStoreId, storeIdOf } from "../../src/carry/store-id.ts";

const word = fc.stringMatching(/^[a-z0-9][a-z0-9./_-]{0,10}$/);
const owner = fc.record({ uid: fc.nat(70_000), gid: fc.nat(70_000), mode: fc.nat(0o7777) }, { requiredKeys: [] });

describe("names of mounts in the store", () => {
  test("are read as they were made", () => {
    const stored = fc.record({
      project: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,10}$/),
      epoch: fc.constantFrom(0, 1, 20, 999_999),
      platform: fc.constantFrom("linux/amd64", "linux/arm64/v8", "windows/amd64"),
      namespace: fc.oneof(fc.constant(""), word),
      id: fc.oneof(
        word,
        fc.tuple(word, word).map(([a, b]) => `${a} ${b}`),
        word.map((id) => `/${id}`),
      ),
    });
    fc.assert(
      fc.property(stored, owner, (mount, rest) => {
        const whole = { ...mount, ...rest };
        expect(readStoreId(storeIdOf(whole))).toEqual(whole);
      }),
    );
  });

  test.each(["", "gomod", "a b"])("%j is none", (text) => expect(readStoreId(text)).toBeNull());
});

const plan = {
  project: "shop",
  epoch: 0,
  mounts: {
    gomod: { id: "shop-gomod", sharing: "shared", persist: true, target: "/go/pkg/mod", env: {} },
    gobuild: { id: "shop-gobuild-${TARGETARCH}", sharing: "shared", persist: true, target: "/b", env: {} },
  },
} as unknown as Parameters<typeof labelMounts>[0];
const idOf = (project: string, platform: string, id: string, uid?: number) =>
  storeIdOf({ project, epoch: 0, platform, namespace: "", id, ...(uid !== undefined && { uid }) });
const amd64 = idOf("shop", "linux/amd64", "shop-gobuild-amd64");
const arm64 = idOf("shop", "linux/arm64", "shop-gobuild-arm64");
const strange = idOf("shop", "linux/amd64", "shop-gobuild-arm64");
const later = storeIdOf({ project: "shop", epoch: 2, platform: "linux/amd64", namespace: "", id: "shop-gomod" });
const foreign = idOf("blog", "linux/amd64", "shop-gomod");

describe("labels", () => {
  test("are the declared names; ids where nothing is declared; more where two would be the same", () => {
    const owned = idOf("shop", "linux/amd64", "shop-gomod", 1000);
    const gomod = idOf("shop", "linux/amd64", "shop-gomod");
    expect([...labelMounts(plan, [amd64, arm64, strange, foreign, gomod, owned, "odd"]).values()]).toEqual([
      "gobuild (linux/amd64)",
      "gobuild (linux/arm64)",
      "shop-gobuild-arm64",
      "blog: shop-gomod",
      "gomod (linux/amd64)",
      "gomod (linux/amd64, uid 1000)",
      "odd",
    ]);
    expect([...labelMounts(plan, [amd64, amd64]).values()]).toEqual(["gobuild"]);
  });

  test("tell the epoch where it is another", () => {
    const gomod = idOf("shop", "linux/amd64", "shop-gomod");
    expect(later).toBe("shop.e2 linux-amd64  shop-gomod");
    expect([...labelMounts(plan, [gomod, later]).values()]).toEqual(["gomod", "gomod of epoch 2"]);
    expect([...labelMounts({ ...plan, epoch: 2 }, [gomod, later]).values()]).toEqual(["gomod of epoch 0", "gomod"]);
    expect(isNamed({ ...plan, epoch: 2 }, later, "gomod")).toBe(true);
  });

  test.each([
    [amd64, "gobuild", true],
    [later, "gomod", false],
    [later, "shop-gomod", false],
    [later, "gomod of epoch 2", true],
    [amd64, "shop-gobuild-amd64", true],
    [amd64, amd64, true],
    [amd64, "gomod", false],
    [strange, "gobuild", false],
    [foreign, "gomod", false],
    [foreign, "shop-gomod", false],
    [foreign, "blog: shop-gomod", true],
  ])("%j is meant by %j: %j", (storeId, name, expected) => expect(isNamed(plan, storeId, name)).toBe(expected));

  test.each([
    ["shop-gomod", "", "gomod"],
    ["shop-gobuild-riscv64", "", "gobuild"],
    ["shop-gobuild-", "", "shop-gobuild-"],
    ["/root/.npm", "ci", "ci//root/.npm"],
    [null, "", "r1"],
  ])("the record with the id %j in %j is %j", (mountId, namespace, label) => {
    const record = { recordId: "r1", mountId, namespace, bytes: 0, isInUse: false, createdAt: null, lastUsedAt: null };
    expect(labelRecord(plan, { ...record, usageCount: 1, hasBase: false })).toBe(label);
  });

  test("an id has the architecture of the platform", () => {
    expect(idOn("a-${TARGETARCH}", "linux/arm64/v8")).toBe("a-arm64");
  });
});
