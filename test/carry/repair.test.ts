import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { repairEach, type RepairOptions } from "../../src/carry/repair.ts";
import { BkcacheError } from "../../src/diagnostics/error.ts";
import { carriedMount, createFakeBuilder, type FakeBuilder, fakeSession } from "../support/fake-builder.ts";
import { openPlainStore } from "../support/plain-store.ts";

const gomod = carriedMount("gomod");

/** A builder with a folder of the mount for each of these, which hold so many files. */
function makeBuilder(...files: readonly number[]): FakeBuilder {
  const builder = createFakeBuilder();
  for (const count of files) {
    const { dir } = builder.add("gomod");
    for (let index = 0; index < count; index++) writeFileSync(join(dir, `f${index}`), "");
  }
  return builder;
}

async function repair(builder: FakeBuilder, more: Partial<RepairOptions> = {}) {
  const questions: string[] = [];
  const confirm = async (question: string) => (questions.push(question), true);
  const options = { mounts: [gomod], keep: [], confirm, ...more };
  const [result] = await repairEach(fakeSession(builder, openPlainStore()), options);
  return { ...result, questions, left: builder.folders.map(({ recordId }) => recordId) };
}

test("nothing to repair", async () => {
  expect(await repair(makeBuilder())).toMatchObject({ outcome: "absent" });
  expect(await repair(makeBuilder(2))).toMatchObject({ outcome: "whole", settled: null, left: ["record0"] });
});

test("a restore that was cut off is settled", async () => {
  const builder = makeBuilder(1);
  writeFileSync(join(builder.folders[0]?.dir ?? "", ".bkcache-stamp"), "");
  const unsettled = join(builder.folders[0]?.dir ?? "", ".bkcache-restore");
  const { mkdirSync } = await import("node:fs");
  mkdirSync(unsettled);
  expect(await repair(builder)).toMatchObject({ outcome: "mended", settled: "removed" });
  expect(readdirSync(builder.folders[0]?.dir ?? "")).toEqual(["f0"]);
});

describe("twins", () => {
  test("the only one with content stays, and nobody is asked", async () => {
    const result = await repair(makeBuilder(0, 3, 0));
    expect(result).toMatchObject({
      outcome: "mended",
      kept: "record1",
      removed: ["record0", "record2"],
      questions: [],
    });
    expect(result.left).toEqual(["record1"]);
  });

  test("two with content are the user's choice", async () => {
    const result = await repair(makeBuilder(1, 3));
    expect(result).toMatchObject({ outcome: "undecided", finding: { code: "BK5057" }, left: ["record0", "record1"] });
    const chosen = await repair(makeBuilder(1, 3), { keep: ["record0"] });
    expect(chosen).toMatchObject({ outcome: "mended", kept: "record0", left: ["record0"] });
    expect(chosen.questions).toEqual([expect.stringContaining("record1 (3 files")]);
  });

  test("who declines keeps all", async () => {
    const result = await repair(makeBuilder(1, 3), { keep: ["record0"], confirm: async () => false });
    expect(result).toMatchObject({ outcome: "declined", left: ["record0", "record1"] });
  });
});

test("a connection that is dead is the outcome of that mount", async () => {
  const builder = makeBuilder(1);
  builder.failure = new BkcacheError({ code: "BK4021", message: "the connection to builder fake broke" });
  expect(await repair(builder)).toMatchObject({ outcome: "failed", finding: { code: "BK4021" } });
});
