import { describe, expect, test } from "vitest";
import { readBackendUrl } from "../../src/init/backend-url.ts";
import type { Found } from "../../src/init/found.ts";
import { proposeConfig } from "../../src/init/propose.ts";

const found = (files: Readonly<Record<string, string>>, bakeFiles: readonly string[] = []): Found => ({
  folder: "My Shop",
  files: Object.keys(files),
  dockerfiles: Object.entries(files).flatMap(([path, text]) => (/dockerfile/i.test(path) ? [{ path, text }] : [])),
  bakeFiles,
});

describe("targets", () => {
  test("one for each Dockerfile, named by folder or ending", () => {
    const { config } = proposeConfig(
      found({
        Dockerfile: "FROM a",
        "Dockerfile.worker": "FROM a",
        "docker/api.Dockerfile": "FROM a\nCOPY go.mod cmd /src/",
        "web/Dockerfile": "FROM a\nCOPY package.json .",
        "web/package.json": "",
        "services/web/Dockerfile": "FROM a\nCOPY . .",
        "go.mod": "",
        "cmd/main.go": "",
      }),
      null,
    );
    expect(config.targets).toEqual({
      api: { dockerfile: "docker/api.Dockerfile" },
      app: {},
      "services-web": { context: "services/web" },
      web: { context: "web" },
      worker: { dockerfile: "Dockerfile.worker" },
    });
    expect(config.project).toBe("my-shop");
  });

  test("with a bake file, that file's", () => {
    const { config } = proposeConfig(found({ Dockerfile: "FROM a" }, ["compose.yaml", "docker-bake.hcl"]), null);
    expect(config).toMatchObject({ bake: ["compose.yaml", "docker-bake.hcl"] });
    expect(config.targets).toBeUndefined();
    expect(proposeConfig(found({}, ["docker-bake.hcl"]), null).config.bake).toBe("docker-bake.hcl");
  });

  test("beside a bake file, one of the config's own says what it builds", () => {
    const files = { Dockerfile: "FROM a", "Dockerfile.dev": "FROM a" };
    const definition = { groups: {}, targets: { web: { context: ".", dockerfile: "Dockerfile.dev" } } };
    const { config } = proposeConfig(
      { ...found(files, ["compose.yaml"]), definitions: [{ files: ["compose.yaml"], definition, isHere: true }] },
      null,
    );
    expect(config).toMatchObject({ bake: "compose.yaml", targets: { app: { context: "." } } });
  });
});

describe("hundreds of targets", () => {
  const targets = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [`t${index}`, { context: `docker/d${index}`, dockerfile: "Dockerfile" }]),
  );
  const large = { files: ["docker/docker-bake.hcl"], definition: { groups: {}, targets }, isHere: true };
  const files = { Dockerfile: "FROM a" };
  const propose = (definitions: Found["definitions"], bakeFiles: readonly string[] = []) =>
    proposeConfig({ ...found(files, bakeFiles), definitions: definitions ?? [] }, null);

  test("stay in their file, which is read here", () => {
    const { config, notices } = propose([large]);
    expect(config).toMatchObject({ bake: "docker/docker-bake.hcl", targets: { app: { context: "." } } });
    expect(notices).toEqual([]);
  });

  test("beside another source too, though they add to its default; and that is said", () => {
    const groups = { default: { targets: Object.keys(targets) } };
    const own = { files: ["docker-bake.hcl"], definition: { groups: {}, targets: { app: {} } }, isHere: true };
    const { config, notices } = propose([own, { ...large, definition: { groups, targets } }], ["docker-bake.hcl"]);
    expect(config.bake).toEqual(["docker-bake.hcl", "docker/docker-bake.hcl"]);
    expect(config.targets).toBeUndefined();
    expect(notices).toMatchObject([{ code: "BK1012", message: expect.stringContaining("builds 300 targets") }]);
  });

  test("are left out and named where their file is meant for its own folder; fifty are copied", () => {
    const { config, notices } = propose([{ ...large, isHere: false }]);
    expect(Object.keys(config.targets ?? {})).toEqual(["app"]);
    expect(notices).toMatchObject([
      {
        message: expect.stringContaining("is meant for its own folder, and more than 50 are not copied"),
        hint: expect.stringContaining("run `bkcache init` in docker"),
      },
    ]);
    const some = Object.fromEntries(Object.entries(targets).slice(0, 50));
    const copied = propose([{ ...large, isHere: false, definition: { groups: {}, targets: some } }]);
    expect(Object.keys(copied.config.targets ?? {})).toHaveLength(51);
    expect(copied.notices).toEqual([]);
  });

  test("what lacks secrets or variables here is not copied either", () => {
    const [name = "", target] = Object.entries(targets)[0] ?? [];
    const definition = { groups: {}, targets: { [name]: target ?? {} } };
    const { config, notices } = propose([{ ...large, isHere: false, isPartial: true, definition }]);
    expect(Object.keys(config.targets ?? {})).toEqual(["app"]);
    expect(notices).toMatchObject([{ message: expect.stringContaining("lacks secrets or variables here") }]);
  });
});

