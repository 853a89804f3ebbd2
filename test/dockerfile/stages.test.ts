import { describe, expect, test } from "vitest";
import { type BuildScope, emptyScope, stageEnvironments } from "../../src/dockerfile/expand.ts";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { lexWords } from "../../src/dockerfile/shell-words.ts";
import { createBaseOf, reachedStages } from "../../src/dockerfile/stages.ts";

function reach(text: string, target?: string, scope: Partial<BuildScope> = {}) {
  return reachedStages(parseDockerfile(text), target, { ...emptyScope, ...scope })?.map(({ index }) => index) ?? null;
}

describe("reached stages", () => {
  const chain = "FROM a AS base\nFROM base AS Build\nFROM x AS other\nFROM scratch\nCOPY --from=BUILD /a /b\n";
  test.each<[string, string, string | undefined, Partial<BuildScope>, number[] | null]>([
    ["the last without a target", chain, undefined, {}, [0, 1, 3]],
    ["an empty target is none", chain, "", {}, [0, 1, 3]],
    ["a target in any case", chain, "BUILD", {}, [0, 1]],
    ["no such stage", chain, "biuld", {}, null],
    ["no stages", "ARG A", undefined, {}, null],
    ["by index", "FROM a\nFROM b\nFROM c\nCOPY --from=0 x y", undefined, {}, [0, 2]],
    [
      "mounts of any type",
      "FROM a AS m\nFROM a AS n\nFROM b\nRUN --mount=from=m,target=/a --mount=type=cache,from=n,target=/b x",
      undefined,
      {},
      [0, 1, 2],
    ],
    ["a mount takes no index", "FROM a\nFROM b\nRUN --mount=from=0,target=/a x", undefined, {}, [1]],
    [
      "a mount with a variable elsewhere",
      "FROM a AS m\nFROM b\nRUN --mount=from=m,target=/a/${X},uid=$U x",
      undefined,
      {},
      [0, 1],
    ],
    ["FROM does not fold case", "FROM a AS Build\nFROM Build", undefined, {}, [1]],
    ["a FROM that an argument decides", "ARG B=one\nFROM a AS one\nFROM a AS two\nFROM $B", undefined, {}, [0, 2]],
    [
      "the argument given",
      "ARG B=one\nFROM a AS one\nFROM a AS two\nFROM ${B}",
      undefined,
      { args: { B: "two" } },
      [1, 2],
    ],
    ["an argument nobody knows", "ARG B=one\nFROM a AS one\nFROM $B", undefined, { args: { B: null } }, [1]],
    ["the platform", "FROM a AS os-arm64\nFROM os-$TARGETARCH", undefined, { platform: "linux/arm64" }, [0, 1]],
    ["the nearer of two with one name", "FROM a AS b\nFROM c AS b\nFROM b", undefined, {}, [1, 2]],
    ["a named context in place of a stage", chain, undefined, { contexts: ["build"] }, [3]],
    [
      "ONBUILD of the stage it is made from",
      "FROM a AS s\nFROM b AS base\nONBUILD COPY --from=s x y\nFROM base",
      undefined,
      {},
      [0, 1, 2],
    ],
    [
      "ONBUILD of another stage",
      "FROM a AS s\nFROM b AS base\nONBUILD COPY --from=s x y\nFROM c\nCOPY --from=base x y",
      undefined,
      {},
      [1, 2],
    ],
  ])("%s", (_, text, target, scope, expected) => {
    expect(reach(text, target, scope)).toEqual(expected);
  });
});

