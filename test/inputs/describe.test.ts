import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { BakeTarget } from "../../src/bake/model.ts";
import { findDifferences } from "../../src/inputs/compare.ts";
import { openContextFiles } from "../../src/inputs/context-files.ts";
import { createIgnore } from "../../src/inputs/ignore.ts";
import { createInputReader, type InputsRequest } from "../../src/inputs/describe.ts";
import { describeDifference } from "../../src/inputs/describe-difference.ts";
import { readFiles, readRecord, writeRecord } from "../../src/inputs/record.ts";
import type { TargetInputs } from "../../src/inputs/model.ts";
import { createDockerfileReader } from "../../src/source/dockerfiles.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

const facts = { name: "p.t", created: 1, mode: "max", platforms: [], images: {} } as const;

interface Options extends Partial<Pick<InputsRequest, "budget" | "keepIn" | "builtSince">> {
  readonly env?: Readonly<Record<string, string>>;
}

function read(
  workspace: Workspace,
  targets: Readonly<Record<string, BakeTarget>>,
  { env = {}, budget, keepIn = null, builtSince }: Options = {},
) {
  const { dir } = workspace;
  const host = { env, signal: new AbortController().signal };
  const request = {
    project: "p",
    targets,
    dir,
    read: createDockerfileReader(dir),
    keepIn,
    ...(budget && { budget: { ...budget } }),
    ...(builtSince && { builtSince }),
  };
  return createInputReader(host, request);
}

async function describeOne(workspace: Workspace, target: BakeTarget, options: Options = {}): Promise<TargetInputs> {
  return read(workspace, { t: target }, options).describe("t");
}

/** What has changed, by way of the object in a bucket. */
async function differences(before: TargetInputs, after: TargetInputs): Promise<readonly string[]> {
  const bytes = await writeRecord(before, facts);
  const record = bytes && (await readRecord(bytes, facts.name));
  if (bytes === null || record === null) throw new Error("no record");
  return findDifferences(after, record, await readFiles(bytes)).map(describeDifference);
}

const project = {
  Dockerfile: "FROM alpine:3\nARG V=1\nCOPY src /src\nRUN make",
  "src/a": "a",
  "src/b/c": "c",
  "README.md": "x",
};

test("a note of another fingerprint in which nothing else differs is said as such", async () => {
  const inputs = await describeOne(makeWorkspace(project), {});
  expect(await differences(inputs, { ...inputs, fingerprint: "0".repeat(64) })).toEqual([
    expect.stringMatching(/^not known: .*another version of bkcache/),
  ]);
});

describe("what changed since the build began is not known", () => {
  const files = "files of a context changed while it was built";
  test.each<readonly [string, (workspace: Workspace) => void, readonly string[]]>([
    ["nothing", () => {}, []],
    ["a file that is copied", (each) => each.write("src/b/c", "x"), [files]],
    ["a new file", (each) => each.write("src/b/d", ""), [files]],
    ["a file that is gone", (each) => rmSync(each.path("src/b/c")), [files]],
    ["rights", (each) => chmodSync(each.path("src/a"), 0o755), [files]],
    ["another link", (each) => (rmSync(each.path("src/l")), symlinkSync("b", each.path("src/l"))), [files]],
    ["the ignore file", (each) => each.write(".dockerignore", "other"), [files]],
    [
      "the Dockerfile",
      (each) => each.write("Dockerfile", project.Dockerfile),
      ["its Dockerfile changed while it was built"],
    ],
    ["a file that is not copied", (each) => each.write("README.md", "y"), []],
    ["a report of the run in the root", (each) => each.write("report.json", "{}"), []],
  ])("%s", async (_, change, unknown) => {
    const workspace = makeWorkspace({ ...project, ".dockerignore": "none" });
    symlinkSync("a", workspace.path("src/l"));
    // So long that no clock of a file system can have stood still.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const since = Date.now();
    change(workspace);
    expect((await describeOne(workspace, {}, { builtSince: () => since })).unknown).toEqual(unknown);
    expect((await describeOne(workspace, {}, { builtSince: () => null })).unknown).toEqual([]);
  });

  test("a report that a context which is taken whole leaves out", async () => {
    const workspace = makeWorkspace({ "src/a": "1" });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const since = Date.now();
    const openRoot = () =>
      openContextFiles({
        root: workspace.dir,
        ignore: createIgnore("report.json"),
        git: null,
        kept: null,
        digests: { of: () => "id" },
        breather: { pause: () => undefined },
        budget: { files: 100, bytes: 1000 },
      });
    workspace.write("report.json", "{}");
    expect((await openRoot().find(null)).changedAt).toBeLessThan(since - 50);
    workspace.write("src/b", "2");
    expect((await openRoot().find(null)).changedAt).toBeGreaterThan(since - 50);
  });

  test("a file that changes as it is read", async () => {
    const workspace = makeWorkspace(project);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const since = Date.now();
    const files = openContextFiles({
      root: workspace.dir,
      ignore: createIgnore(""),
      git: null,
      kept: null,
      digests: { of: (path) => (writeFileSync(path, "x"), "id") },
      breather: { pause: () => undefined },
      budget: { files: 100, bytes: 1000 },
    });
    expect((await files.find(new Set(["src/b/c"]))).changedAt).toBeGreaterThan(since - 50);
  });
});