describe("mounts", () => {
  const mountsOf = (files: Readonly<Record<string, string>>) => {
    const { config, unmounted } = proposeConfig(found(files), null);
    return [config.mounts, Object.values(unmounted)[0]];
  };
  test.each([
    ["go", { Dockerfile: "FROM golang\nRUN cd x && CGO_ENABLED=0 go build ./...", "go.sum": "" }, ["gomod", "gobuild"]],
    ["npm", { Dockerfile: "FROM node\nRUN npm ci", "package-lock.json": "" }, ["npm"]],
    ["yarn 1", { Dockerfile: "FROM node\nRUN yarn install --frozen-lockfile", "yarn.lock": "" }, ["yarnclassic"]],
    [
      "yarn 4",
      { Dockerfile: "FROM node\nRUN yarn install --immutable", "yarn.lock": "", ".yarnrc.yml": "" },
      ["yarnberry"],
    ],
    [
      "cargo in a heredoc",
      { Dockerfile: "FROM rust\nRUN <<E\ncargo build\nE\n", "Cargo.lock": "" },
      ["cargoregistry", "cargogit"],
    ],
    ["uv", { Dockerfile: "FROM p\nRUN uv sync --frozen", "uv.lock": "" }, ["uv"]],
  ])("%s", (_name, files, names) => {
    const [mounts, unmounted] = mountsOf(files);
    expect(Object.keys(mounts ?? {})).toEqual(names);
    expect(unmounted).toEqual(names);
  });

  test.each([
    ["a tool without its lock file", { Dockerfile: "FROM node\nRUN npm install -g x" }],
    ["a lock file without its tool", { Dockerfile: "FROM node\nCOPY . .", "package-lock.json": "" }],
  ])("none for %s", (_name, files) => {
    expect(mountsOf(files)).toEqual([undefined, undefined]);
  });

  test("one that a RUN has keeps its id", () => {
    const Dockerfile =
      "FROM golang\nRUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,id=b,target=/root/.cache/go-build go build\n";
    expect(mountsOf({ Dockerfile, "go.sum": "" })).toEqual([
      { gomod: { preset: "go-mod", id: "/go/pkg/mod" }, gobuild: { preset: "go-build", id: "b", perArch: false } },
      undefined,
    ]);
  });
});

describe("mounts with ids of their own", () => {
  const mount = (flag: string) => `--mount=type=cache,${flag}`;
  const lacking = "FROM golang\nRUN go mod download\n";

  test("none is declared beside them, whichever Dockerfile comes first", () => {
    const present = `FROM golang\nRUN ${mount("id=own,target=/go/pkg/mod")} go mod download\n`;
    for (const files of [
      { Dockerfile: lacking, "dev/Dockerfile": present },
      { Dockerfile: present, "dev/Dockerfile": lacking },
    ]) {
      const { config, unmounted } = proposeConfig(found({ ...files, "go.sum": "" }), null);
      expect(config.mounts).toEqual({ gomod: { preset: "go-mod", id: "own" } });
      expect(unmounted).toEqual({});
    }
  });

  test("nor beside one that no preset describes", () => {
    const present = `FROM golang\nRUN ${mount("id=own,target=/go/pkg/mod,uid=5")} go mod download\n`;
    const { config } = proposeConfig(found({ Dockerfile: lacking, "dev/Dockerfile": present, "go.sum": "" }), null);
    expect(config.mounts).toBeUndefined();
  });

  test("what the comment says of a platform in the id is what plan says: it is carried", () => {
    const Dockerfile = `FROM golang\nARG TARGETPLATFORM\nARG X\nRUN ${mount("id=b-$TARGETPLATFORM,target=/root/.cache/go-build")} ${mount("id=$X,target=/x")} ${mount("id=y-$X,target=/y")} x\n`;
    const { config, comment } = proposeConfig(found({ Dockerfile }), null);
    expect(config.mounts).toBeUndefined();
    expect(comment).toContain("  not declared: b-$TARGETPLATFORM (Dockerfile)");
    expect(comment).toContain("  Dockerfile:4: its id holds a variable that only the build knows");
    expect(comment.filter((line) => line.includes("Dockerfile:"))).toHaveLength(1);
  });
});

describe("the bucket", () => {
  test.each([
    ["", undefined, null],
    ["none", "eu", null],
    ["s3://b", "eu-west-1", { type: "s3", url: "s3://b/", region: "eu-west-1" }],
    [" s3://b/p/ ", undefined, { type: "s3", url: "s3://b/p/" }],
    ["gs://b/p", "eu", { type: "gcs", url: "gcs://b/p" }],
    ["gcs://b/p/", undefined, { type: "gcs", url: "gcs://b/p/" }],
  ])("%j", (url, region, backend) => {
    expect(readBackendUrl(url, region)).toEqual(backend);
  });

  test.each(["b", "https://b.s3.amazonaws.com", "s3://", "s3://key:secret@b/", "azblob://x"])("not %j", (url) => {
    expect(() => readBackendUrl(url, undefined)).toThrow(expect.objectContaining({ code: "BK1002" }));
  });

  test("is read and written after the disk", () => {
    const { config } = proposeConfig(found({ Dockerfile: "FROM a" }), readBackendUrl("s3://b", "r"));
    expect(config.cache).toEqual({ read: ["disk", "remote"], write: ["disk", "remote"] });
  });
});
