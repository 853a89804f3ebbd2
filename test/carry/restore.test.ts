import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { CarriedMount } from "../../src/carry/find.ts";
import { restoreMounts, type RestoreRequest } from "../../src/carry/restore.ts";
import { BkcacheError } from "../../src/diagnostics/error.ts";
import { makeMount, save } from "../mounts/support.ts";
import {
  carriedMount,
  createFakeBuilder,
  type FakeBuilder,
  fakeSession,
  type FakeSession,
} from "../support/fake-builder.ts";
import { openPlainStore, type PlainStore } from "../support/plain-store.ts";
import { wrapStore } from "../support/wrapped-store.ts";

const gomod = carriedMount("gomod");
const npm = carriedMount("npm");

async function addSnapshot(store: PlainStore, { storeId }: CarriedMount, content = "content"): Promise<void> {
  const dir = makeMount();
  writeFileSync(join(dir, "file"), content);
  expect(await save(store, dir, { mount: { id: storeId, scope: "main", key: null } })).toMatchObject({ kind: "saved" });
}

function restore(session: FakeSession, mounts: readonly CarriedMount[], more: Partial<RestoreRequest> = {}) {
  const request = { mounts, scopesOf: () => ["main"], keyOf: () => null, budgetMs: 60_000, ...more };
  return restoreMounts(session, request);
}

const filesOf = (builder: FakeBuilder, id: string) =>
  builder.folders.filter((folder) => folder.id === id).flatMap(({ dir }) => readdirSync(dir));

const codesOf = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code);

test("what the builder lacks is filled, and said", async () => {
  const [builder, store] = [createFakeBuilder(), openPlainStore()];
  await addSnapshot(store, gomod);
  const session = fakeSession(builder, store);
  const { outcomes, loaded, findings } = await restore(session, [gomod]);
  expect(findings).toEqual([]);
  expect(outcomes.get(gomod)).toMatchObject({ outcome: "restored", files: 1, bytes: 7, snapshot: { scope: "main" } });
  expect(loaded.get(gomod)?.snapshot.entries).toHaveLength(1);
  expect(readFileSync(join(builder.folders[0]?.dir ?? "", "file"), "utf8")).toBe("content");
  expect(session.messages.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^mount gomod: restored 1 file, 7 B from remote/),
  ]);
});

test("where the store has nothing, no mount is opened", async () => {
  const builder = createFakeBuilder();
  const { outcomes, findings } = await restore(fakeSession(builder, openPlainStore()), [gomod]);
  expect([outcomes.get(gomod), findings]).toMatchObject([{ outcome: "absent", reason: null }, []]);
  expect(builder.opened.count).toBe(0);
});

describe("a mount that the builder has", () => {
  test("costs no call of the store once it was used for some time", async () => {
    const [builder, store] = [createFakeBuilder(), wrapStore(openPlainStore())];
    builder.add("gomod", { usageCount: 6 });
    const { outcomes } = await restore(fakeSession(builder, store), [gomod]);
    expect(outcomes.get(gomod)).toMatchObject({ outcome: "present" });
    expect([builder.opened.count, store.calls]).toEqual([0, []]);
  });

  test.each([
    ["empty", () => {}, "restored", ["file"]],
    ["filled", (dir: string) => writeFileSync(join(dir, "of a build"), ""), "present", ["of a build"]],
  ] as const)("is opened while it is young: %s", async (_, fill, outcome, files) => {
    const [builder, store] = [createFakeBuilder(), openPlainStore()];
    await addSnapshot(store, gomod);
    fill(builder.add("gomod", { usageCount: 1 }).dir);
    const { outcomes } = await restore(fakeSession(builder, store), [gomod]);
    expect(outcomes.get(gomod)).toMatchObject({ outcome });
    expect(filesOf(builder, "gomod")).toEqual(files);
  });

  test("gives way where that is asked for", async () => {
    const [builder, store] = [createFakeBuilder(), openPlainStore()];
    await addSnapshot(store, gomod);
    writeFileSync(join(builder.add("gomod", { usageCount: 9 }).dir, "of a build"), "");
    const { outcomes } = await restore(fakeSession(builder, store), [gomod], { replace: true });
    expect(outcomes.get(gomod)).toMatchObject({ outcome: "restored" });
    expect(filesOf(builder, "gomod")).toEqual(["file"]);
  });

  test("twice is left alone, and the others are filled", async () => {
    const [builder, store] = [createFakeBuilder(), openPlainStore()];
    await addSnapshot(store, gomod);
    await addSnapshot(store, npm);
    builder.add("gomod");
    builder.add("gomod");
    const { outcomes, findings } = await restore(fakeSession(builder, store), [gomod, npm]);
    expect(codesOf(findings)).toEqual(["BK5051"]);
    expect(outcomes.get(gomod)).toMatchObject({ outcome: "skipped" });
    expect(outcomes.get(npm)).toMatchObject({ outcome: "restored" });
    expect(filesOf(builder, "gomod")).toEqual([]);
  });
});