describe("variables", () => {
  /** Value of X at each RUN; undefined where it is not set, null where nobody can tell. */
  function valuesOfX(text: string, scope: Partial<BuildScope> = {}) {
    const dockerfile = parseDockerfile(text);
    const full = { ...emptyScope, ...scope };
    return stageEnvironments(dockerfile, full, createBaseOf(dockerfile, full)).flatMap(({ steps }) =>
      steps.filter(({ instruction }) => instruction.keyword === "RUN").map(({ lookup }) => lookup("X")),
    );
  }
  test.each<[string, string, Partial<BuildScope>, (string | null | undefined)[]]>([
    ["an argument counts from its line on", "FROM scratch\nRUN a\nARG X=1\nRUN b", {}, [undefined, "1"]],
    ["a build argument wins over the default", "FROM scratch\nARG X=1\nRUN b", { args: { X: "2" } }, ["2"]],
    ["but not where it is not declared", "FROM scratch\nRUN b", { args: { X: "2" } }, [undefined]],
    [
      "a global argument needs to be declared again",
      "ARG X=1\nFROM scratch\nRUN a\nARG X\nRUN b",
      {},
      [undefined, "1"],
    ],
    ["ENV over ARG, whichever is last", "FROM scratch\nARG X=1\nENV X=2\nRUN a\nARG X=3\nRUN b", {}, ["2", "3"]],
    ["ENV in its old form", "FROM scratch\nENV X a b\nRUN a", {}, ["a b"]],
    ["several in one ENV see what was before", "FROM scratch\nENV Y=1\nENV Y=2 X=$Y\nRUN a", {}, ["1"]],
    ["quotes", "FROM scratch\nENV X=\"a  b\"'$Y'\nRUN a", {}, ["a  b$Y"]],
    ["from the stage below", "FROM scratch AS a\nARG X=1\nRUN a\nFROM a\nRUN b", {}, ["1", "1"]],
    ["an image may set anything", "FROM img\nRUN b", {}, [null]],
    ["what an image sets is overwritten", "FROM img\nENV X=1\nRUN b", {}, ["1"]],
    ["a value nobody knows", "FROM scratch\nARG X\nRUN b", { args: { X: null } }, [null]],
    ["a value made of one", "FROM img\nENV X=a$Y\nRUN b", {}, [null]],
    [
      "the platform, where it is declared",
      "FROM img\nARG TARGETARCH\nENV X=$TARGETARCH\nRUN b",
      { platform: "linux/arm64/v8" },
      ["arm64"],
    ],
    [
      "the platform, where it is not declared",
      "FROM img\nENV X=a$TARGETARCH\nRUN b",
      { platform: "linux/arm64" },
      ["a"],
    ],
    ["a platform that the builder decides", "FROM img\nARG TARGETARCH\nENV X=$TARGETARCH\nRUN b", {}, [null]],
    [
      "aliases",
      "FROM img\nARG TARGETPLATFORM\nENV X=$TARGETPLATFORM\nRUN b",
      { platform: "linux/aarch64" },
      ["linux/arm64"],
    ],
    [
      "a variant that goes without saying",
      "FROM img\nARG TARGETPLATFORM\nENV X=$TARGETPLATFORM\nRUN b",
      { platform: "linux/arm" },
      ["linux/arm/v7"],
    ],
  ])("%s", (_, text, scope, expected) => {
    expect(valuesOfX(text, scope)).toEqual(expected);
  });

  const values: Readonly<Record<string, string | null>> = { A: "1", E: "", N: null, V: "3.12.4" };
  test.each<[string, string | null]>([
    ["$A-${A}", "1-1"],
    ["$B|", "|"],
    ["${B:-d}${E:-d}${E-d}${A:-d}", "dd1"],
    ["${B:+d}${E:+d}${E+d}${A:+d}", "dd"],
    ["${A:?no}", "1"],
    ["${B:?no}", null],
    ["${A:-$N}", null],
    ["$N", null],
    ["\\$A '$A' \"$A\"", "$A $A 1"],
    ["${B:-${A}}", "1"],
    ["${A", null],
    ["${}", null],
    ["${A#x}", "1"],
    ["py-${V%.*}", "py-3.12"],
    ["${V%%.*}|${V#*.}|${V##*.}", "3|12.4|4"],
    ["${V/./-}|${V//./-}|${V//[.]/-}", "3-12.4|3-12-4|3.12.4"],
    ["${V/%.4/x}|${V//\\?/x}|${V#?}", "3.12.4|3.12.4|.12.4"],
    ["${V//1/$A$A}|${V//./\\/}", "3.112.4|3\\/12\\/4"],
    ["${B%x}|${B/a/b}|${E//a/b}", "||"],
    ["${V%${N}}", null],
    ["${V#\\x}", null],
    ["${V/a}", null],
    ["${V:%x}", null],
    ["$", "$"],
    ["it's", null],
  ])("%s is %s", (text, expected) => {
    expect(lexWords(text, { escape: "\\", lookup: (name) => values[name] })?.text ?? null).toBe(expected);
  });
});
