import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createDockerfileReader, createTextReader, placeOfDockerfile } from "../../src/source/dockerfiles.ts";
import { makeWorkspace } from "../support/workspace.ts";

test("all that a run does rests on the same text of a file", () => {
  const workspace = makeWorkspace({ Dockerfile: "FROM one\n" });
  const readText = createTextReader();
  const path = workspace.path("Dockerfile");
  expect(readText(path)).toBe("FROM one\n");
  expect(readText(workspace.path("Dockerfile.hbs"))).toBeNull();
  writeFileSync(path, "FROM two\n");
  writeFileSync(workspace.path("Dockerfile.hbs"), "late");
  expect(readText(path)).toBe("FROM one\n");
  expect(readText(workspace.path("Dockerfile.hbs"))).toBeNull();
  const found = createDockerfileReader(workspace.dir, readText)({});
  expect(found.dockerfile?.text).toBe("FROM one\n");
});

test.each([
  [{}, { kind: "file", path: "/project/Dockerfile" }],
  [
    { context: "app", dockerfile: "" },
    { kind: "file", path: "/project/app/Dockerfile" },
  ],
  [
    { context: "cwd://app", dockerfile: "x" },
    { kind: "file", path: "/project/app/x" },
  ],
  [
    { context: "https://example.com/x.git", dockerfile: "cwd://x" },
    { kind: "file", path: "/project/x" },
  ],
  [{ "dockerfile-inline": "FROM x" }, { kind: "inline", text: "FROM x" }],
  [{ context: "https://example.com/x.git" }, { kind: "elsewhere" }],
  [{ context: "docker-image://x" }, { kind: "elsewhere" }],
  [{ dockerfile: "https://example.com/Dockerfile" }, { kind: "elsewhere" }],
  [{ dockerfile: ["x-", { variable: "A" }] }, { kind: "elsewhere" }],
  [{ context: [{ variable: "A" }] }, { kind: "elsewhere" }],
  [{ "dockerfile-inline": [{ variable: "A" }] }, { kind: "elsewhere" }],
])("the Dockerfile of %j", (target, place) => {
  expect(placeOfDockerfile(target, "/project")).toMatchObject(place);
});
