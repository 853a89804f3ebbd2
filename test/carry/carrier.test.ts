import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createBarePlan } from "../../src/bake/printed.ts";
import type { Plan } from "../../src/bake/model.ts";
import type { CacheUse } from "../../src/cache/use.ts";
import { type CarryRequest, openCarrier } from "../../src/carry/carrier.ts";
import { BkcacheError } from "../../src/diagnostics/error.ts";
import { createDockerfileReader } from "../../src/source/dockerfiles.ts";
import type { History } from "../../src/outcome/history.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { createFakeBuilder, type FakeBuilder, fakeHost, fakeNodes } from "../support/fake-builder.ts";
import { makeWorkspace } from "../support/workspace.ts";

const dockerfile = "FROM scratch\nRUN --mount=type=cache,id=data,target=/data build\n";
/** A build of which nobody knows what ran. */
const unknown = { targets: {} } as unknown as History;

const useOf = (directions: CacheUse["mounts"]): CacheUse => ({
  layers: directions,
  mounts: directions,
  isLocalOnly: false,
  reason: "of a test",
  level: null,
  scopes: { app: { read: [{ scope: "main", why: "" }], write: { scope: "main", why: "" } } },
});

function makeRun(
  builder: FakeBuilder,
  place: string,
  more: Partial<CarryRequest> & { readonly dockerfile?: string } = {},
) {
  const workspace = makeWorkspace({ Dockerfile: more.dockerfile ?? dockerfile });
  const bare = createBarePlan({ project: "shop", backends: {}, targets: {}, groups: {} });
  const target = {
    attributes: {},
    inherits: [],
    bases: {},
    mounts: null,
    cache: { scope: "main" },
  } as unknown as Plan["targets"][string];
  const { host, messages } = fakeHost();
  const request: CarryRequest = {
    plan: { ...bare, targets: { app: target } },
    targets: ["app"],
    definition: { groups: {}, targets: { app: { context: "." } } },
    nodes: fakeNodes(builder, host),
    records: null,
    backends: { own: { name: "disk", type: "local", path: place }, others: [] },
    use: useOf({ read: true, write: true }),
    readDockerfile: createDockerfileReader(workspace.dir),
    dir: workspace.dir,
    strict: false,
    rules: {},
    ...more,
  };
  return { open: () => openCarrier(host, request), messages };
}

test("a first save takes what mountBudget.first says, and a target with two steps that have the mount stands there once", async () => {
  const builder = createFakeBuilder();
  const plan = createBarePlan({ project: "shop", backends: {}, targets: {}, groups: {} });
  const { open } = makeRun(builder, makeTempDir("store"), {
    dockerfile: `${dockerfile}RUN --mount=type=cache,id=data,target=/data test\n`,
    plan: { ...plan, mountBudget: { restore: "60s", save: "1ms", first: "60s" } },
  });
  const carrier = await open();
  await carrier?.restore([]);
  writeFileSync(join(builder.add("data").dir, "file"), "content");
  expect(await carrier?.save(unknown)).toEqual([]);
  expect(carrier?.report()).toMatchObject([{ targets: ["app"], save: { outcome: "saved" } }]);
  await carrier?.close();
});

test("what one builder has saved the next one is filled with", async () => {
  const place = makeTempDir("store");
  const first = createFakeBuilder();
  const one = await makeRun(first, place).open();
  await one?.restore([]);
  writeFileSync(join(first.add("data").dir, "file"), "content");
  expect(await one?.save(unknown)).toEqual([]);
  expect(one?.report()).toMatchObject([{ name: "data", restore: { outcome: "absent" }, save: { outcome: "saved" } }]);
  await one?.close();

  const second = createFakeBuilder();
  const two = await makeRun(second, place).open();
  await two?.restore([]);
  expect(await two?.save(unknown)).toEqual([]);
  expect(two?.report()).toMatchObject([{ restore: { outcome: "restored" }, save: { outcome: "unchanged" } }]);
  expect(readdirSync(second.folders[0]?.dir ?? "")).toContain("file");
  await two?.close();
});

test("a mount that need not be filled is not, and what it lacks is kept by its next save", async () => {
  const place = makeTempDir("store");
  const first = createFakeBuilder();
  const one = await makeRun(first, place).open();
  await one?.restore([]);
  writeFileSync(join(first.add("data").dir, "file"), "content");
  await one?.save(unknown);
  await one?.close();

  const second = createFakeBuilder();
  const two = await makeRun(second, place).open();
  await two?.restore([], async ({ name }) => (name === "data" ? "no step will use it" : null));
  expect(second.folders).toEqual([]);
  writeFileSync(join(second.add("data").dir, "more"), "content");
  expect(await two?.save(unknown)).toEqual([]);
  const reason = "with 1 files of the snapshot before, which was not restored";
  expect(two?.report()).toMatchObject([
    { restore: { outcome: "skipped", reason: "no step will use it" }, save: { outcome: "saved", reason } },
  ]);
  await two?.close();
});

test("a build without mounts asks nobody", async () => {
  const builder = createFakeBuilder();
  const { open } = makeRun(builder, "/nowhere", { dockerfile: "FROM scratch\nRUN build\n" });
  expect(await open()).toBeNull();
  expect(builder.opened.count).toBe(0);
});

