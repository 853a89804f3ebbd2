import { describe, expect, test } from "vitest";
import { cleanEnv } from "../support/env.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { runOnTerminal } from "../support/terminal.ts";
import { makeWorkspace } from "../support/workspace.ts";

function open(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const workspace = makeWorkspace(files);
  // No region of the machine that the test runs on.
  const clean = cleanEnv(env);
  return { workspace, bkcache: (...args: string[]) => runBkcache(args, { cwd: workspace.dir, env: clean }) };
}

const goApp = {
  Dockerfile: "FROM golang:1.26\nWORKDIR /src\nCOPY . .\nRUN go build ./...\n",
  "go.sum": "",
  "node_modules/x/Dockerfile": "FROM scratch\n",
};

describe("init", () => {
  test("the help says when a config is TypeScript, and so it is", async () => {
    const { stdout } = await open({}).bkcache("init", "--help");
    const list = /default: ts beside a\s+([^)]*?),\s+else\s+yaml\)/.exec(stdout)?.[1] ?? "";
    const files = list.match(/[a-z]+\.json/g) ?? [];
    expect(files).toEqual(["package.json", "tsconfig.json", "deno.json"]);
    for (const file of files) {
      const { workspace, bkcache } = open({ ...goApp, [file]: "{}" });
      await bkcache("init", "--yes");
      expect(workspace.has("bkcache.config.ts")).toBe(true);
    }
  });

  test.each(["yaml", "ts", "json"])("writes a config that generate takes, as %s", async (format) => {
    const { workspace, bkcache } = open(goApp);
    const { exitCode, stdout, stderr } = await bkcache("init", "--format", format);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    expect(stderr).toContain(`bkcache.config.${format}: created`);
    expect(stderr).toContain("# bkcache: gomod gobuild");
    expect(stderr).toContain("bkcache generate");
    expect(workspace.list()).toEqual(["Dockerfile", `bkcache.config.${format}`, "go.sum", "node_modules/x/Dockerfile"]);
    expect(await bkcache("generate")).toMatchObject({ exitCode: 0 });
    expect(workspace.read("docker-bake.hcl").match(/^target .*$/gm)).toEqual(['target "app" {']);
  });

  test("takes the format of the project, the bucket from the flag and the region from the environment", async () => {
    const { workspace, bkcache } = open({ ...goApp, "package.json": "{}" }, { AWS_REGION: "eu-central-1" });
    expect(await bkcache("init", "--yes", "--backend", "s3://acme-ci/shop/")).toMatchObject({ exitCode: 0 });
    const text = workspace.read("bkcache.config.ts");
    expect(text).toContain('remote: { type: "s3", url: "s3://acme-ci/shop/", region: "eu-central-1" }');
    expect((await bkcache("init", "--backend", "http://x", "--stdout")).stderr).toContain("error BK1002");
  });

  describe("on a terminal", () => {
    const bucket = { to: "empty for this disk alone)?", keys: "s3://acme-ci/shop/\n" };
    const region = { to: "Region of the bucket?", keys: "eu-west-1\n" };
    const markers = { to: "into the Dockerfiles (y or n)?", keys: "n\n" };
    const onTerminal = async (answers: Parameters<typeof runOnTerminal>[1], args: readonly string[] = []) => {
      const workspace = makeWorkspace(goApp);
      const result = await runOnTerminal(["init", ...args], answers, { cwd: workspace.dir, env: cleanEnv() });
      const file = "bkcache.config.yaml";
      return { ...result, config: workspace.has(file) ? workspace.read(file) : null };
    };

    test("asks for the bucket and its region", async () => {
      const { exitCode, stdout, config } = await onTerminal([bucket, region, markers]);
      expect(exitCode, stdout).toBe(0);
      expect(config).toMatch(/remote:\n\s+type: s3\n\s+url: s3:\/\/acme-ci\/shop\/\n\s+region: eu-west-1\n/);
    });

    test.each([
      ["an empty answer", "\n"],
      ["Ctrl-D", "\x04"],
    ])("%s is the disk alone", async (_, keys) => {
      const { exitCode, stdout, config } = await onTerminal([{ ...bucket, keys }, markers]);
      expect(exitCode, stdout).toBe(0);
      expect(stdout).toMatch(/\nbkcache: bkcache.config.yaml: created\n/);
      expect(config).toContain("  write:\n    - disk\n");
    });

    test("a mistyped bucket is asked for again", async () => {
      const { exitCode, stdout, config } = await onTerminal([
        { ...bucket, keys: "http://acme\n" },
        { ...bucket, keys: "s3:/acme\n" },
        bucket,
        region,
        markers,
      ]);
      expect(exitCode, stdout).toBe(0);
      expect(stdout).toContain("the bucket must be s3://BUCKET/PREFIX/");
      expect(config).toContain("url: s3://acme-ci/shop/");
    });

    test("markers are shown, and written after a yes", async () => {
      const workspace = makeWorkspace(goApp);
      const answers = [
        { ...bucket, keys: "\n" },
        { ...markers, keys: "y\n" },
      ];
      const { exitCode, stdout } = await runOnTerminal(["init"], answers, { cwd: workspace.dir, env: cleanEnv() });
      expect(exitCode, stdout).toBe(0);
      expect(stdout.indexOf("+# bkcache: gomod gobuild")).toBeLessThan(stdout.indexOf("(y or n)?"));
      expect(workspace.read("Dockerfile")).toContain("# bkcache: gomod gobuild\nRUN --mount=type=cache,id=");
    });

    test.each([
      ["the first", [{ ...bucket, keys: "\x03" }]],
      ["the second", [bucket, { ...region, keys: "\x03" }]],
      ["the last", [bucket, region, { ...markers, keys: "\x03" }]],
    ])("Ctrl-C at %s question ends it, and nothing is written", async (_, answers) => {
      const { exitCode, stdout, config } = await onTerminal(answers);
      expect(exitCode, stdout).toBe(130);
      expect(stdout).not.toContain("error");
      expect(config).toBeNull();
    });

    test("--yes asks nothing", async () => {
      const { exitCode, stdout } = await onTerminal([], ["--yes"]);
      expect(exitCode, stdout).toBe(0);
      expect(stdout).not.toContain("?");
    });
  });

  test("keeps a bake file as the source and says how to convert it", async () => {
    const { workspace, bkcache } = open({
      ...goApp,
      "docker-bake.hcl": 'target "default" {}\n',
      "compose.yaml": "services: {}\n",
    });
    const { exitCode, stderr } = await bkcache("init", "--yes");
    expect(exitCode).toBe(0);
    expect(workspace.read("bkcache.config.yaml")).toContain("\nbake: docker-bake.hcl\n");
    expect(stderr).toContain("bkcache init --from-bake docker-bake.hcl --force");
    expect(workspace.read("docker-bake.hcl")).toBe('target "default" {}\n');
  });

  test("overwrites nothing without --force, and no other config with it", async () => {
    const { workspace, bkcache } = open({ ...goApp, "bkcache.config.yaml": "targets: { mine: {} }\n" });
    const refused = await bkcache("init");
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("error BK1010: bkcache.config.yaml exists already");
    expect((await bkcache("init", "--force", "--format", "json")).stderr).toContain("error BK1010");
    expect(workspace.read("bkcache.config.yaml")).toBe("targets: { mine: {} }\n");
    expect(await bkcache("init", "--force")).toMatchObject({ exitCode: 0 });
    expect(workspace.read("bkcache.config.yaml")).toContain("app:");
  });

  test.each([
    ["bkcache.config.json", "targets", "overwrite it with --force --format json"],
    [".bkcacherc.yaml", "targets: {}", "or remove it"],
    ["package.json", '{ "bkcache": {} }', "remove that key"],
  ])("says what to do where the config is %s", async (name, text, hint) => {
    const { workspace, bkcache } = open({ ...goApp, [name]: text });
    for (const flags of [
      ["--format", "yaml"],
      ["--format", "yaml", "--force"],
    ]) {
      const { exitCode, stderr } = await bkcache("init", "--yes", ...flags);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/error BK1010: .*\n {2}-> use it as it is/);
      expect(stderr).toContain(hint);
    }
    expect(workspace.read(name)).toBe(text);
  });

  test("an empty package.json is no config", async () => {
    const { bkcache } = open({ ...goApp, "package.json": "" });
    expect(await bkcache("init", "--yes")).toMatchObject({ exitCode: 0 });
  });

  test("a list that is written twice stands there twice", async () => {
    const { workspace, bkcache } = open(goApp);
    await bkcache("init", "--yes");
    expect(workspace.read("bkcache.config.yaml")).not.toMatch(/[&*]\w/);
  });

  test("generate after it says the same again and again", async () => {
    const { workspace, bkcache } = open(goApp);
    await bkcache("init", "--yes");
    // All mounts of the RUN in one marker: each alone would be told of the next.
    expect((await bkcache("generate")).stderr).toContain("write `# bkcache: gomod gobuild` above the RUN");
    const first = workspace.list().map((name) => [name, workspace.read(name)]);
    expect((await bkcache("generate")).stderr).toContain("docker-bake.hcl: unchanged");
    expect(await bkcache("generate", "--check")).toMatchObject({ exitCode: 0 });
    expect(workspace.list().map((name) => [name, workspace.read(name)])).toEqual(first);
  });

  describe("--markers", () => {
    test("writes comments and flags, shows them, and generate has nothing left to do in the Dockerfile", async () => {
      const { workspace, bkcache } = open(goApp);
      const { exitCode, stderr } = await bkcache("init", "--yes", "--markers", "--format", "yaml");
      expect(exitCode).toBe(0);
      expect(stderr).toContain("+# bkcache: gomod gobuild");
      expect(stderr).toContain("Dockerfile: marked");
      const written = workspace.read("Dockerfile");
      expect(written).toMatch(/# bkcache: gomod gobuild\nRUN --mount=type=cache,id=[\w-]+-gomod,target=\/go\/pkg\/mod/);
      expect((await bkcache("generate")).stderr).toContain("Dockerfile: unchanged");
      expect(workspace.read("Dockerfile")).toBe(written);
      expect(await bkcache("lint")).toMatchObject({ exitCode: 0 });
    });

    test("a Dockerfile that is made from a template stays as it is", async () => {
      const { workspace, bkcache } = open({ ...goApp, "Dockerfile.hbs": goApp.Dockerfile });
      expect(await bkcache("init", "--yes", "--markers")).toMatchObject({ exitCode: 0 });
      expect(workspace.read("Dockerfile")).toBe(goApp.Dockerfile);
    });
  });

  test.each([
    ["yaml", "# yaml-language-server: $schema="],
    ["json", '"$schema": "'],
  ])("the schema that a %s config names is there, or has an address", async (format, before) => {
    const { workspace, bkcache } = open(goApp);
    const schemaOf = async () => {
      await bkcache("init", "--yes", "--force", "--format", format);
      const text = workspace.read(`bkcache.config.${format}`);
      return /^[^\s",]+/.exec(text.slice(text.indexOf(before) + before.length))?.[0];
    };
    expect(await schemaOf()).toMatch(/^https:\/\/.*\/v\d+\.\d+\.\d+\/schemas\/bkcache\.schema\.json$/);
    workspace.write("node_modules/bkcache/package.json", "{}");
    expect(await schemaOf()).toBe("./node_modules/bkcache/schemas/bkcache.schema.json");
  });

  test.each([
    ["pnpm-lock.yaml", "{}", "pnpm add --save-dev"],
    ["yarn.lock", "{}", "yarn add --dev"],
    ["x", '{ "packageManager": "bun@1.3.0" }', "bun add --dev"],
    ["x", "{}", "npm install --save-dev"],
  ])("a config in TypeScript says how its import is installed: %s, %s", async (lock, manifest, command) => {
    const { workspace, bkcache } = open({ ...goApp, "package.json": manifest, [lock]: "" });
    const { stderr } = await bkcache("init", "--yes");
    // Nobody has claimed the name on npm yet: the file is packed from a clone.
    expect(stderr).toMatch(new RegExp(`\`${command} \\./bkcache-\\d+\\.\\d+\\.\\d+\\.tgz\``));
    expect(workspace.read("bkcache.config.ts")).not.toContain("{ type: s3");
    expect(stderr).not.toContain("npx");
  });

  test("ends with the command that shows a hit", async () => {
    const { stderr } = await open(goApp).bkcache("init", "--yes");
    expect(stderr.trimEnd().split("\n").at(-1)).toContain("bkcache bake --builder $(docker buildx create)");
  });

  test("in CI a folder of the machine is no cache", async () => {
    const { workspace, bkcache } = open(goApp, { CI: "true" });
    const { exitCode, stderr } = await bkcache("init");
    expect(exitCode).toBe(0);
    expect(workspace.read("bkcache.config.yaml")).not.toMatch(/^backends:/m);
    expect(stderr).toContain("bkcache init --backend s3://BUCKET/PREFIX/");
    expect((await bkcache("validate")).exitCode).toBe(0);
    await bkcache("init", "--force", "--backend", "s3://acme-ci/shop/");
    expect(workspace.read("bkcache.config.yaml")).toMatch(/backends:\n {2}remote:/);
  });

  test("--stdout writes nothing", async () => {
    const { workspace, bkcache } = open(goApp);
    expect((await bkcache("init", "--stdout")).stdout).toContain("targets:");
    expect(workspace.list()).not.toContain("bkcache.config.yaml");
  });

  test("says where there is nothing to build", async () => {
    const { workspace, bkcache } = open({ "README.md": "" });
    const { exitCode, stderr } = await bkcache("init");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("error BK1014");
    expect(workspace.list()).toEqual(["README.md"]);
  });
});

