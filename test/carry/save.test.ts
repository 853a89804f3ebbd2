import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { CarriedMount } from "../../src/carry/find.ts";
import { restoreMounts, type RestoreRequest } from "../../src/carry/restore.ts";
import { saveMounts, type SaveRequest } from "../../src/carry/save.ts";
import { BkcacheError } from "../../src/diagnostics/error.ts";
import {
  carriedMount,
  createFakeBuilder,
  type FakeBuilder,
  fakeSession,
  type FakeSession,
} from "../support/fake-builder.ts";
import { openPlainStore } from "../support/plain-store.ts";
import { wrapStore } from "../support/wrapped-store.ts";

const gomod = carriedMount("gomod");
const npm = carriedMount("npm");

function save(session: FakeSession, mounts: readonly CarriedMount[], more: Partial<SaveRequest> = {}) {
  return saveMounts(session, {
    mounts,
    scopeOf: () => "main",
    parentScopesOf: () => ["main"],
    keyOf: () => null,
    parents: new Map(),
    damages: new Map(),
    incomplete: new Set(),
    writer: { version: "0.0.0-test" },
    warnsOfCollection: true,
    budgetMs: 60_000,
    ...more,
  });
}

/** A builder with a file in each of these mounts. */
function makeBuilder(...ids: readonly string[]): FakeBuilder {
  const builder = createFakeBuilder();
  for (const id of ids) writeFileSync(join(builder.add(id).dir, "file"), `content of ${id}`);
  return builder;
}

const codesOf = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code);

test("a mount is saved once, and said; one that the builder does not have is unused", async () => {
  const [builder, store] = [makeBuilder("gomod"), openPlainStore()];
  const session = fakeSession(builder, store);
  const first = await save(session, [gomod, npm]);
  expect(first.findings).toEqual([]);
  expect(first.outcomes.get(gomod)).toMatchObject({ outcome: "saved", files: 1, snapshot: { scope: "main" } });
  expect(first.outcomes.get(npm)).toMatchObject({ outcome: "unused" });
  expect(session.messages.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^mount gomod: saved 1 file,/),
  ]);
  const before = store.written();
  const second = await save(session, [gomod]);
  expect(second.outcomes.get(gomod)).toMatchObject({ outcome: "unchanged", snapshot: { scope: "main" } });
  expect(store.written()).toBe(before);
});

test("nothing to save opens nothing", async () => {
  const builder = createFakeBuilder();
  expect((await save(fakeSession(builder, openPlainStore()), [])).outcomes.size).toBe(0);
  expect((await save(fakeSession(builder, openPlainStore()), [gomod])).outcomes.get(gomod)).toMatchObject({
    outcome: "unused",
  });
  expect(builder.opened.count).toBe(0);
});

test("a snapshot with this key is not written again", async () => {
  const [builder, store] = [makeBuilder("gomod"), openPlainStore()];
  await save(fakeSession(builder, store), [gomod], { keyOf: () => "k" });
  const { outcomes } = await save(fakeSession(builder, store), [gomod], { keyOf: () => "k" });
  expect(outcomes.get(gomod)).toMatchObject({ outcome: "unchanged", reason: "there is a snapshot with this key" });
});

test("a snapshot that a restore has read is not read again", async () => {
  const store = openPlainStore();
  await save(fakeSession(makeBuilder("gomod"), store), [gomod]);
  const builder = createFakeBuilder();
  const watched = wrapStore(store);
  const session = fakeSession(builder, watched);
  const { loaded } = await restoreMounts(session, {
    mounts: [gomod],
    scopesOf: () => ["main"],
    keyOf: () => null,
    budgetMs: 60_000,
  });
  appendFileSync(join(builder.folders[0]?.dir ?? "", "new"), "new");
  expect((await save(session, [gomod], { parents: loaded })).outcomes.get(gomod)).toMatchObject({ outcome: "saved" });
  expect(watched.calls.filter((call) => call.startsWith("get v1/m/"))).toHaveLength(1);
});

