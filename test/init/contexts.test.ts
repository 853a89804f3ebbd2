import { describe, expect, test } from "vitest";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { contextOf } from "../../src/init/contexts.ts";
import { isBakeName, isComposeName, isDockerfileName } from "../../src/source/file-names.ts";
import { proposeTargets } from "../../src/init/propose-targets.ts";

const contextFor = (path: string, lines: string, files: readonly string[]) =>
  contextOf(path, parseDockerfile(`FROM a\n${lines}\n`), [path, ...files]);

describe("the context is where what the COPY lines name is", () => {
  test.each([
    [
      "a folder between",
      "src/Services/Basket/Dockerfile",
      "COPY Services/Basket/B.csproj .",
      ["src/Services/Basket/B.csproj"],
      "src",
    ],
    ["its own folder", "web/Dockerfile", "COPY package.json .", ["web/package.json", "package.json"], "web"],
    ["the top", "docker/api.Dockerfile", "COPY go.mod cmd /src/", ["go.mod", "cmd/main.go"], "."],
    [
      "the top by its lock file",
      "apps/x/Dockerfile",
      "COPY . .\nRUN npm ci",
      ["apps/x/package.json", "package-lock.json"],
      ".",
    ],
    [
      "its own folder by its lock file",
      "apps/x/Dockerfile",
      "COPY . .\nRUN npm ci",
      ["apps/x/package-lock.json", "package-lock.json"],
      "apps/x",
    ],
    [
      "a bind mount",
      "build/Dockerfile",
      "RUN --mount=type=bind,source=go.mod,target=go.mod go mod download",
      ["go.mod"],
      ".",
    ],
    ["a folder that is there for Dockerfiles", ".ci/Dockerfile", "COPY . .", ["main.c", ".ci/run.sh"], "."],
    ["a folder with sources", "service/Dockerfile", "COPY . .", ["service/main.c"], "service"],
    ["what the build makes, which is nowhere", "svc/Dockerfile", "COPY dist/app /app", ["main.c"], "svc"],
    ["a pattern", "a/b/Dockerfile", 'COPY ["*.sln", "x/"]', ["a/all.sln"], "a"],
  ])("%s", (_, path, lines, files, expected) => {
    expect(contextFor(path, lines, files)).toBe(expected);
  });
});

describe("names", () => {
  test.each([
    "Dockerfile",
    "Dockerfile-cuda",
    "Dockerfile_dev",
    "Containerfile.x",
    "x/server.dockerfile",
    "Dockerfile.v2",
  ])("%s is a Dockerfile", (path) => expect(isDockerfileName(path)).toBe(true));
  test.each([
    "Dockerfile.hbs",
    "Dockerfile.dockerignore",
    "dockerfile.go",
    "dockerfile_test.exs",
    "Dockerfile.md",
    "dockerfile_test.py",
    "x.json",
  ])("%s is none", (path) => expect(isDockerfileName(path)).toBe(false));
  test("of bake and compose files", () => {
    expect(["docker/docker-bake.hcl", "bake.hcl", "docker-bake-rocm.hcl", "release.bake.json"].every(isBakeName)).toBe(
      true,
    );
    expect(["main.hcl", "bakery.hcl", "handshake.hcl"].some(isBakeName)).toBe(false);
    expect(["src/docker-compose.yml", "compose.dev.yaml", "docker-compose-ci.yml"].every(isComposeName)).toBe(true);
    expect(["decompose.yml", "compose.go"].some(isComposeName)).toBe(false);
  });
});

describe("targets", () => {
  const file = (path: string, text: string, realPath = path) => ({
    path,
    text,
    realPath,
    dockerfile: parseDockerfile(text),
  });

  test("a symbolic link is no second one where both build the same", () => {
    const text = "FROM a\nCOPY . .\n";
    expect(proposeTargets([file("Dockerfile.dev", text, "Dockerfile"), file("Dockerfile", text)], ["main.c"])).toEqual({
      app: {},
    });
    const linked = [
      file("a/Dockerfile", "FROM a\nCOPY x y\n", "common/Dockerfile"),
      file("common/Dockerfile", "FROM a\nCOPY x y\n"),
    ];
    expect(Object.keys(proposeTargets(linked, ["a/x", "common/x"]))).toEqual(["a", "common"]);
  });

  test("are called by what their file adds, and never like another", () => {
    const text = "FROM a\n";
    const files = ["Dockerfile", "Dockerfile-cuda", "Dockerfile_dev", "x/server.dockerfile"].map((path) =>
      file(path, text),
    );
    expect(Object.keys(proposeTargets(files, [], new Set(["cuda"])))).toEqual(["app", "cuda-2", "dev", "server"]);
  });
});
