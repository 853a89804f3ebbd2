import { describe, expect } from "vitest";
import { verifySnapshots } from "../../src/mounts/verify.ts";
import { openStore } from "../../src/store/open.ts";
import type { Buildkit } from "../support/buildkit.ts";
import { cleanEnv } from "../support/env.ts";
import { type Fault, type FaultyServer, type SeenRequest, startFaultyServer } from "../support/faulty-server.ts";
import {
  addToMount,
  baseStage,
  mountEnvironment,
  mountRecords,
  runStep,
  runWithMounts,
} from "../support/mount-project.ts";
import { freePort, waitFor } from "../support/poll.ts";
import type { S3Server } from "../support/s3-server.ts";
import { bucket, test as serverTest } from "../support/servers.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

/*
 * Whole runs of bkcache while the store or the builder misbehaves: the build goes on, the time is bounded, what lies in
 * the store can be read, and a builder has one mount of each id.
 */

type Settings = Readonly<Record<string, string>>;

interface Options {
  readonly prefix: string;
  /** Behind the base stage. */
  readonly steps?: string;
  readonly source?: string;
  readonly cache?: object;
  readonly backend?: Readonly<Record<string, unknown>>;
}

const test = serverTest
  /** A line to the store, which lets all through where a test does not say otherwise. */
  .extend("line", { scope: "file" }, async ({ s3 }, { onCleanup }) => {
    const line = await startFaultyServer(s3.endpoint);
    onCleanup(() => line.stop());
    return line;
  })
  /** Makes a project whose mounts go through the line, and whose layers go nowhere. */
  .extend(
    "project",
    { scope: "file" },
    ({ line, busybox }) =>
      ({ prefix, steps = addToMount("id=shop-data"), source = "one", cache, backend }: Options): Workspace => {
        const config = {
          project: "shop",
          backends: { remote: { type: "s3", bucket, prefix, insecure: true, endpointUrl: line.endpoint, ...backend } },
          cache: { read: [], write: [], mounts: "remote", ...cache },
          mounts: { data: { target: "/data" } },
          targets: { app: { contexts: { busybox } } },
        };
        return makeWorkspace({
          "bkcache.config.json": JSON.stringify(config),
          Dockerfile: baseStage + steps,
          "src/a.txt": source,
        });
      },
  )
  .extend(
    "run",
    ({ s3, builder }) =>
      (workspace: Workspace, args: readonly string[] = ["bake"], env: Settings = {}) =>
        runWithMounts(workspace, args, environment(builder, s3, env)),
  )
  /** What comes of a run beside a build that holds the mount for some seconds. */
  .extend("beside", ({ s3, builder, project, run }) => async (seconds: number, cache: object) => {
    const prefix = crypto.randomUUID();
    // The step holds the mount.
    const steps = runStep("--mount=type=cache,id=shop-data,target=/data", `echo users > /data/users; sleep ${seconds}`);
    const own = run(project({ prefix, steps, source: "own" }), ["bake", "--cache", "off"]);
    await waitFor(async () => (await mountRecords(builder)).length === 1, { what: "the step has its mount" });
    const result = await run(project({ prefix, source: "two", cache }));
    expect((await own).exitCode).toBe(0);
    expect(result.exitCode, result.stderr).toBe(0);
    expect(await mountRecords(builder)).toEqual(["/shop-data"]);
    expect(await countSnapshots(s3, prefix)).toBe(1);
    return result;
  });
test.afterEach(({ line }) => {
  line.plan = () => null;
});

function environment(builder: Buildkit, s3: S3Server, extra: Settings = {}) {
  return mountEnvironment(builder, { ...s3.env, BKCACHE: "read-write", ...extra });
}

/** How many snapshots there are, of which each must be whole. */
async function countSnapshots(s3: S3Server, prefix: string): Promise<number> {
  const backend = { name: "remote", type: "s3", bucket, prefix, insecure: true };
  const store = await openStore(backend, {
    env: cleanEnv(s3.env),
    signal: new AbortController().signal,
  });
  try {
    const { sound, broken } = await verifySnapshots({ store });
    expect(broken).toEqual([]);
    return sound;
  } finally {
    store.close();
  }
}

/** Lines of the output that are warnings of mounts and stores. */
const warningsIn = (stderr: string) => stderr.split("\n").filter((text) => /^warning BK5\d{3}/.test(text));

const isPack = ({ url }: SeenRequest) => url.includes("/v1/p/");
const busy: Fault = { kind: "status", status: 503, body: "<Error><Code>SlowDown</Code></Error>" };
const refused: Fault = { kind: "status", status: 412, body: "<Error><Code>PreconditionFailed</Code></Error>" };

