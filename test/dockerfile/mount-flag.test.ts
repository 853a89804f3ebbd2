import { describe, expect, test } from "vitest";
import { type FlaggedMount, needsTargetArch, renderMountFlag } from "../../src/dockerfile/mount-flag.ts";

const plain: FlaggedMount = { id: "shop-gomod", target: "/go/pkg/mod", sharing: "shared" };

describe("the flag of a mount", () => {
  test.each<[string, Partial<FlaggedMount>, string]>([
    ["shared is not written", {}, "--mount=type=cache,id=shop-gomod,target=/go/pkg/mod"],
    ["locked is", { sharing: "locked" }, "--mount=type=cache,id=shop-gomod,target=/go/pkg/mod,sharing=locked"],
    ["private is", { sharing: "private" }, "--mount=type=cache,id=shop-gomod,target=/go/pkg/mod,sharing=private"],
    [
      "owner and mode, zero as well",
      { sharing: "locked", uid: 1000, gid: 0, mode: "0755" },
      "--mount=type=cache,id=shop-gomod,target=/go/pkg/mod,sharing=locked,uid=1000,gid=0,mode=0755",
    ],
    [
      "one for each architecture",
      { id: "shop-gomod-${TARGETARCH}" },
      "--mount=type=cache,id=shop-gomod-${TARGETARCH},target=/go/pkg/mod",
    ],
    ["a comma quotes the field", { target: "/a,b" }, `--mount='type=cache,id=shop-gomod,"target=/a,b"'`],
    ["a space quotes the flag", { target: "/a b" }, `--mount='type=cache,id=shop-gomod,target=/a b'`],
    [
      "a quote is escaped for the value, then for CSV, then for the flag",
      { target: `/a"b` },
      String.raw`--mount='type=cache,id=shop-gomod,"target=/a\\""b"'`,
    ],
    ["a dollar is no variable", { target: "/a$b" }, String.raw`--mount='type=cache,id=shop-gomod,target=/a\\$b'`],
  ])("%s", (_, mount, expected) => {
    expect(renderMountFlag({ ...plain, ...mount })).toBe(expected);
  });

  test("a file's own escape character is the one that escapes", () => {
    const mount = { ...plain, target: String.raw`/a\b` };
    expect(renderMountFlag(mount, "`")).toBe(String.raw`--mount=type=cache,id=shop-gomod,target=/a\b`);
    expect(renderMountFlag(mount)).toBe(String.raw`--mount='type=cache,id=shop-gomod,target=/a\\\\b'`);
  });
});

test("TARGETARCH is needed where the id holds it", () => {
  expect(needsTargetArch({ ...plain, id: "a-${TARGETARCH}" })).toBe(true);
  expect(needsTargetArch(plain)).toBe(false);
});
