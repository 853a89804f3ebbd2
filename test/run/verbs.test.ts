import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ExecOptions, Host, Message } from "../../src/host/host.ts";
import { createHost } from "../../src/host/node-host.ts";
import { runBake } from "../../src/run/bake.ts";
import { runBuild } from "../../src/run/build.ts";
import { makeWorkspace } from "../support/workspace.ts";

const inspected = "Name: ci\nDriver: docker-container\n\nNodes:\nName: ci0\nEndpoint: unix:///x\nStatus: running\n";

interface Stand {
  /** Of the targets' config. */
  readonly config?: object | null;
  readonly env?: Readonly<Record<string, string>>;
  readonly exitCode?: number;
  readonly printed?: object;
}

/** A project and a buildx that never runs: the host answers in its place. */
function project({ config = {}, env = {}, exitCode = 0, printed = {} }: Stand = {}) {
  const { dir } = makeWorkspace({ Dockerfile: "FROM scratch\n" });
  if (config !== null) {
    const targets = { api: {}, web: {} };
    writeFileSync(join(dir, "bkcache.config.json"), JSON.stringify({ project: "shop", targets, ...config }));
  }
  mkdirSync(join(dir, "bin"));
  writeFileSync(join(dir, "bin/buildx"), "");
  chmodSync(join(dir, "bin/buildx"), 0o755);
  const calls: { readonly args: readonly string[]; readonly options: ExecOptions | undefined }[] = [];
  const told: Message[] = [];
  const real = createHost({
    cwd: dir,
    env: { PATH: join(dir, "bin"), HOME: dir, DOCKER_CONFIG: dir, BUILDX_BUILDER: "ci", ...env },
    signal: new AbortController().signal,
    tell: (message) => void told.push(message),
  });
  const host: Host = {
    ...real,
    async exec(_command, args, options) {
      calls.push({ args, options });
      if (args[0] === "version") return { exitCode: 0, stdout: "github.com/docker/buildx v0.38.2 x\n", stderr: "" };
      if (args[0] === "inspect") return { exitCode: 0, stdout: inspected, stderr: "" };
      if (args.includes("--print")) return { exitCode: 0, stdout: JSON.stringify({ target: printed }), stderr: "" };
      return { exitCode: args[0] === "history" ? 0 : exitCode, stdout: "", stderr: "" };
    },
  };
  const verbs = () => calls.map(({ args }) => (args.includes("--print") ? "print" : args[0]));
  return { dir, host, calls, told, verbs };
}

test("a bake asks for nothing that is certain: version, builder, build, history", async () => {
  const { host, calls, verbs, dir } = project();
  const { exitCode, outcome } = await runBake(host, ["api", "--report", "r.json", "--push"]);
  expect(exitCode).toBe(0);
  expect(outcome?.report.targets).toHaveProperty("api");
  expect(verbs()).toEqual(["version", "inspect", "bake", "history"]);
  const { args, options } = calls[2] ?? {};
  expect(args?.slice(0, 4)).toEqual(["bake", "--builder", "ci", "--metadata-file"]);
  expect(args?.slice(5)).toEqual(["-f", "-", "--push", "api"]);
  expect(options).toMatchObject({ cwd: dir, terminal: true, input: expect.stringContaining('target "api"') });
  expect(existsSync(args?.[4] ?? "")).toBe(false);
  expect(JSON.parse(readFileSync(join(dir, "r.json"), "utf8"))).toMatchObject({ exitCode: 0 });
});

test("with --var, --set or a further file bake is asked first", async () => {
  for (const args of [
    ["--var", "A=1"],
    ["--set", "api.target=x"],
    ["-f", "more.hcl"],
  ]) {
    const { host, verbs } = project({ printed: { api: {} } });
    await runBake(host, ["api", ...args]);
    expect(verbs().filter((verb) => verb === "print").length).toBeGreaterThan(0);
    expect(verbs().at(-2)).toBe("bake");
  }
});

test.each([
  { it: "an unknown target", args: ["wbe"], code: "BK1002" },
  { it: "a report that cannot be written", args: ["--report", "/dev/null/x"], code: "BK3003" },
  { it: "committed files that are stale, under --locked", args: ["api", "--locked"], code: "BK3001" },
])("$it ends the bake before there is a builder", async ({ args, code }) => {
  const { host, verbs } = project();
  await expect(runBake(host, args)).rejects.toMatchObject({ findings: [expect.objectContaining({ code })] });
  expect(verbs()).not.toContain("inspect");
  expect(verbs()).not.toContain("bake");
});

