import { describe, expect, test } from "vitest";
import type { BakeTarget } from "../../src/bake/model.ts";
import { findFamilies } from "../../src/build/families.ts";
import { createDockerfileReader } from "../../src/source/dockerfiles.ts";

const read = createDockerfileReader("/nowhere");

/** Targets of which each has a Dockerfile of its own, as text. */
function find(targets: Readonly<Record<string, string | (BakeTarget & { readonly text: string })>>) {
  const definition = Object.fromEntries(
    Object.entries(targets).map(([name, target]): [string, BakeTarget] => {
      const { text, ...rest } = typeof target === "string" ? { text: target } : target;
      return [name, { ...rest, "dockerfile-inline": text }];
    }),
  );
  const { siblings, links } = findFamilies({ targets: definition, read });
  return {
    siblings: siblings.map((family) => family.targets),
    links: links.map(({ child, parent }) => [child, parent]),
  };
}

const stages = "FROM a AS base\nCOPY x y\nRUN z\nFROM base AS one\nRUN 1\nFROM base AS two\nRUN 2\n";

describe("siblings", () => {
  test.each<readonly [string, Parameters<typeof find>[0], readonly (readonly string[])[]]>([
    ["stages of one file", { a: { text: stages, target: "one" }, b: { text: stages, target: "two" } }, [["a", "b"]]],
    ["files that begin alike", { a: "FROM i\nCOPY x y\nRUN 1", b: "FROM i\nCOPY  x \\\n y\nRUN 2" }, [["a", "b"]]],
    [
      "a bind mount",
      { a: "FROM i\nRUN --mount=type=bind,target=/s x", b: "FROM i\nRUN --mount=type=bind,target=/s x" },
      [["a", "b"]],
    ],
    [
      "in the order of the bake, and apart",
      {
        c: "FROM i\nCOPY x y",
        a: "FROM i\nCOPY x y",
        d: "FROM i\nCOPY z y",
        b: "FROM i\nCOPY z y",
        e: "FROM i\nRUN x",
      },
      [
        ["c", "a"],
        ["d", "b"],
      ],
    ],
    ["--link", { a: "FROM i\nCOPY --link x y", b: "FROM i\nCOPY --link x y" }, []],
    [
      "a copy of a stage",
      { a: "FROM i AS s\nFROM i\nCOPY --from=s x y", b: "FROM i AS s\nFROM i\nCOPY --from=s x y" },
      [],
    ],
    ["the first layer on nothing", { a: "FROM scratch\nCOPY x y", b: "FROM scratch\nCOPY x y" }, []],
    ["another base", { a: "FROM i\nCOPY x y", b: "FROM j\nCOPY x y" }, []],
    ["another step before it", { a: "FROM i\nRUN 1\nCOPY x y", b: "FROM i\nRUN 2\nCOPY x y" }, []],
    [
      "another context",
      { a: { text: "FROM i\nCOPY x y", context: "a" }, b: { text: "FROM i\nCOPY x y", context: "b" } },
      [],
    ],
    [
      "a context elsewhere",
      {
        a: { text: "FROM i\nCOPY x y", context: "https://a.test/b.git" },
        b: { text: "FROM i\nCOPY x y", context: "https://a.test/b.git" },
      },
      [],
    ],
    [
      "another value of an argument that is declared before it",
      {
        a: { text: "FROM i\nARG A\nRUN x\nCOPY x y", args: { A: "1" } },
        b: { text: "FROM i\nARG A\nRUN x\nCOPY x y", args: { A: "2" } },
      },
      [],
    ],
    [
      "another value of one that is declared after it",
      {
        a: { text: "FROM i\nCOPY x y\nARG A\nRUN x", args: { A: "1" } },
        b: { text: "FROM i\nCOPY x y\nARG A\nRUN x", args: { A: "2" } },
      },
      [["a", "b"]],
    ],
    [
      "a stage that is not reached",
      { a: { text: stages, target: "one" }, b: "FROM a AS base\nCOPY x y\nFROM z\nRUN 1" },
      [],
    ],
  ])("%s", (_, targets, expected) => {
    expect(find(targets).siblings).toEqual(expected);
  });

  test("what cannot be read shares nothing", () => {
    const targets = { a: { context: "https://a.test/b.git" }, b: { context: "https://a.test/b.git" }, c: {} };
    expect(findFamilies({ targets, read })).toEqual({ siblings: [], links: [] });
  });
});

describe("links", () => {
  const deps = "FROM i\nCOPY x y\nRUN z";

  test("a target that is built from another which copies", () => {
    const child = { text: "FROM deps\nRUN 1", contexts: { deps: "target:deps" } };
    expect(find({ deps, a: child, b: child })).toEqual({
      siblings: [],
      links: [
        ["a", "deps"],
        ["b", "deps"],
      ],
    });
  });

  test("is no sibling of anything: buildx builds no links one by one", () => {
    expect(
      find({ deps, a: { text: "FROM deps\nRUN 1", contexts: { deps: "target:deps" } }, b: deps }).siblings,
    ).toEqual([]);
  });

  test("copying from it alone, or from one that copies with --link, loses nothing", () => {
    expect(
      find({ deps, a: { text: "FROM i\nCOPY --from=deps x y", contexts: { deps: "target:deps" } } }).links,
    ).toEqual([]);
    const parent = "FROM i\nCOPY --link x y\nRUN z";
    expect(find({ deps: parent, a: { text: "FROM deps\nRUN 1", contexts: { deps: "target:deps" } } }).links).toEqual(
      [],
    );
  });
});
