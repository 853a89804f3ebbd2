import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { createHost } from "../../src/host/node-host.ts";
import { createInputReader } from "../../src/inputs/describe.ts";
import { describeDifference } from "../../src/inputs/describe-difference.ts";
import { recordKey } from "../../src/inputs/keys.ts";
import { writeRecord } from "../../src/inputs/record.ts";
import { findAffected } from "../../src/run/affected.ts";
import { createDockerfileReader } from "../../src/source/dockerfiles.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

const names = Array.from({ length: 60 }, (_, index) => `t${index}`);

/** 60 applications and three libraries in one context; the last application is made from the first. */
function makeMonorepo() {
  const store = makeTempDir("caches");
  const targets = Object.fromEntries(
    names.map((name, index) => [
      name,
      {
        dockerfile: `apps/${name}/Dockerfile`,
        args: { VERSION: "${VERSION}", ...(index % 10 === 0 && { TENTH: "${TENTH}" }) },
        ...(index === 59 && { contexts: { first: "target:t0" } }),
      },
    ]),
  );
  const config = {
    project: "shop",
    variables: { VERSION: "1", TENTH: "1" },
    backends: { disk: { type: "local", path: store } },
    cache: { read: ["disk"], write: ["disk"] },
    targets,
    groups: { default: names },
  };
  const files = names.flatMap((name, index) => [
    [
      `apps/${name}/Dockerfile`,
      `FROM ${index === 59 ? "first" : "alpine"}\nARG TENTH\nCOPY apps/${name} libs/l${index % 3} /x/\nRUN x`,
    ],
    [`apps/${name}/main.ts`, name],
  ]);
  const workspace = makeWorkspace({
    ...(Object.fromEntries(files) as Record<string, string>),
    "bkcache.config.json": JSON.stringify(config),
    "libs/l0/a": "0",
    "libs/l1/a": "1",
    "libs/l2/a": "2",
  });
  return { workspace, store, definition: targets };
}

type Monorepo = ReturnType<typeof makeMonorepo>;

/** As an export and the note after it leave a local cache. */
async function cacheAll({ workspace, store, definition }: Monorepo, scope = "main"): Promise<void> {
  const args = (own: object) => Object.fromEntries(Object.keys(own).map((name) => [name, "1"]));
  const reader = createInputReader(
    { env: {}, signal: new AbortController().signal },
    {
      project: "shop",
      targets: Object.fromEntries(
        Object.entries(definition).map(([name, target]) => [name, { ...target, args: args(target.args) }]),
      ),
      dir: workspace.dir,
      read: createDockerfileReader(workspace.dir),
      keepIn: null,
    },
  );
  for (const target of names) {
    const name = `shop.${target}.${scope}`;
    const digest = `sha256:${createHash("sha256").update(name).digest("hex")}`;
    const annotations = { "org.opencontainers.image.ref.name": "latest" };
    write(join(store, name, "index.json"), JSON.stringify({ manifests: [{ mediaType: "m", digest, annotations }] }));
    const facts = { name, created: 1, mode: "max", platforms: [], images: {} } as const;
    write(join(store, recordKey(name)), (await writeRecord(await reader.describe(target), facts)) as Buffer);
  }
}

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

async function affected(workspace: Workspace, since?: string, env: Readonly<Record<string, string>> = {}) {
  const tell = () => {};
  const { signal } = new AbortController();
  const host = createHost({ cwd: workspace.dir, env: { PATH: "/usr/bin:/bin", ...env }, signal, tell });
  const { targets } = await findAffected(host, { names: [], config: undefined, since });
  return Object.fromEntries(
    targets.flatMap(({ target, isAffected, reason, differences }) =>
      isAffected ? [[target, reason ?? differences.map(describeDifference).join("; ")]] : [],
    ),
  );
}

test("an empty scope to compare with is no scope", async () => {
  const { workspace } = makeMonorepo();
  await expect(affected(workspace, "")).rejects.toMatchObject({ code: "BK1002" });
});

test("one changed file in 60 targets names exactly those that have it, and needs neither builder nor buildx", async () => {
  const monorepo = makeMonorepo();
  const { workspace } = monorepo;
  expect(Object.keys(await affected(workspace))).toEqual(names);
  await cacheAll(monorepo);
  expect(await affected(workspace)).toEqual({});
  workspace.write("apps/t7/main.ts", "changed");
  expect(await affected(workspace)).toEqual({ t7: "files: apps/t7/main.ts" });
  workspace.write("libs/l1/b", "new");
  const ofLibrary = names.filter((_, index) => index % 3 === 1);
  expect(await affected(workspace)).toEqual({
    ...Object.fromEntries(ofLibrary.map((name) => [name, "files: libs/l1/b (added)"])),
    t7: "files: apps/t7/main.ts, libs/l1/b (added)",
  });
}, 60_000);

test("an argument, a linked target and the reason for each", async () => {
  const monorepo = makeMonorepo();
  await cacheAll(monorepo);
  const tenth = names.filter((_, index) => index % 10 === 0);
  expect(await affected(monorepo.workspace, undefined, { TENTH: "2" })).toEqual({
    ...Object.fromEntries(tenth.map((name) => [name, "arg TENTH has another value"])),
    t59: "the linked target t0 has changed",
  });
  // No stage declares it.
  expect(await affected(monorepo.workspace, undefined, { VERSION: "2" })).toEqual({});
});

test("another scope, and one without caches", async () => {
  const monorepo = makeMonorepo();
  const { workspace } = monorepo;
  await cacheAll(monorepo, "release");
  workspace.write("apps/t3/main.ts", "x");
  expect(Object.keys(await affected(workspace, "release"))).toEqual(["t3"]);
  const all = await affected(workspace, "main");
  expect(Object.keys(all)).toEqual(names);
  expect(all["t0"]).toBe('nothing cached yet for scope "main" in disk');
});

test("a note that is damaged, or of another cache, is none", async () => {
  const monorepo = makeMonorepo();
  const { workspace, store } = monorepo;
  await cacheAll(monorepo);
  write(join(store, recordKey("shop.t1.main")), "garbage");
  expect(await affected(workspace)).toEqual({ t1: "its cache has no note of what it was made of" });
});
