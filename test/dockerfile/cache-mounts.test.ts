import { describe, expect, test } from "vitest";
import { cacheMountsOf } from "../../src/dockerfile/cache-mounts.ts";
import { findDeclaredMounts } from "../../src/dockerfile/declared-mounts.ts";
import { type BuildScope, emptyScope } from "../../src/dockerfile/expand.ts";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";

const mount = (options: string) => `RUN --mount=type=cache,${options} x\n`;

describe("cache mounts of a target", () => {
  function find(text: string, target?: string, scope: Partial<BuildScope> = {}) {
    return cacheMountsOf(parseDockerfile(text), target, { ...emptyScope, ...scope });
  }

  test.each<[string, string, Partial<BuildScope>, (string | null)[]]>([
    ["an id of its own", `FROM a\n${mount("id=x,target=/y")}`, {}, ["x"]],
    ["else the target, cleaned", `FROM a\n${mount("target=/a//b/../c/")}`, {}, ["/a/c"]],
    ["else the target, not joined to WORKDIR", `FROM a\nWORKDIR /w\n${mount("target=./cache/")}`, {}, ["cache"]],
    ["an empty id is none", `FROM a\n${mount("id=,target=/y")}`, {}, ["/y"]],
    ["a build argument", `FROM a\nARG V=1\n${mount("id=x-$V,target=/y")}`, { args: { V: "2" } }, ["x-2"]],
    [
      "the platform",
      `FROM a\nARG TARGETARCH\n${mount("id=x-${TARGETARCH},target=/y")}`,
      { platform: "linux/arm64" },
      ["x-arm64"],
    ],
    [
      "parts of a value",
      `FROM a\nARG PYVER=3.12.4\n${mount("id=py-${PYVER%.*},target=/${PYVER//./-}")}${mount("target=/c/${PYVER##*.}")}`,
      {},
      ["py-3.12", "/c/4"],
    ],
    ["a platform that nobody knows", `FROM a\nARG TARGETARCH\n${mount("id=x-${TARGETARCH},target=/y")}`, {}, [null]],
    [
      "a variable that is not declared",
      `FROM a\n${mount("id=x-${TARGETARCH},target=/y")}`,
      { platform: "linux/arm64" },
      ["x-"],
    ],
    [
      "other mounts are none",
      "FROM a\nRUN --mount=type=secret,id=s --mount=type=bind,target=/a --mount=type=cache,bad x",
      {},
      [],
    ],
    ["ONBUILD of the stage that it is made from", `FROM a AS b\nONBUILD ${mount("id=x,target=/y")}FROM b\n`, {}, ["x"]],
    ["ONBUILD of its own", `FROM a\nONBUILD ${mount("id=x,target=/y")}`, {}, []],
  ])("id: %s", (_, text, scope, expected) => {
    expect(find(text, undefined, scope)?.map(({ id }) => id)).toEqual(expected);
  });

  test("everything about a mount, of reached stages only", () => {
    const text = `FROM a AS other\n${mount("id=no,target=/n")}FROM a AS build\n\nRUN --mount=type=cache,id=x,dst=/y,sharing=locked,uid=1,gid=2,mode=0700,from=seed,source=/s,ro x\nFROM b\nCOPY --from=build / /\n`;
    expect(find(text)).toMatchObject([
      {
        id: "x",
        target: "/y",
        sharing: "locked",
        uid: 1,
        gid: 2,
        mode: 0o700,
        from: "seed",
        source: "/s",
        stage: 1,
        line: 5,
        run: { keyword: "RUN" },
      },
    ]);
    expect(find(text, "other")?.map(({ id, sharing, uid }) => [id, sharing, uid])).toEqual([
      ["no", "shared", undefined],
    ]);
    expect(find(text, "none")).toBeNull();
  });
});

describe("declared mounts that a Dockerfile uses", () => {
  const ids = { gobuild: "shop-gobuild-${TARGETARCH}", gomod: "shop-gomod", npm: "shop-npm" };
  function find(text: string, target?: string, scope: Partial<BuildScope> = {}) {
    return findDeclaredMounts(parseDockerfile(text), target, { ids, scope: { ...emptyScope, ...scope } });
  }

  test.each<[string, string, string[]]>([
    ["by id", `FROM a\n${mount("id=shop-gomod,target=/y")}`, ["gomod"]],
    ["by an id that a variable makes", `ARG P=shop\nFROM a\nARG P\n${mount('id="$P"-npm,target=/y')}`, ["npm"]],
    [
      "by an id with the architecture",
      `FROM a\nARG TARGETARCH\n${mount("id=shop-gobuild-${TARGETARCH},target=/y")}`,
      ["gobuild"],
    ],
    ["not where the architecture is not declared", `FROM a\n${mount("id=shop-gobuild-${TARGETARCH},target=/y")}`, []],
    ["by a marker", "FROM a\n# bkcache: npm gomod\nRUN x\n", ["gomod", "npm"]],
    ["not by a marker of another RUN's stage", "FROM a\n# bkcache: npm\nRUN x\nFROM b\nRUN y", []],
    ["not by target", `FROM a\n${mount("target=/go/pkg/mod")}`, []],
  ])("%s", (_, text, expected) => {
    expect(find(text)).toEqual(expected);
    expect(find(text, undefined, { platform: "linux/arm64" })).toEqual(expected);
  });

  test("null where there is no such stage", () => {
    expect(find("FROM a", "b")).toBeNull();
  });
});
