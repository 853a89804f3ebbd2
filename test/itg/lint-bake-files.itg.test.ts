import { expect, test } from "vitest";
import { makeDockerConfig } from "../support/docker-config.ts";
import { clean, findingsOf, fixable, lint as runLint } from "../support/lint.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

const lint = (workspace: Workspace, args: readonly string[]) => runLint(workspace, args, makeDockerConfig().env);

/** A bake file as docker/metadata-action has people write it. */
const bakeFile = `target "docker-metadata-action" {}
target "api" {
  inherits = ["docker-metadata-action"]
  context = "api"
}
`;

test.each([
  ["a group", `${bakeFile}group "default" { targets = ["api"] }\n`],
  ["no group", bakeFile],
  ["a target called default", `${bakeFile}target "default" { inherits = ["api"] }\n`],
  [
    "a base with arguments",
    `target "default-args" { args = { A = "1" } }\n${bakeFile.replace('docker-metadata-action"]', 'docker-metadata-action", "default-args"]')}`,
  ],
  [
    "JSON",
    JSON.stringify({
      target: { base: {}, api: { inherits: ["base"], context: "api" } },
      group: { g: { targets: ["api"] } },
    }),
  ],
])("what is only inherited may lack a Dockerfile: %s", async (_, text) => {
  const file = text.startsWith("{") ? "docker-bake.json" : "docker-bake.hcl";
  const workspace = makeWorkspace({
    "bkcache.config.yaml": `project: shop\nbake: ${file}\n`,
    [file]: text,
    "api/Dockerfile": clean,
  });
  const { stdout, exitCode } = await lint(workspace, ["--json"]);
  expect(findingsOf(stdout)).toEqual([]);
  expect(exitCode).toBe(0);
});

test("what is built may not, and has its place in the bake file", async () => {
  const workspace = makeWorkspace({
    "bkcache.config.yaml": "project: shop\nbake: docker-bake.hcl\n",
    "docker-bake.hcl": `${bakeFile}target "web" {\n  context = "web"\n}\ngroup "default" { targets = ["api", "web"] }\n`,
    "api/Dockerfile": clean,
  });
  const found = await lint(workspace, ["--json"]);
  expect(findingsOf(found.stdout)).toMatchObject([{ code: "BK6021", file: "docker-bake.hcl", line: 6, column: 1 }]);
  expect(found.exitCode).toBe(1);
  const { stdout } = await lint(workspace, ["--sarif"]);
  expect(JSON.parse(stdout)).toMatchObject({ runs: [{ results: [{ ruleId: "BK6021" }] }] });
});

test("a setting of the file that empties mounts has one too", async () => {
  const workspace = makeWorkspace({
    "bkcache.config.yaml": "project: shop\nbake: docker-bake.hcl\n",
    "docker-bake.hcl": `target "api" {\n  context = "api"\n  no-cache = true\n}\n`,
    "api/Dockerfile": clean,
  });
  const { stdout } = await lint(workspace, ["--json"]);
  expect(findingsOf(stdout)).toMatchObject([{ code: "BK6012", file: "docker-bake.hcl", line: 1 }]);
});

test("a target that is only inherited is not named as built", async () => {
  const workspace = makeWorkspace({
    "bkcache.config.yaml":
      "project: shop\nbake: docker-bake.hcl\nbackends: { disk: { type: local, path: ./cache } }\ncache: { read: [disk], write: [disk] }\n",
    "docker-bake.hcl": `target "base" {}\ntarget "api" {\n  inherits = ["base"]\n  target = "api"\n}\ngroup "default" { targets = ["api"] }\n`,
    Dockerfile: fixable,
  });
  const { stdout } = await lint(workspace, ["--json"]);
  expect(findingsOf(stdout)).toEqual([]);
});