test("a run that may not write does not save, one that may not read does not restore", async () => {
  const place = makeTempDir("store");
  const builder = createFakeBuilder();
  builder.add("data");
  const reader = await makeRun(builder, place, { use: useOf({ read: true, write: false }) }).open();
  await reader?.restore([]);
  expect(await reader?.save(unknown)).toEqual([]);
  expect(reader?.report()).toMatchObject([{ save: null }]);
  const writer = await makeRun(builder, place, { use: useOf({ read: false, write: true }) }).open();
  await writer?.restore([]);
  expect(writer?.report()).toMatchObject([{ restore: null }]);
});

describe("a cache that fails", () => {
  /** A folder that no system has. */
  const makeBroken = () => join(makeTempDir("store"), "x".repeat(300));

  test("is a warning, and the store is left alone after it", async () => {
    const { open, messages } = makeRun(createFakeBuilder(), makeBroken());
    const carrier = await open();
    await carrier?.restore([]);
    expect(messages.filter(({ level }) => level === "warning")).toHaveLength(1);
    expect(carrier?.report()).toMatchObject([{ restore: { outcome: "failed" } }]);
  });

  test("ends the run under --strict", async () => {
    const carrier = await makeRun(createFakeBuilder(), makeBroken(), { strict: true }).open();
    await expect(carrier?.restore([])).rejects.toMatchObject({ code: expect.stringMatching(/^BK50/) as string });
  });

  test("for the layers already is not tried for mounts", async () => {
    const builder = createFakeBuilder();
    builder.add("data");
    const carrier = await makeRun(builder, makeTempDir("store")).open();
    const diagnostic = { code: "BK5004", message: "the store is down" } as const;
    await carrier?.restore([{ backend: "disk", diagnostic }]);
    expect(await carrier?.save(unknown)).toEqual([]);
    const skipped = { outcome: "skipped", reason: "the store is down" };
    expect(carrier?.report()).toMatchObject([{ restore: skipped, save: skipped }]);
    expect(builder.opened.count).toBe(0);
  });
});

test("a builder that is too old is said before the build, also where mounts are only saved, and left alone after it", async () => {
  const builder = createFakeBuilder();
  builder.add("data");
  builder.failure = new BkcacheError({ code: "BK4024", message: "too old" });
  const use = useOf({ read: false, write: true });
  const { open, messages } = makeRun(builder, makeTempDir("store"), { use });
  const carrier = await open();
  await carrier?.restore([]);
  expect(messages).toMatchObject([{ level: "warning", code: "BK4024", message: "too old" }]);
  expect(await carrier?.save(unknown)).toEqual([]);
  expect(carrier?.report()).toMatchObject([{ save: { outcome: "skipped", reason: "too old" } }]);
  const strict = await makeRun(builder, makeTempDir("store"), { use, strict: true }).open();
  await expect(strict?.restore([])).rejects.toMatchObject({ code: "BK4024" });
});

test("a mount is saved that only an attempt that failed has used", async () => {
  const builder = createFakeBuilder();
  const carrier = await makeRun(builder, makeTempDir("store")).open();
  await carrier?.restore([]);
  writeFileSync(join(builder.add("data").dir, "file"), "content");
  const cached = { targets: { app: { progress: { vertexes: [], statuses: [] } } } } as unknown as History;
  expect(await carrier?.save(cached)).toEqual([]);
  expect(carrier?.report()).toMatchObject([{ save: { outcome: "unused" } }]);
  expect(await carrier?.save(unknown, cached)).toEqual([]);
  expect(carrier?.report()).toMatchObject([{ save: { outcome: "saved" } }]);
  await carrier?.close();
});

describe("a build is announced from the restore to the save", () => {
  test.each([
    ["that restores", { read: true, write: true }],
    ["that only saves", { read: false, write: true }],
  ])("%s", async (_, use) => {
    const builder = createFakeBuilder();
    const carrier = await makeRun(builder, makeTempDir("store"), { use: useOf(use) }).open();
    await carrier?.restore([]);
    expect([builder.announced.size, builder.turn]).toEqual([1, null]);
    writeFileSync(join(builder.add("data").dir, "file"), "content");
    expect(await carrier?.save(unknown)).toEqual([]);
    expect(carrier?.report()).toMatchObject([{ save: { outcome: "saved" } }]);
    expect([builder.announced.size, builder.turn]).toEqual([0, null]);
    await carrier?.close();
  });

  test.each([
    ["that restores", { read: true, write: true }],
    ["that only saves", { read: false, write: true }],
  ])("or that it is not is said: %s", async (_, use) => {
    const builder = createFakeBuilder();
    const gateway = {
      ...builder.gateway,
      announceBuild: () => Promise.reject(new BkcacheError({ code: "BK4022", message: "no room for a mount" })),
    };
    const mute: FakeBuilder = { ...builder, gateway };
    const { open, messages } = makeRun(mute, makeTempDir("store"), { use: useOf(use) });
    await (await open())?.restore([]);
    const message = expect.stringMatching(/do not see this build.*no room for a mount/) as string;
    expect(messages.filter(({ level }) => level === "warning")).toMatchObject([{ code: "BK4022", message }]);
    const strict = await makeRun(mute, makeTempDir("store"), { use: useOf(use), strict: true }).open();
    await expect(strict?.restore([])).rejects.toMatchObject({ code: "BK4022", message });
  });

  test("and ends with a run that saves nothing", async () => {
    const builder = createFakeBuilder();
    const carrier = await makeRun(builder, makeTempDir("store")).open();
    await carrier?.restore([]);
    await carrier?.close();
    expect(builder.announced.size).toBe(0);
  });
});