describe("a store that", () => {
  const prefix = "faults";
  test.beforeAll(async ({ s3, sharedBuilder, project }) => {
    const seed = project({
      prefix,
      steps:
        addToMount("id=shop-data") +
        runStep("--mount=type=cache,id=shop-data,target=/data", "seq 1 300000 > /data/seq"),
    });
    await runWithMounts(seed, ["bake"], environment(sharedBuilder, s3));
  });

  const short = { mountBudget: { restore: "1s", save: "1s" } };
  const cases: readonly (readonly [string, FaultyServer["plan"], object, string, string, string])[] = [
    ["answers 503 to every other request", (_, index) => (index % 2 === 0 ? busy : null), {}, "restored", "saved", ""],
    [
      "drops the line in the middle of each second pack",
      (seen, index) =>
        isPack(seen) && seen.method === "GET" && index % 2 === 0 ? { kind: "cut body", bytes: 1_000 } : null,
      {},
      "restored",
      "saved",
      "",
    ],
    ["answers 503 only", () => busy, {}, "failed", "skipped", "BK5007"],
    ["never answers", () => ({ kind: "silence" }), short, "failed", "failed", "BK5053"],
    [
      "is slow",
      (seen) => (isPack(seen) ? { kind: "slow body", ms: 20_000 } : null),
      short,
      "failed",
      "failed",
      "BK5053",
    ],
    ["drops every line", () => ({ kind: "cut" }), {}, "failed", "skipped", "BK5007"],
    [
      "answers 412 to every write",
      ({ method }) => (method === "PUT" ? refused : null),
      {},
      "restored",
      "failed",
      "BK50",
    ],
  ];
  test.for(cases)("%s", async ([name, plan, cache, restore, save, code], { s3, line, builder, project, run }) => {
    line.plan = plan;
    const workspace = project({ prefix, source: "two", cache });
    const scope = `faulty-${name.replaceAll(" ", "-")}`;
    const { exitCode, found, mounts, stderr } = await run(workspace, ["bake", "--write-scope", scope]);
    line.plan = () => null;
    expect(exitCode, stderr).toBe(0);
    expect(mounts, stderr).toMatchObject([{ restore: { outcome: restore }, save: { outcome: save } }]);
    expect(found).toEqual({ data: restore === "restored" ? "one seq" : "" });
    const warnings = warningsIn(stderr);
    if (code === "") expect(warnings).toEqual([]);
    else expect(warnings[0]).toContain(code);
    expect(await countSnapshots(s3, prefix)).toBeGreaterThanOrEqual(1);
    expect(await mountRecords(builder)).toEqual(["/shop-data"]);
  });
});

describe("a store that cannot be used is one warning with its name", () => {
  const layers = { read: ["remote"], write: ["remote"] };
  test.for<readonly [string, Settings, Settings, object]>([
    ["no such bucket", { bucket: "nowhere" }, {}, {}],
    ["a wrong secret", {}, { AWS_SECRET_ACCESS_KEY: "wrong-secret-value" }, {}],
    ["nothing at the endpoint", { endpointUrl: "http://127.0.0.1:PORT" }, {}, {}],
    ["no such bucket, with layers", { bucket: "nowhere" }, {}, layers],
    ["a wrong secret, with layers", {}, { AWS_SECRET_ACCESS_KEY: "wrong-secret-value" }, layers],
    ["nothing at the endpoint, with layers", { endpointUrl: "http://127.0.0.1:PORT" }, {}, layers],
  ])("%s", async ([, backend, env, cache], { project, run }) => {
    const port = await freePort();
    const placed = Object.fromEntries(
      Object.entries(backend).map(([key, value]) => [key, value.replace("PORT", String(port))]),
    );
    const workspace = project({ prefix: crypto.randomUUID(), backend: placed, cache });
    const { exitCode, mounts, stderr } = await run(workspace, ["bake"], env);
    expect(exitCode, stderr).toBe(0);
    expect(mounts.map(({ restore, save }) => [restore?.outcome, save?.outcome])).toEqual([
      ["read" in cache ? "skipped" : "failed", "skipped"],
    ]);
    const warnings = warningsIn(stderr);
    expect(warnings, stderr).toHaveLength(1);
    expect(warnings[0]).toContain('backend "remote"');
    expect(stderr).not.toContain("wrong-secret-value");
  });
});

describe("a build of the user's own that has the mount", () => {
  test("is waited for", async ({ beside }) => {
    const { found, mounts } = await beside(4, {});
    expect(found).toEqual({ data: "users" });
    expect(mounts).toMatchObject([{ restore: { outcome: "present" }, save: { outcome: "saved", files: 2 } }]);
  });

  test("past the budget the mount is left alone, which is said", async ({ beside }) => {
    const { mounts, stderr } = await beside(12, { mountBudget: { restore: "1s", save: "60s" } });
    expect(stderr).toContain("waiting for it for up to 1.0 s, then going on without");
    expect(stderr).toContain("BK5052");
    expect(mounts).toMatchObject([{ restore: { outcome: "skipped" }, save: { outcome: "saved", files: 2 } }]);
  });
});

test("a build waits for another bkcache that saves the mount, and gets that one", async ({
  s3,
  line,
  builder,
  project,
  run,
}) => {
  const prefix = crypto.randomUUID();
  for (const source of ["one", "two"]) await run(project({ prefix, source }));
  // From now on the mount counts as used; the next save takes its time.
  let isSaving = false;
  line.plan = (seen) => {
    if (seen.method !== "PUT" || !isPack(seen)) return null;
    isSaving = true;
    return { kind: "late", ms: 6_000 };
  };
  const first = run(project({ prefix, source: "three" }));
  await waitFor(() => isSaving, { what: "the save is under way" });
  const second = await run(project({ prefix, source: "four" }));
  expect(second.found).toEqual({ data: "one three two" });
  expect([(await first).exitCode, second.exitCode]).toEqual([0, 0]);
  expect(await mountRecords(builder)).toEqual(["/shop-data"]);
  expect(await countSnapshots(s3, prefix)).toBe(4);
});
