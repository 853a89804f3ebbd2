import { describe, expect, test } from "vitest";
import { findInModule } from "../../src/config/module-places.ts";
import { parsePath, spanOfOffset } from "../../src/config/source-map.ts";

/** The text from the place on, to the end of its line. */
function textAt(text: string, path: string, atKey = false): string | null {
  const place = findInModule(text, parsePath(path), { atKey });
  return place === null ? null : (text.slice(place.start).split("\n")[0] ?? "");
}

const config = `import { defineConfig } from "bkcache";

const shared = { cache: { read: ["disk"] }, project: 'shop' } as const;
const platforms: readonly string[] = ["linux/amd64", "linux/arm64"];
// targets: { no: 1 }
const api = {
  /* a comment, with: { brackets */
  tags: [\`acme/api:\${{ a: 1 }.a}\`, "acme/api:dev"],
  "no-cache": /[/,}]{2}/.test("x"),
  platforms,
};
const names = ["a", "b"].map((name) => ({ name }));

export default defineConfig<Config>({
  ...shared,
  targets: {
    api,
    worker: { inherits: ["api"], target: "worker" } satisfies Target,
    made: make({ tags: [] }),
    ["computed"]: { tags: ["x"] },
  },
  groups: { all: [...names, "worker"], some: ["api", "worker"] },
});
`;

describe("the place of a value", () => {
  test.each([
    ["groups.some[1]", '"worker"] },'],
    ["targets.worker.target", '"worker" } satisfies Target,'],
    ["targets.worker", '{ inherits: ["api"], target: "worker" } satisfies Target,'],
    ["targets.api.tags[1]", '"acme/api:dev"],'],
    ["targets.api.tags[0]", '`acme/api:${{ a: 1 }.a}`, "acme/api:dev"],'],
    ["targets.api.no-cache", '/[/,}]{2}/.test("x"),'],
    ["targets.api.platforms[1]", '"linux/arm64"];'],
    ["cache.read[0]", "\"disk\"] }, project: 'shop' } as const;"],
    ["project", "'shop' } as const;"],
  ])("%s", (path, expected) => {
    expect(textAt(config, path)).toBe(expected);
  });

  test.each([
    ["targets.made.tags", "made: make({ tags: [] }),", "what a function makes"],
    ["groups.all[1]", 'all: [...names, "worker"], some: ["api", "worker"] },', "behind a spread"],
    [
      "targets.worker.tags",
      'worker: { inherits: ["api"], target: "worker" } satisfies Target,',
      "a key that is not there",
    ],
  ])("the nearest one of %s", (path, expected) => {
    expect(textAt(config, path)).toBe(expected);
  });

  test("of a key", () => {
    expect(textAt(config, "targets.worker.target", true)).toBe('target: "worker" } satisfies Target,');
  });

  test.each([
    ["a path of which nothing is written out", config, "variables.TAG"],
    ["no default export", "export const config = { project: 1 };", "project"],
    ["a default export of another file", 'export { default } from "./other.ts";', "project"],
    ["a promise", "export default load();", "project"],
    ["constants in a circle", "const a = b; const b = a; export default a;", "project"],
    ["text that is cut off", 'export default { project: "', "project"],
  ])("none for %s", (_, text, path) => {
    expect(textAt(text, path)).toBe(null);
  });

  test("of the last of two equal keys, which counts", () => {
    expect(textAt('export default { project: "a", project: "b" };', "project")).toBe('"b" };');
  });

  test("lines count as editors count them", () => {
    const text = "\r\nexport default (\r\n  {\r\n    project: 1,\r\n  }\r\n);\r\n";
    const place = findInModule(text, ["project"]);
    expect(spanOfOffset(text, "x", place?.start ?? 0)).toMatchObject({ line: 4, column: 14 });
  });
});
