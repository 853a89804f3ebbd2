import { describe, expect, test } from "vitest";
import { emptyScope, type BuildScope } from "../../src/dockerfile/expand.ts";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { reachedStages } from "../../src/dockerfile/stages.ts";
import { findUsedSources } from "../../src/inputs/used-paths.ts";

function find(text: string, { target, ...scope }: Partial<BuildScope> & { readonly target?: string } = {}) {
  const dockerfile = parseDockerfile(text);
  const known = { ...emptyScope, ...scope };
  const { paths, images } = findUsedSources(dockerfile, reachedStages(dockerfile, target, known) ?? [], known);
  return {
    paths: Object.fromEntries([...paths].map(([name, used]) => [name, used && [...used]])),
    images: images.map(({ name, ref }) => (name === ref ? name : `${name} is ${ref}`)),
  };
}

describe("the paths that a Dockerfile names", () => {
  test.each<readonly [string, string, Readonly<Record<string, readonly string[] | null>>]>([
    ["nothing", "FROM a\nRUN b", {}],
    ["files", "FROM a\nCOPY x ./y/../z /w/ /t/", { "": ["x", "z", "w"] }],
    ["all", "FROM a\nCOPY x y\nCOPY . .", { "": null }],
    ["all by another name", "FROM a\nCOPY / /x", { "": null }],
    ["above the root", "FROM a\nCOPY ../../x y", { "": ["x"] }],
    ["a list", 'FROM a\nCOPY ["x y", "z"]', { "": ["x y"] }],
    ["wildcards", "FROM a\nCOPY package*.json ./", { "": ["package*.json"] }],
    ["a variable", "ARG V=1\nFROM a\nARG D=x\nCOPY $D-${D} y", { "": ["x-x"] }],
    ["a variable of the image", "FROM a\nCOPY $HOME/x y", { "": null }],
    ["an address", "FROM a\nADD https://x.io/y git@x.io:y.git z", {}],
    ["text", "FROM a\nCOPY <<EOF /x\ny\nEOF", {}],
    ["a bind mount", "FROM a\nRUN --mount=type=bind,source=x,target=/y z", { "": ["x"] }],
    ["a bind mount of all", "FROM a\nRUN --mount=target=/y z", { "": null }],
    ["another mount", "FROM a\nRUN --mount=type=cache,target=/y z", {}],
    ["a trigger", "FROM a AS b\nONBUILD COPY x y\nFROM b", { "": ["x"] }],
    ["a stage", "FROM a AS b\nCOPY x y\nFROM c\nCOPY --from=b /z z\nCOPY --from=0 /z z", { "": ["x"] }],
    ["a stage that is not built", "FROM a AS b\nCOPY x y\nFROM c\nCOPY z z", { "": ["z"] }],
    ["a frontend of its own", "# syntax=example.com/frontend\nFROM a\nCOPY x y", { "": null }],
    ["the usual frontend", "# syntax=docker/dockerfile:1\nFROM a\nCOPY x y", { "": ["x"] }],
  ])("%s", (_, text, expected) => {
    expect(find(text).paths).toEqual(expected);
  });

  test("of named contexts", () => {
    const text = "FROM base\nCOPY --from=Assets x y\nRUN --mount=from=tools,source=bin,target=/b z";
    expect(find(text, { contexts: ["base", "assets", "tools"] })).toEqual({
      paths: { base: null, assets: ["x"], tools: ["bin"] },
      images: [],
    });
  });

  test("of a context in place of a stage", () => {
    const text = "FROM a AS deps\nCOPY x y\nFROM b\nCOPY --from=deps /y /y";
    expect(find(text, { contexts: ["deps"] })).toEqual({ paths: { deps: ["y"] }, images: ["b"] });
  });
});

test("the images, as written and as they are", () => {
  const text = "ARG V=3\nFROM alpine:$V AS a\nFROM scratch\nCOPY --from=a x y\nCOPY --from=golang:1 x y";
  expect(find(text, { args: { V: "4" } }).images).toEqual(["alpine:$V is alpine:4", "golang:1"]);
});
