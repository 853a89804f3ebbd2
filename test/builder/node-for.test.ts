import { expect, test } from "vitest";
import { nodeFor, reachedNodes } from "../../src/builder/node-for.ts";
import type { BuilderNode } from "../../src/builder/inspect.ts";

function node(platforms: readonly string[], pinned?: readonly string[]): BuilderNode {
  const rest = { name: "", endpoint: "", status: "running", buildkitVersion: null, error: null, options: {} };
  return { ...rest, platforms, ...(pinned !== undefined && { pinned }) };
}

const amd = ["linux/amd64", "linux/386"];

test.each<[string, readonly BuilderNode[], string, number | null]>([
  ["one node, whatever it can", [node(amd)], "linux/s390x", 0],
  ["the first of two that are alike", [node(amd), node(amd)], "linux/386", 0],
  ["the one that can", [node(amd), node(["linux/arm64"])], "linux/arm64", 1],
  ["the one that was made for it, before one that can", [node(amd), node(amd, ["linux/386"])], "linux/386", 1],
  ["one that only buildx can tell", [node(amd), node(["linux/arm64"])], "linux/arm/v7", null],
])("%s", (_, nodes, platform, index) => {
  expect(nodeFor(nodes, { platform })).toBe(index);
  expect(nodeFor(nodes, { platform, isFirstNode: true }), "where none is named").toBe(0);
});

test("each node once, but for those that build nothing", () => {
  expect(reachedNodes({ nodes: [node(amd)] })).toEqual([{ platform: "" }]);
  expect(reachedNodes({ nodes: [node(amd), node(amd), node(["linux/arm64"])] })).toEqual([
    { platform: "linux/amd64" },
    { platform: "linux/arm64" },
  ]);
  // All that it can build another was made for: a target that names no platform is built on it all the same.
  expect(reachedNodes({ nodes: [node(["linux/amd64"]), node(amd, amd)] })).toEqual([
    { platform: "linux/amd64", isFirstNode: true },
    { platform: "linux/amd64" },
  ]);
});