describe("twins of which one has contents", () => {
  const makeTwins = async () => {
    const [builder, store] = [createFakeBuilder(), openPlainStore()];
    await addSnapshot(store, gomod);
    builder.add("gomod", { usageCount: 9 });
    writeFileSync(join(builder.add("gomod", { usageCount: 9 }).dir, "of a build"), "");
    return { builder, store, session: fakeSession(builder, store) };
  };

  test("are mended, which is said", async () => {
    const { builder, session } = await makeTwins();
    const { outcomes, findings } = await restore(session, [gomod]);
    expect([outcomes.get(gomod), findings]).toMatchObject([{ outcome: "present" }, []]);
    expect(builder.folders.map(({ recordId }) => recordId)).toEqual(["record1"]);
    expect(session.messages.map(({ message }) => message)).toEqual([
      "mount gomod: the builder had 2 folders for it, of which the empty ones were removed",
    ]);
  });

  test.each(["builds", "announced"] as const)("stay while a build is under way: %s", async (kind) => {
    const { builder, session } = await makeTwins();
    if (kind === "builds") builder.builds.add("other");
    else builder.announced.add({});
    const { outcomes, findings } = await restore(session, [gomod]);
    expect([outcomes.get(gomod)?.outcome, codesOf(findings), builder.folders.length]).toEqual([
      "skipped",
      ["BK5051"],
      2,
    ]);
  });

  test("stay where both have contents", async () => {
    const { builder, session } = await makeTwins();
    writeFileSync(join(builder.folders[0]?.dir ?? "", "of another"), "");
    const { outcomes, findings } = await restore(session, [gomod]);
    expect([outcomes.get(gomod)?.outcome, codesOf(findings), builder.folders.length]).toEqual([
      "skipped",
      ["BK5051"],
      2,
    ]);
    expect(builder.folders.some(({ isInUse }) => isInUse)).toBe(false);
  });
});

describe("another bkcache that has the turn", () => {
  test("is waited for, and what it has left counts", async () => {
    const [builder, store] = [createFakeBuilder(), openPlainStore()];
    await addSnapshot(store, gomod);
    const turn = await builder.gateway.takeTurn();
    const session = fakeSession(builder, store);
    const running = restore(session, [gomod]);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(builder.opened.count).toBe(0);
    builder.add("gomod", { usageCount: 9 });
    await turn.release();
    expect((await running).outcomes.get(gomod)).toMatchObject({ outcome: "present" });
    expect(session.messages[0]?.message).toContain("another bkcache is at work");
    expect([builder.opened.count, builder.turn]).toEqual([0, null]);
  });

  test("for the whole budget keeps the mounts from being touched", async () => {
    const [builder, store] = [createFakeBuilder(), openPlainStore()];
    await addSnapshot(store, gomod);
    await builder.gateway.takeTurn();
    const { outcomes, findings } = await restore(fakeSession(builder, store), [gomod], { budgetMs: 50 });
    expect([outcomes.get(gomod)?.outcome, codesOf(findings)]).toEqual(["skipped", ["BK5052"]]);
  });

  test("comes only after the build was announced", async () => {
    const [builder, store] = [createFakeBuilder(), openPlainStore()];
    builder.add("gomod", { usageCount: 9 });
    const turns: boolean[] = [];
    await restore(fakeSession(builder, store), [gomod], {
      announce: async () => void turns.push(builder.turn !== null),
    });
    expect([turns, builder.turn]).toEqual([[true], null]);
  });
});

describe("a build that is under way", () => {
  test("is waited for", async () => {
    const [builder, store] = [createFakeBuilder(), openPlainStore()];
    await addSnapshot(store, gomod);
    builder.builds.add("other");
    const session = fakeSession(builder, store);
    setTimeout(() => builder.builds.clear(), 20);
    const { outcomes } = await restore(session, [gomod]);
    expect(outcomes.get(gomod)).toMatchObject({ outcome: "restored" });
    expect(session.messages[0]?.message).toContain("another build is running");
  });

  test("that was announced is waited for too, and others are let in meanwhile", async () => {
    const [builder, store] = [createFakeBuilder(), openPlainStore()];
    await addSnapshot(store, gomod);
    const build = await builder.gateway.announceBuild();
    const running = restore(fakeSession(builder, store), [gomod]);
    await (await builder.gateway.takeTurn()).release();
    expect(builder.opened.count).toBe(0);
    await build.release();
    expect((await running).outcomes.get(gomod)).toMatchObject({ outcome: "restored" });
  });

  test("for the whole budget keeps the mounts from being touched", async () => {
    const [builder, store] = [createFakeBuilder(), openPlainStore()];
    await addSnapshot(store, gomod);
    builder.builds.add("other");
    const { outcomes, findings } = await restore(fakeSession(builder, store), [gomod], { budgetMs: 20 });
    expect(codesOf(findings)).toEqual(["BK5052"]);
    expect(outcomes.get(gomod)).toMatchObject({ outcome: "skipped" });
    expect(builder.opened.count).toBe(0);
  });
});

