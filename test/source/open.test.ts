import { expect, test } from "vitest";
import { splitBakeArgs } from "../../src/bake/argv.ts";
import type { Buildx } from "../../src/builder/buildx.ts";
import type { Message } from "../../src/host/host.ts";
import { createHost } from "../../src/host/node-host.ts";
import { openSource } from "../../src/source/open.ts";
import { fileFlags, runFile, targetArguments } from "../../src/source/run-file.ts";
import { makeWorkspace } from "../support/workspace.ts";

const remote = { BUILDKIT_REMOTE_CACHE: "s3://bucket/prefix/" };
const config = JSON.stringify({ project: "shop", targets: { api: {} } });

interface Stand {
  readonly files: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly exitCode?: number;
}

/** What a folder is taken for, by a bake that prints one target and the group of what was asked for. */
async function open({ files, args = [], env = {}, exitCode = 0 }: Stand) {
  const { dir } = makeWorkspace(files);
  const asked: string[][] = [];
  const told: Message[] = [];
  const exec: Buildx["exec"] = async (argv) => {
    asked.push([...argv]);
    const printed = { group: { default: { targets: ["api"] } }, target: { api: { context: "." } } };
    return { exitCode, stdout: JSON.stringify(printed), stderr: "ERROR: no such thing\n" };
  };
  const signal = new AbortController().signal;
  const host = createHost({ cwd: dir, env, signal, tell: (message) => void told.push(message) });
  const split = splitBakeArgs(args, { cwd: dir });
  const source = await openSource(host, split, Promise.resolve({ exec } as Buildx));
  return { source, split, asked, told, dir };
}

test("a config is the source, and bake is asked nothing", async () => {
  const { source, split, asked, told, dir } = await open({
    files: { "bkcache.config.json": config },
    args: ["-f", "more.hcl", "--set", "api.target=x", "api"],
    env: remote,
  });
  expect(source).toMatchObject({ hasConfig: true, dir, definition: null, overrides: ["--set", "api.target=x"] });
  expect(source.overlays).toEqual([`${dir}/more.hcl`]);
  expect(targetArguments(source, split)).toEqual(["api"]);
  expect(asked).toEqual([]);
  expect(told).toMatchObject([{ level: "warning", message: expect.stringContaining("is ignored") }]);
});

test.each([
  { it: "nothing at all", files: {}, env: {}, args: [], code: "BK2001" },
  { it: "no bake file and no Dockerfile", files: {}, env: remote, args: [], code: "BK2001" },
  { it: "standard input beside a config", files: { "bkcache.config.json": config }, args: ["-f", "-"], code: "BK1002" },
  {
    it: "a remote definition beside a config",
    files: { "bkcache.config.json": config },
    args: ["https://example.com/x.git"],
    code: "BK1002",
  },
])("refused is $it", async ({ files, env = {}, args, code }) => {
  await expect(open({ files, env, args })).rejects.toMatchObject({ code });
});

test.each([
  { it: "a Dockerfile alone", files: { Dockerfile: "FROM scratch\n" }, env: {}, read: ["-"] },
  {
    it: "bake files in bake's own order",
    files: { "docker-bake.override.hcl": "", "docker-bake.hcl": "", "compose.yaml": "" },
    env: {},
    read: ["compose.yaml", "docker-bake.hcl", "docker-bake.override.hcl"],
  },
  {
    it: "the files of BUILDX_BAKE_FILE",
    files: { "docker-bake.hcl": "" },
    env: { BUILDX_BAKE_FILE: "a.hcl;b.hcl", BUILDX_BAKE_PATH_SEPARATOR: ";" },
    read: ["a.hcl", "b.hcl"],
  },
])("without a config the source is $it", async ({ files, env, read }) => {
  const args = ["api", "--var", "A=1"];
  const { source, split, asked } = await open({ files, env: { ...env, ...remote }, args });
  expect(asked).toEqual([["bake", ...fileFlags(read), "--print", "--var", "A=1", "api"]]);
  expect(source).toMatchObject({ hasConfig: false, overrides: [], overlays: [], plan: { mountBackend: "remote" } });
  expect(targetArguments(source, split)).toEqual(["api"]);
  expect(runFile(source, ["api"])).not.toContain("cache-");
  expect(runFile(source, ["api"])).toContain('target "api"');
});

test("what bake refuses is said in bake's own words", async () => {
  const files = { "docker-bake.hcl": "" };
  await expect(open({ files, env: remote, exitCode: 1 })).rejects.toMatchObject({
    code: "BK4020",
    message: expect.stringContaining("no such thing"),
  });
});
