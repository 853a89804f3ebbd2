import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createHost } from "../../src/host/node-host.ts";
import { inspectFolder } from "../../src/init/inspect-folder.ts";
import { cleanEnv } from "../support/env.ts";
import { makeWorkspace } from "../support/workspace.ts";

const inspect = (dir: string) =>
  inspectFolder(createHost({ cwd: dir, env: cleanEnv(), signal: new AbortController().signal, tell: () => {} }));

const from = "FROM scratch\n";
const workspaceFiles = {
  Dockerfile: from,
  "build/package/server.dockerfile": from,
  ".ci/Dockerfile": from,
  "dist/Dockerfile-cuda": from,
  "vendor/x/Dockerfile": from,
  "docker/docker-bake.hcl": 'target "a" {}\n',
  "src/docker-compose.yml": "services: { a: { build: . } }\n".replace("{ a: { build: . } }", "\n  a:\n    build: ."),
  "src/docker-compose.prod.yml": "services:\n  a:\n    image: x\n",
  "parse/dockerfile.py": "FROM x import y\n",
  "parse/Dockerfile.generator": 'build text = """\nFROM scratch\n"""\n',
};

test("what git tracks counts whatever its folder is called; made and foreign folders do not", async () => {
  const workspace = makeWorkspace(workspaceFiles);
  const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: workspace.dir, stdio: "pipe" });
  git("init", "-q");
  git("add", "-A");
  workspace.write("target/Dockerfile", from);
  workspace.write("later/Dockerfile", from);
  symlinkSync("Dockerfile", join(workspace.dir, "Dockerfile.link"));
  const { dockerfiles, otherBakeFiles } = await inspect(workspace.dir);
  expect(dockerfiles.map(({ path }) => path)).toEqual([
    "Dockerfile",
    "Dockerfile.link",
    ".ci/Dockerfile",
    "dist/Dockerfile-cuda",
    "later/Dockerfile",
    "build/package/server.dockerfile",
  ]);
  expect(dockerfiles.find(({ path }) => path === "Dockerfile.link")?.realPath).toBe("Dockerfile");
  expect(otherBakeFiles).toEqual(["docker/docker-bake.hcl", "src/docker-compose.yml"]);
});

test("outside of a repository names alone tell", async () => {
  const { dockerfiles } = await inspect(makeWorkspace(workspaceFiles).dir);
  expect(dockerfiles.map(({ path }) => path)).toEqual(["Dockerfile"]);
});