describe("eject", () => {
  const config = `project: shop
backends: { disk: { type: local, path: cache } }
cache: { read: [disk], write: [disk] }
mounts: { gomod: go-mod }
targets: { api: {} }
`;
  const files = {
    "bkcache.config.yaml": config,
    Dockerfile: "FROM golang\n# bkcache: gomod\nRUN --mount=type=cache,id=shop-gomod,target=/go/pkg/mod go build\n",
  };

  test("leaves plain files, and says what is lost", async () => {
    const { workspace, bkcache } = open(files);
    await bkcache("generate");
    const before = workspace.list().map((name) => [name, workspace.read(name)]);
    const dry = await bkcache("eject", "--dry-run");
    expect(dry.exitCode).toBe(0);
    expect(dry.stdout).toContain("-# bkcache: gomod");
    expect(workspace.list().map((name) => [name, workspace.read(name)])).toEqual(before);

    const { exitCode, stdout, stderr } = await bkcache("eject");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    expect(stderr).toContain("lost: ");
    expect(stderr).toContain("bkcache.config.yaml");
    expect(workspace.list()).toEqual(["Dockerfile", "bkcache.config.yaml", "docker-bake.hcl"]);
    expect(workspace.read("Dockerfile")).toBe(
      "FROM golang\nRUN --mount=type=cache,id=shop-gomod,target=/go/pkg/mod go build\n",
    );
    expect(workspace.read("docker-bake.hcl")).not.toMatch(/bkcache/i);
    // What is ejected is not taken for bkcache's own any more.
    expect((await bkcache("generate")).stderr).toContain("error BK3002");
  });

  test("with a cache, and without the config", async () => {
    const { workspace, bkcache } = open(files);
    expect(await bkcache("eject", "--cache", "read-write", "--delete-config")).toMatchObject({ exitCode: 0 });
    expect(workspace.list()).toEqual(["Dockerfile", "docker-bake.hcl"]);
    expect(workspace.read("docker-bake.hcl")).toContain("cache-to");
  });

  test("leaves a bake file alone that is somebody else's", async () => {
    const { workspace, bkcache } = open({ ...files, "docker-bake.hcl": 'target "mine" {}\n' });
    const { exitCode, stderr } = await bkcache("eject");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("error BK3002");
    expect(workspace.read("Dockerfile")).toBe(files.Dockerfile);
    expect(workspace.read("docker-bake.hcl")).toBe('target "mine" {}\n');
  });
});
