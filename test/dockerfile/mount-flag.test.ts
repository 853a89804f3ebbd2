import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitFlags } from "../../src/dockerfile/flags.ts";
import { parseMountOption } from "../../src/dockerfile/mount-option.ts";
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

test("a reader of flags gets back what was rendered, whatever the folder holds", () => {
  const word = fc.string({ unit: fc.constantFrom(...Array.from("ab/.-_ ,=\"'$\\`{}#<")), minLength: 1, maxLength: 12 });
  const mount = fc.record(
    {
      id: fc.stringMatching(/^[a-zA-Z0-9_./-]{1,8}$/),
      target: word.map((text) => `/x${text}x`),
      sharing: fc.constantFrom("shared", "private", "locked"),
      uid: fc.nat(70_000),
      gid: fc.nat(70_000),
      mode: fc.stringMatching(/^[0-7]{4}$/),
    },
    { requiredKeys: ["id", "target", "sharing"] },
  );
  const unset = () => undefined;
  fc.assert(
    fc.property(mount, fc.constantFrom("\\", "`"), (written, escape) => {
      const { flags, argsStart } = splitFlags(`${renderMountFlag(written, escape)} go build`, escape);
      expect(flags.map(({ name }) => name)).toEqual(["mount"]);
      expect(argsStart).toBe(renderMountFlag(written, escape).length + 1);
      const { mount: read, fault } = parseMountOption(flags[0]?.value ?? "", { escape, lookup: unset });
      expect(fault).toBeNull();
      expect(read).toMatchObject({
        type: "cache",
        id: written.id,
        target: written.target,
        sharing: written.sharing === "shared" ? undefined : written.sharing,
        uid: written.uid,
        gid: written.gid,
        mode: written.mode === undefined ? undefined : Number.parseInt(written.mode, 8),
      });
    }),
    { numRuns: 1000 },
  );
});

test("TARGETARCH is needed where the id holds it", () => {
  expect(needsTargetArch({ ...plain, id: "a-${TARGETARCH}" })).toBe(true);
  expect(needsTargetArch(plain)).toBe(false);
});