describe("what a change changes", () => {
  test.each<readonly [string, (workspace: Workspace) => void, readonly string[]]>([
    ["nothing", () => {}, []],
    ["a file that is copied", (each) => each.write("src/a", "x"), ["files: src/a"]],
    ["a file that is not", (each) => each.write("README.md", "y"), []],
    ["a new file", (each) => each.write("src/b/d", ""), ["files: src/b/d (added)"]],
    ["an empty folder", (each) => mkdirSync(each.path("src/e")), ["files: src/e (added)"]],
    ["rights", (each) => chmodSync(each.path("src/a"), 0o755), ["files: src/a (rights)"]],
    [
      "a file that is ignored",
      (each) => each.write(".dockerignore", "src/b"),
      ["files: src/b (removed), src/b/c (removed)"],
    ],
    [
      "an instruction",
      (each) => each.write("Dockerfile", project.Dockerfile.replace("make", "make all")),
      ['line 4 was "RUN make" and is "RUN make all"'],
    ],
    [
      "an instruction that is new",
      (each) => each.write("Dockerfile", `${project.Dockerfile}\nRUN more`),
      ["line 5 is new: RUN more"],
    ],
    [
      "one that is gone",
      (each) => each.write("Dockerfile", project.Dockerfile.replace("COPY src /src\n", "")),
      ["line 3 is gone: COPY src /src", "the context has changed"],
    ],
    [
      "comments and empty lines",
      (each) => each.write("Dockerfile", project.Dockerfile.replace("ARG", "\n# x\nARG")),
      [],
    ],
    [
      "a default that is never shown",
      (each) => each.write("Dockerfile", project.Dockerfile.replace("V=1", "V=2")),
      ["line 2 has changed: ARG V=…"],
    ],
  ])("%s", async (_, change, expected) => {
    const workspace = makeWorkspace(project);
    const before = await describeOne(workspace, {});
    change(workspace);
    expect(await differences(before, await describeOne(workspace, {}))).toEqual(expected);
  });

  test.each<readonly [string, BakeTarget, BakeTarget, readonly string[]]>([
    ["an argument", { args: { V: "1" } }, { args: { V: "2" } }, ["arg V has another value"]],
    ["an argument that is new", {}, { args: { V: "1" } }, ["arg V is new"]],
    ["an argument that nobody reads", { args: { W: "1" } }, { args: { W: "2" } }, []],
    ["an argument of the environment", { args: { V: null } }, { args: { V: "v" } }, []],
    ["a secret's file", { secret: [{ id: "a", src: "x" }] }, { secret: ["id=a,src=y"] }, []],
    ["a secret", { secret: [{ id: "a" }] }, { secret: [{ id: "b" }] }, ["secret a is gone", "secret b is new"]],
    ["an agent", {}, { ssh: [{ id: "default" }] }, ["ssh default is new"]],
    [
      "platforms",
      { platforms: ["linux/a", "linux/b"] },
      { platforms: ["linux/b"] },
      ["platforms was linux/a, linux/b and is linux/b"],
    ],
    ["the order of platforms", { platforms: ["linux/a", "linux/b"] }, { platforms: ["linux/b", "linux/a"] }, []],
    ["the network", {}, { network: "host" }, ["network is new (host)"]],
    ["labels, tags and outputs", { labels: { a: "b" } }, { tags: ["c"], output: ["type=docker"] }, []],
    [
      "another context",
      {},
      { contexts: { "alpine:3": "docker-image://alpine:4" } },
      ["the context alpine:3 has changed"],
    ],
  ])("%s", async (_, before, after, expected) => {
    const workspace = makeWorkspace(project);
    const options = { env: { V: "v" } };
    expect(
      await differences(await describeOne(workspace, before, options), await describeOne(workspace, after, options)),
    ).toEqual(expected);
  });
});

test("links: the link, and where it is named what it leads to", async () => {
  const workspace = makeWorkspace({ Dockerfile: "FROM a\nCOPY link/x /x\nCOPY all /all", "real/x": "1", "all/y": "2" });
  symlinkSync("real", workspace.path("link"));
  symlinkSync("../real/x", workspace.path("all/z"));
  const { contexts } = await describeOne(workspace, {});
  expect(contexts[0]?.files?.list().map(({ path, kind }) => `${kind} ${path}`)).toEqual([
    "folder all",
    "file all/y",
    "link all/z",
    "file real/x",
  ]);
});

