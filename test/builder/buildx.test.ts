import { mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findBuildx } from "../../src/builder/buildx.ts";
import { createHost } from "../../src/host/node-host.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { fakeDocker } from "../support/fake-docker.ts";

const version = "github.com/docker/buildx v0.38.2 abc\n";
const yes = [
  { when: ["buildx", "version"], stdout: version },
  { when: ["version"], stdout: version },
];
const no = [{ when: ["buildx"], stderr: "docker: unknown command: docker buildx\n", exitCode: 1 }];

function setUp() {
  const dir = makeTempDir("buildx");
  const env = { PATH: join(dir, "bin"), DOCKER_CONFIG: join(dir, "docker"), XDG_CACHE_HOME: join(dir, "cache") };
  const host = (extra: object = {}) =>
    createHost({ cwd: dir, env: { ...env, ...extra }, signal: new AbortController().signal, tell: () => {} });
  const addPlugin = () => {
    mkdirSync(join(dir, "docker", "cli-plugins"), { recursive: true });
    writeFileSync(join(dir, "docker", "cli-plugins", "docker-buildx"), "plugin");
  };
  return { dir, host, addPlugin };
}

test("docker buildx first", async () => {
  const { dir, host } = setUp();
  const docker = fakeDocker(dir, { answers: yes });
  fakeDocker(dir, { name: "buildx", answers: yes });
  const buildx = await findBuildx(host());
  expect(buildx).toMatchObject({
    command: docker.path,
    prefix: ["buildx"],
    version: { major: 0, minor: 38, patch: 2 },
  });
  await buildx.exec(["ls"]);
  expect(docker.calls().map(({ argv }) => argv)).toEqual([
    ["buildx", "version"],
    ["buildx", "ls"],
  ]);
});

test("docker's plugin is run by itself, unless docker is told to look elsewhere first", async () => {
  const { dir, host } = setUp();
  const docker = fakeDocker(dir, { answers: [...yes, { when: ["buildx", "ls"] }] });
  const plugins = join(dir, "docker", "cli-plugins");
  mkdirSync(plugins, { recursive: true });
  const other = makeTempDir("plugin");
  const plugin = fakeDocker(other, { name: "docker-buildx", answers: [{ when: ["ls"] }] });
  symlinkSync(plugin.path, join(plugins, "docker-buildx"));
  await (await findBuildx(host())).exec(["ls"]);
  expect(plugin.calls().map(({ argv }) => argv)).toEqual([["ls"]]);
  writeFileSync(join(dir, "docker", "config.json"), JSON.stringify({ cliPluginsExtraDirs: ["/elsewhere"] }));
  await (await findBuildx(host())).exec(["ls"]);
  expect(plugin.calls()).toHaveLength(1);
  expect(docker.calls().at(-1)?.argv).toEqual(["buildx", "ls"]);
});

test("BKCACHE_SHORTCUTS=off asks docker, each time", async () => {
  const { dir, host } = setUp();
  const docker = fakeDocker(dir, { answers: [...yes, { when: ["buildx", "ls"] }] });
  const plugins = join(dir, "docker", "cli-plugins");
  mkdirSync(plugins, { recursive: true });
  const plugin = fakeDocker(makeTempDir("plugin"), { name: "docker-buildx", answers: [] });
  symlinkSync(plugin.path, join(plugins, "docker-buildx"));
  for (const _ of [1, 2]) await (await findBuildx(host({ BKCACHE_SHORTCUTS: "off" }))).exec(["ls"]);
  const round = [
    ["buildx", "version"],
    ["buildx", "ls"],
  ];
  expect(docker.calls().map(({ argv }) => argv)).toEqual([...round, ...round]);
  expect(plugin.calls()).toEqual([]);
});

test("then docker-buildx, where docker has no plugin", async () => {
  const { dir, host } = setUp();
  fakeDocker(dir, { answers: no });
  const plain = fakeDocker(dir, { name: "docker-buildx", answers: yes });
  await expect(findBuildx(host())).resolves.toMatchObject({ command: plain.path, prefix: [] });
});

test("then buildx; what only looks like docker is passed over", async () => {
  const { dir, host } = setUp();
  fakeDocker(dir, { answers: [{ when: ["buildx", "version"], stdout: "buildah 1.40.0\n" }] });
  const plain = fakeDocker(dir, { name: "buildx", answers: yes });
  await expect(findBuildx(host())).resolves.toMatchObject({ command: plain.path, prefix: [] });
});

test("none is BK4001 that says what to install", async () => {
  const { dir, host } = setUp();
  await expect(findBuildx(host())).rejects.toMatchObject({
    code: "BK4001",
    message: "neither docker, docker-buildx nor buildx is on PATH",
    hint: expect.stringContaining("docker-buildx-plugin"),
  });
  const docker = fakeDocker(dir, { answers: no });
  await expect(findBuildx(host())).rejects.toMatchObject({
    message: expect.stringContaining(`${docker.path} has no buildx`),
  });
});

test("the answer is remembered until a file changes", async () => {
  const { dir, host, addPlugin } = setUp();
  addPlugin();
  const docker = fakeDocker(dir, { answers: yes });
  await findBuildx(host());
  await expect(findBuildx(host())).resolves.toMatchObject({ command: docker.path, version: { minor: 38 } });
  expect(docker.calls()).toHaveLength(1);
  utimesSync(join(dir, "docker", "cli-plugins", "docker-buildx"), 1, 1);
  await findBuildx(host());
  expect(docker.calls()).toHaveLength(2);
  writeFileSync(join(dir, "docker", "config.json"), "{}");
  await findBuildx(host());
  expect(docker.calls()).toHaveLength(3);
});

test("a broken memory, or none, only means that buildx is asked", async () => {
  const { dir, host, addPlugin } = setUp();
  addPlugin();
  const docker = fakeDocker(dir, { answers: yes });
  await findBuildx(host());
  const file = join(dir, "cache", "bkcache", "buildx.json");
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ found: { command: docker.path } });
  for (const broken of ["", "null", '{"key":1}', "[]"]) {
    writeFileSync(file, broken);
    await expect(findBuildx(host())).resolves.toMatchObject({ command: docker.path });
  }
  writeFileSync(join(dir, "file"), "");
  await expect(findBuildx(host({ XDG_CACHE_HOME: join(dir, "file") }))).resolves.toMatchObject({
    command: docker.path,
  });
  await expect(findBuildx(host({ XDG_CACHE_HOME: undefined, HOME: undefined }))).resolves.toMatchObject({
    command: docker.path,
  });
});

test("a plugin in a folder that is not known is asked every time", async () => {
  const { dir, host } = setUp();
  const docker = fakeDocker(dir, { answers: yes });
  await findBuildx(host());
  await findBuildx(host());
  expect(docker.calls()).toHaveLength(2);
});
