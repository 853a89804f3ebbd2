import { describe, expect, test } from "vitest";
import { createIgnore, type Ignored } from "../../src/inputs/ignore.ts";

function isIgnored(text: string, path: string): boolean {
  const ignore = createIgnore(text);
  let state: Ignored | undefined;
  const parts = path.split("/");
  for (const index of parts.keys()) state = ignore.test(parts.slice(0, index + 1).join("/"), state);
  return state?.isIgnored === true;
}

describe("which paths an ignore file keeps out", () => {
  test.each<readonly [string, string, boolean]>([
    ["", "a", false],
    ["a", "a", true],
    ["a", "b/a", false],
    ["a", "a/b/c", true],
    ["/a", "a", true],
    ["./a/", "a", true],
    ["# a\na ", "a", true],
    [" # a", "# a", true],
    ["\uFEFFa", "a", true],
    ["a\r\nb\r\n", "b", true],
    ["*.md", "README.md", true],
    ["*.md", "docs/README.md", false],
    ["*/*.md", "docs/README.md", true],
    ["**/*.md", "README.md", true],
    ["**/*.md", "a/b/README.md", true],
    ["**/node_modules", "node_modules/x", true],
    ["**/node_modules", "a/node_modules/x/y", true],
    ["**/node_modules", "a/old_node_modules", false],
    ["**foo", "a/xfoo", true],
    ["**.log", "a/b.log", true],
    ["a/**", "a", false],
    ["a/**", "a/b/c", true],
    ["a/**/c", "a/c", true],
    ["a/**/c", "a/b/b/c", true],
    ["**", "a/b", true],
    ["*\n!a", "a", false],
    ["*\n!a", "a/b", false],
    ["*\n!a", "b", true],
    ["*\n!a/b", "a/b", false],
    ["*\n!a/b", "a/c", true],
    ["a\n!a/b\na/b/c", "a/b/c", true],
    ["a\n!a/b\na/b/c", "a/b/d", false],
    ["!a\na", "a", true],
    ["a?c", "abc", true],
    ["a?c", "a/c", false],
    ["[ab]c", "bc", true],
    ["a[", "a[", false],
    ["a.c", "abc", false],
    ["a\\*", "a*", true],
    ["a\\*", "ab", false],
    [".", "a", false],
    ["!", "a", false],
    ["a(b)+", "a(b)+", true],
  ])("%j: %s", (text, path, expected) => {
    expect(isIgnored(text, path)).toBe(expected);
  });
});

test("says whether something may be let in again", () => {
  expect(createIgnore("a\n").hasExceptions).toBe(false);
  expect(createIgnore("a\n!b").hasExceptions).toBe(true);
});