describe("what is not saved is an outcome", () => {
  test("a mount that the builder has twice, beside one that is saved", async () => {
    const [builder, store] = [makeBuilder("gomod", "npm", "npm"), openPlainStore()];
    const { outcomes, findings } = await save(fakeSession(builder, store), [gomod, npm]);
    expect(codesOf(findings)).toEqual(["BK5051"]);
    expect([outcomes.get(gomod), outcomes.get(npm)]).toMatchObject([{ outcome: "saved" }, { outcome: "skipped" }]);
  });

  test("another build for the whole budget", async () => {
    const [builder, store] = [makeBuilder("gomod"), openPlainStore()];
    builder.builds.add("other");
    const { outcomes, findings } = await save(fakeSession(builder, store), [gomod], { budgetMs: 20 });
    expect(codesOf(findings)).toEqual(["BK5052"]);
    expect(outcomes.get(gomod)).toMatchObject({ outcome: "skipped" });
    expect([builder.opened.count, store.objects.size]).toEqual([0, 0]);
  });

  test("a budget that runs out, and nothing that names a snapshot is written", async () => {
    const [builder, store] = [makeBuilder("gomod"), openPlainStore()];
    const slow = wrapStore(store, {
      before: (call) => (call === "put" ? new Promise((resolve) => void setTimeout(resolve, 1000)) : undefined),
    });
    const { outcomes, findings } = await save(fakeSession(builder, slow), [gomod], { budgetMs: 500 });
    expect(codesOf(findings)).toEqual(["BK5053"]);
    expect(outcomes.get(gomod)).toMatchObject({ outcome: "failed" });
    expect([...store.objects.keys()].filter((key) => key.startsWith("v1/m/"))).toEqual([]);
  });

  test("that a first save has a budget of its own", async () => {
    const [builder, store] = [makeBuilder("gomod", "npm"), openPlainStore()];
    const slow = wrapStore(store, {
      before: (call) => (call === "put" ? new Promise((resolve) => void setTimeout(resolve, 700)) : undefined),
    });
    const { outcomes, findings } = await save(fakeSession(builder, slow), [gomod, npm], {
      budgetMs: 500,
      firstBudgetMs: 60_000,
      isFirst: ({ name }) => name === "npm",
    });
    expect(codesOf(findings)).toEqual(["BK5053"]);
    expect([outcomes.get(gomod), outcomes.get(npm)]).toMatchObject([{ outcome: "failed" }, { outcome: "saved" }]);
    expect(outcomes.get(gomod)?.ms).toBeGreaterThan(300);
  });

  test("a connection that is dead", async () => {
    const [builder, store] = [makeBuilder("gomod"), openPlainStore()];
    builder.failure = new BkcacheError({ code: "BK4021", message: "the connection to builder fake broke" });
    const { outcomes, findings } = await save(fakeSession(builder, store), [gomod]);
    expect(codesOf(findings)).toEqual(["BK4021"]);
    expect(outcomes.get(gomod)).toMatchObject({
      outcome: "failed",
      reason: expect.stringContaining("broke") as string,
    });
  });

  test("a mount that is empty beside a snapshot that is not", async () => {
    const store = openPlainStore();
    await save(fakeSession(makeBuilder("gomod"), store), [gomod]);
    const builder = createFakeBuilder();
    builder.add("gomod");
    const { outcomes, findings } = await save(fakeSession(builder, store), [gomod]);
    expect(codesOf(findings)).toEqual(["BK5035"]);
    expect(outcomes.get(gomod)).toMatchObject({ outcome: "failed" });
  });
});

test("a builder that may drop the mount is said once it was saved", async () => {
  const [builder, store] = [makeBuilder("gomod"), openPlainStore()];
  builder.gcPolicies.push({
    keepDuration: 0,
    filters: ["type==exec.cachemount"],
    reservedSpace: 0,
    maxUsedSpace: 5,
  });
  const { outcomes, findings } = await save(fakeSession(builder, store), [gomod]);
  expect([outcomes.get(gomod), codesOf(findings)]).toMatchObject([{ outcome: "saved" }, ["BK5054"]]);
});

describe("after a restore that failed", () => {
  const run = async (more: Partial<RestoreRequest>) => {
    const store = openPlainStore();
    const before = makeBuilder("gomod");
    writeFileSync(join(before.folders[0]?.dir ?? "", "old"), "old");
    await save(fakeSession(before, store), [gomod]);
    const builder = createFakeBuilder();
    const session = fakeSession(builder, store);
    const request = { mounts: [gomod], scopesOf: () => ["main"], keyOf: () => null, budgetMs: 60_000, ...more };
    const { incomplete, loaded } = await restoreMounts(session, request);
    if (builder.folders.length === 0) builder.add("gomod");
    writeFileSync(join(builder.folders[0]?.dir ?? "", "new"), "new");
    const { outcomes } = await save(session, [gomod], { incomplete, parents: loaded });
    return { incomplete: [...incomplete], saved: outcomes.get(gomod) };
  };

  test("what the builder lacks is kept, and the report says so", async () => {
    expect(await run({ budgetMs: 0 })).toMatchObject({
      incomplete: [gomod],
      saved: { outcome: "saved", files: 3, reason: "with 2 files of the snapshot before, which was not restored" },
    });
  });

  test("nothing is kept where there was nothing to restore, or all of it came", async () => {
    expect(await run({ scopesOf: () => ["other"] })).toMatchObject({
      incomplete: [],
      saved: { files: 1, reason: null },
    });
    expect(await run({})).toMatchObject({ incomplete: [], saved: { outcome: "saved", files: 3, reason: null } });
  });

  test("a young mount that no restore and no save has known may lack something, too", async () => {
    const store = openPlainStore();
    await save(fakeSession(makeBuilder("gomod"), store), [gomod]);
    const builder = createFakeBuilder();
    writeFileSync(join(builder.add("gomod", { usageCount: 1 }).dir, "new"), "new");
    const session = fakeSession(builder, store);
    const request = { mounts: [gomod], scopesOf: () => ["main"], keyOf: () => null, budgetMs: 60_000 };
    const { incomplete, outcomes } = await restoreMounts(session, request);
    expect([outcomes.get(gomod), incomplete.has(gomod)]).toMatchObject([{ outcome: "present" }, true]);
    expect((await save(session, [gomod], { incomplete })).outcomes.get(gomod)).toMatchObject({ files: 2 });
  });
});
