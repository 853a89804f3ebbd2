import { expect, test } from "vitest";
import type { CacheChoice } from "../../src/cache/choice.ts";
import { noCache } from "../../src/cache/choice.ts";
import { findCachesInContext, isIgnored } from "../../src/cache/inside-context.ts";
import { makeWorkspace } from "../support/workspace.ts";

test.each([
  [".cache/bk", "", false],
  [".cache/bk", ".cache", true],
  [".cache/bk", "/.cache/", true],
  [".cache/bk", "# .cache\n\n.cac*\n", true],
  [".cache/bk", "**/bk", true],
  ["a/b/c", "a/?/c", true],
  ["a/b/c", "*/c", false],
  ["a/b/c", "**", true],
  ["a/b/c", "*\n!a", false],
  ["a/b/c", "*\n!x", true],
  ["a.b", "axb", false],
  ["a", "[", false],
])("%s with %j: %s", (folder, patterns, expected) => {
  expect(isIgnored(folder, patterns)).toBe(expected);
});

function choiceTo(dest: string): CacheChoice {
  const entry = { type: "local", dest };
  const destinations = [
    { backend: "disk", scope: "main", name: "n", entry, manifest: null, declared: null, record: null },
  ];
  return {
    ...noCache,
    targets: {
      api: { cacheFrom: [], cacheTo: [entry], source: null, reason: "", record: null, declared: null, destinations },
    },
  };
}

test("a cache in the context is said, unless the context's ignore file has it", () => {
  const workspace = makeWorkspace();
  const find = (dest: string, target = {}) => findCachesInContext({ api: target }, choiceTo(dest), workspace.dir);
  expect(find(workspace.path(".cache/n"))).toMatchObject([
    { code: "BK5014", message: expect.stringContaining('"disk"'), hint: expect.stringContaining(".cache") },
  ]);
  expect(find("/elsewhere/n")).toEqual([]);
  expect(find(workspace.path("n"), { context: "https://example.com/x.git" })).toEqual([]);
  expect(find(workspace.path("n"), { context: "app" })).toEqual([]);
  const withTier = { ...noCache, tiers: { far: workspace.path("tier") } };
  expect(findCachesInContext({ api: {} }, withTier, workspace.dir)).toMatchObject([
    { code: "BK5014", message: expect.stringContaining('"far"') },
  ]);
  workspace.write("Dockerfile.dockerignore", ".cache\n");
  expect(find(workspace.path(".cache/n"))).toEqual([]);
});