test("a flag that nobody has ends a bake and a build before anything else is asked", async () => {
  for (const run of [
    (host: Host) => runBake(host, ["--scope", "main"]),
    (host: Host) => runBuild(host, [".", "--nosuch"]),
  ]) {
    const { host, calls } = project();
    await expect(run(host)).rejects.toMatchObject({ code: "BK1001" });
    expect(calls.map(({ args }) => args.at(-1))).toEqual(["version", "--help"]);
  }
});

test("without --locked stale files are a warning, said when the build is done", async () => {
  const { host, told, calls } = project();
  await runBake(host, ["api"]);
  expect(told.at(-1)).toMatchObject({ code: "BK3001", level: "warning" });
  expect(calls.length).toBe(4);
});

test("--print asks bake alone", async () => {
  const { host, verbs } = project();
  expect(await runBake(host, ["api", "--print"])).toEqual({ exitCode: 0, isQuiet: false, outcome: null });
  expect(verbs()).toEqual(["version", "print"]);
});

test("a failing build keeps buildx's exit code", async () => {
  const { host } = project({ exitCode: 17 });
  expect(await runBake(host, ["api"])).toMatchObject({ exitCode: 17, outcome: { report: { exitCode: 17 } } });
});

test("a build takes flags as they are, and the cache of the config", async () => {
  const config = { backends: { disk: { type: "local", path: "cache" } }, cache: { read: ["disk"], write: ["disk"] } };
  const { host, calls, verbs, dir } = project({ config });
  const { exitCode } = await runBuild(host, ["--cache", "read-write", "-t", "x", "."]);
  expect(exitCode).toBe(0);
  expect(verbs()).toEqual(["version", "inspect", "build", "history"]);
  const args = calls[2]?.args ?? [];
  expect(args).toContain("--cache-to");
  expect(args[args.indexOf("--cache-to") + 1]).toContain(`dest=${dir}/cache/`);
  expect(args.slice(-3)).toEqual(["-t", "x", "."]);
});

test("a build with a variable in the backend asks bake only where it is not certain", async () => {
  const backends = { disk: { type: "local", path: "${PLACE}/x" } };
  const config = { backends, cache: { read: ["disk"], write: ["disk"] } };
  const asked = async (variables: object) => {
    const printed = { _bkcache_values: { args: {} } };
    const { host, verbs } = project({ config: { ...config, variables }, printed });
    await runBuild(host, ["--cache", "read", "."]);
    return verbs().includes("print");
  };
  expect(await asked({ PLACE: "cache" })).toBe(false);
  expect(await asked({ PLACE: { type: "string", default: "cache" } })).toBe(true);
});

test("a build without config and BUILDKIT_REMOTE_CACHE is BK2001, and one that only asks has no report", async () => {
  const none = project({ config: null });
  await expect(runBuild(none.host, ["."])).rejects.toMatchObject({ code: "BK2001" });
  const { host, verbs } = project();
  expect(await runBuild(host, ["--check", "."])).toEqual({ exitCode: 0, isQuiet: false, outcome: null });
  expect(verbs()).toEqual(["version", "inspect", "build"]);
});

test.each([
  ["a right of the machine", { network: "host", entitlements: ["network.host"] }, [], "--allow=network.host"],
  ["a folder outside", { context: "/etc" }, [], "--allow=fs.read=/etc"],
  ["what is not allowed of two", { context: "/etc", network: "host" }, ["--allow", "fs=/etc"], "--allow=network.host"],
])("a bake file that asks for %s is refused, with what can be typed", async (_, target, flags, expected) => {
  const { host, verbs } = project({ printed: { api: target } });
  writeFileSync(join(host.cwd, "more.hcl"), "");
  const run = runBake(host, ["-f", "more.hcl", "api", ...flags]);
  await expect(run).rejects.toMatchObject({ code: "BK1004", hint: `where you trust it, add ${expected}` });
  expect(verbs()).not.toContain("bake");
});

test.each([
  ["allowed", ["--allow=fs.read=/", "--allow", "network.host"], {}],
  ["allowed for all paths", ["--allow=fs=*", "--allow=network.host"], {}],
  ["paths are not asked about", ["--allow=network.host"], { BUILDX_BAKE_ENTITLEMENTS_FS: "0" }],
])("a bake file whose rights are %s is built", async (_, flags, env) => {
  const { host, verbs } = project({ printed: { api: { context: "/etc", network: "host" } }, env });
  writeFileSync(join(host.cwd, "more.hcl"), "");
  await runBake(host, ["-f", "more.hcl", "api", ...flags]);
  expect(verbs()).toContain("bake");
});