/** Never answers for a pack, but to an abort. */
const silent = (store: PlainStore): PlainStore => ({
  ...store,
  get: (key, options) =>
    key.startsWith("v1/p/")
      ? new Promise((_, reject) => {
          const { signal } = options ?? {};
          const onAbort = () => reject(signal?.reason as Error);
          if (signal?.aborted === true) onAbort();
          signal?.addEventListener("abort", onAbort);
        })
      : store.get(key, options),
});

describe("what fails is an outcome", () => {
  test("a budget that runs out, with the mount as it was and what was read kept for the save", async () => {
    const [builder, store] = [createFakeBuilder(), openPlainStore()];
    await addSnapshot(store, gomod);
    const { outcomes, findings, loaded } = await restore(fakeSession(builder, silent(store)), [gomod], {
      budgetMs: 3_000,
    });
    expect(codesOf(findings)).toEqual(["BK5053"]);
    expect(outcomes.get(gomod)).toMatchObject({ outcome: "failed" });
    expect(loaded.has(gomod)).toBe(true);
    expect(readdirSync(builder.folders[0]?.dir ?? "")).toEqual([]);
  });

  test("the user's own interrupt, without a finding", async () => {
    const [builder, store] = [createFakeBuilder(), openPlainStore()];
    await addSnapshot(store, gomod);
    const session = fakeSession(builder, silent(store));
    setTimeout(() => session.interrupt.abort(), 200);
    const { outcomes, findings } = await restore(session, [gomod]);
    expect(findings).toEqual([]);
    expect(outcomes.get(gomod)).toMatchObject({ outcome: "failed", reason: "interrupted" });
  });

  test("a connection that is dead", async () => {
    const [builder, store] = [createFakeBuilder(), openPlainStore()];
    for (const mount of [gomod, npm]) await addSnapshot(store, mount);
    builder.failure = new BkcacheError({ code: "BK4021", message: "the connection to builder fake broke" });
    const { outcomes, findings } = await restore(fakeSession(builder, store), [gomod, npm]);
    expect(codesOf(findings)).toEqual(["BK4021"]);
    expect([...outcomes.values()].map(({ outcome }) => outcome)).toEqual(["failed", "failed"]);
  });

  test("a store that fails for one mount, and not for the other", async () => {
    const [builder, store] = [createFakeBuilder(), openPlainStore()];
    for (const mount of [gomod, npm]) await addSnapshot(store, mount, mount.name);
    const failing = wrapStore(store, {
      before: (_, key) => {
        if (key.includes("gomod")) throw new BkcacheError({ code: "BK5004", message: "the store is down" });
      },
    });
    const { outcomes, findings } = await restore(fakeSession(builder, failing), [gomod, npm]);
    expect(codesOf(findings)).toEqual(["BK5004"]);
    expect([outcomes.get(gomod), outcomes.get(npm)]).toMatchObject([{ outcome: "failed" }, { outcome: "restored" }]);
  });

  test("a pack that is damaged, which the save is to know", async () => {
    const [builder, store] = [createFakeBuilder(), openPlainStore()];
    await addSnapshot(store, gomod);
    const pack = [...store.objects.keys()].find((key) => key.startsWith("v1/p/")) ?? "";
    store.objects.set(pack, { body: Buffer.from("other"), modifiedAt: 0 });
    const { outcomes, findings, damages } = await restore(fakeSession(builder, store), [gomod]);
    expect(codesOf(findings)).toEqual(["BK5031"]);
    expect(outcomes.get(gomod)).toMatchObject({ outcome: "absent", reason: expect.stringContaining("pack") as string });
    expect(damages.get(gomod)?.packs.size).toBe(1);
  });

  test("what is no failure of a cache is thrown", async () => {
    const [builder, store] = [createFakeBuilder(), openPlainStore()];
    await addSnapshot(store, gomod);
    builder.failure = new TypeError("a fault of the program");
    await expect(restore(fakeSession(builder, store), [gomod])).rejects.toThrow("a fault of the program");
  });
});

test("of many mounts some are open at once", async () => {
  const [builder, store] = [createFakeBuilder(), openPlainStore()];
  const mounts = Array.from({ length: 12 }, (_, index) => carriedMount(`m${index}`));
  for (const mount of mounts) await addSnapshot(store, mount);
  const { outcomes } = await restore(fakeSession(builder, store), mounts);
  expect([...outcomes.values()].every(({ outcome }) => outcome === "restored")).toBe(true);
  expect(builder.opened.count).toBe(12);
  expect(builder.opened.atOnce).toBeLessThanOrEqual(8);
});
