import { expect, test } from "vitest";
import { manageDockerfile } from "../../src/dockerfile/manage.ts";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { writeMarkers } from "../../src/dockerfile/write-markers.ts";

function mark(text: string, names: readonly string[]): string {
  const dockerfile = parseDockerfile(text);
  const runs = dockerfile.instructions.filter(({ keyword }) => keyword === "RUN");
  return writeMarkers(
    dockerfile,
    runs.map((run) => ({ run, names })),
  );
}

test.each([
  ["a RUN", "FROM a\nRUN x\n", "FROM a\n# bkcache: npm\nRUN x\n"],
  ["an indented one of CRLF", "FROM a\r\n  RUN x\r\n", "FROM a\r\n  # bkcache: npm\r\n  RUN x\r\n"],
  ["below a comment", "FROM a\n# why\nRUN x", "FROM a\n# why\n# bkcache: npm\nRUN x"],
  [
    "several lines and a heredoc",
    "FROM a\nRUN a \\\n  b\nRUN <<E\nx\nE\n",
    "FROM a\n# bkcache: npm\nRUN a \\\n  b\n# bkcache: npm\nRUN <<E\nx\nE\n",
  ],
  ["a marker of others", "FROM a\n# bkcache: go\nRUN x\n", "FROM a\n# bkcache: go npm\nRUN x\n"],
  ["a marker that is right", "FROM a\n# bkcache: npm\nRUN x\n", "FROM a\n# bkcache: npm\nRUN x\n"],
])("%s", (_, text, expected) => {
  expect(mark(text, ["npm"])).toBe(expected);
  expect(mark(expected, ["npm"])).toBe(expected);
});

test("generate takes what was written", () => {
  const mounts = { npm: { id: "shop-npm", target: "/root/.npm", sharing: "shared" as const } };
  const { text, findings } = manageDockerfile(mark("FROM a\nRUN npm ci\n", ["npm"]), {
    file: "Dockerfile",
    project: "shop",
    mounts,
  });
  expect(findings).toEqual([]);
  expect(text).toBe("FROM a\n# bkcache: npm\nRUN --mount=type=cache,id=shop-npm,target=/root/.npm npm ci\n");
});