test("an ignore file of the Dockerfile goes before that of the context, and lets in again", async () => {
  const workspace = makeWorkspace({
    "docker/api": "FROM a\nCOPY . .",
    "docker/api.dockerignore": "*\n!src/b\n",
    ".dockerignore": "**",
    "src/a": "",
    "src/b/c": "",
  });
  const { contexts } = await describeOne(workspace, { dockerfile: "docker/api" });
  expect(contexts[0]?.files?.list().map(({ path }) => path)).toEqual(["src", "src/b", "src/b/c"]);
});

test("a linked target is part of those that link it", async () => {
  const workspace = makeWorkspace({
    "base/Dockerfile": "FROM a\nCOPY x x",
    "base/x": "1",
    Dockerfile: "FROM base\nRUN y",
  });
  const targets = { base: { context: "base" }, t: { contexts: { base: "target:base", unused: "target:nobody" } } };
  const before = await read(workspace, targets).describe("t");
  expect(before.unknown).toEqual([]);
  workspace.write("base/x", "2");
  expect(await differences(before, await read(workspace, targets).describe("t"))).toEqual([
    "the linked target base has changed",
  ]);
});

test("what is not on this machine is said", async () => {
  const workspace = makeWorkspace(project);
  const unknown = async (target: BakeTarget, options?: Options) =>
    (await describeOne(workspace, target, options)).unknown;
  const inline = "FROM scratch\nCOPY . .";
  expect(await unknown({ context: "https://x.io/y.git#main", "dockerfile-inline": inline })).toEqual([
    "a context is not on this machine",
  ]);
  expect(await unknown({ context: `https://x.io/y.git#${"0".repeat(40)}`, "dockerfile-inline": inline })).toEqual([]);
  expect(await unknown({ context: "-" })).toContain("the context on standard input is an archive");
  expect(await unknown({ context: "nowhere", "dockerfile-inline": inline })).toEqual([
    "a context cannot be read (ENOENT)",
  ]);
  expect(await unknown({}, { budget: { files: 1, bytes: 100 } })).toEqual([
    "of the files of a context there are too many files",
  ]);
  expect(await unknown({}, { budget: { files: 100, bytes: 0 } })).toEqual([
    "of the files of a context they are too large",
  ]);
});

test("no value of an argument or the environment is in the record, and no two targets have one digest", async () => {
  const workspace = makeWorkspace({
    Dockerfile:
      "FROM a:${V}\nARG V=default-value\nENV E=env-value F=other-value\nENV G third value\nRUN echo known-secret-token",
  });
  const args = { V: "argument-value", W: null };
  const env = { W: "from-the-environment", API_TOKEN: "known-secret-token" };
  const reader = read(workspace, { a: { args }, b: { args } }, { env });
  const [a, b] = await Promise.all([reader.describe("a"), reader.describe("b")]);
  const text = JSON.stringify(await readRecord((await writeRecord(a, facts)) as Buffer, facts.name));
  for (const value of [
    "argument-value",
    "default-value",
    "env-value",
    "other-value",
    "third",
    "from-the",
    "known-secret",
  ]) {
    expect(text).not.toContain(value);
  }
  expect(text).toContain("FROM a:${V}");
  expect(a.settings[0]?.digest).not.toBe(b.settings[0]?.digest);
});

test("one changed file in 60 targets of one context", async () => {
  const names = Array.from({ length: 60 }, (_, index) => `t${index}`);
  const files = names.flatMap((name) => [
    [
      `apps/${name}/Dockerfile`,
      `FROM a\nCOPY package*.json ./\nCOPY apps/${name} .\nCOPY libs/l${Number(name.slice(1)) % 3} lib\nRUN x`,
    ],
    [`apps/${name}/main.ts`, name],
  ]);
  const workspace = makeWorkspace({
    ...(Object.fromEntries(files) as Record<string, string>),
    "package.json": "{}",
    "libs/l0/a": "",
    "libs/l1/a": "",
    "libs/l2/a": "",
  });
  const targets = Object.fromEntries(names.map((name) => [name, { dockerfile: `apps/${name}/Dockerfile` }]));
  const all = async () => {
    const reader = read(workspace, targets);
    return new Map(
      await Promise.all(names.map(async (name) => [name, (await reader.describe(name)).fingerprint] as const)),
    );
  };
  const before = await all();
  const changed = async () => [...(await all())].flatMap(([name, own]) => (own === before.get(name) ? [] : [name]));
  workspace.write("README.md", "x");
  expect(await changed()).toEqual([]);
  workspace.write("apps/t7/main.ts", "x");
  expect(await changed()).toEqual(["t7"]);
  workspace.write("libs/l2/a", "x");
  expect(await changed()).toEqual(names.filter((name) => name === "t7" || Number(name.slice(1)) % 3 === 2));
  workspace.write("package.json", "[]");
  expect(await changed()).toEqual(names);
});
