import { expect, test } from "vitest";
import { BkcacheError } from "../../src/diagnostics/error.ts";
import type { Check } from "../../src/doctor/check.ts";
import { healthy, warningOf } from "../../src/doctor/verdict.ts";
import { examine } from "../../src/doctor/examine.ts";
import { createHost } from "../../src/host/node-host.ts";
import { makeWorkspace } from "../support/workspace.ts";

const request = { config: undefined, builder: undefined, cache: undefined };

function hostOf(signal = new AbortController().signal) {
  const { dir } = makeWorkspace();
  return createHost({ cwd: dir, env: { PATH: dir, HOME: dir }, signal, tell: () => {} });
}

function checkOf(name: string, check: Pick<Check, "examine"> & Partial<Check>): Check {
  return { name, boundMs: 5_000, late: "BK5007", subjects: async () => [""], ...check };
}

test("what never answers ends with its time, and holds up nothing else", async () => {
  const since = Date.now();
  const hanging = checkOf("hanging", { boundMs: 200, examine: () => new Promise(() => {}) });
  const quick = checkOf("quick", { examine: async () => healthy("there") });
  const [first, second] = await examine(hostOf(), request, [hanging, quick]);
  expect(first).toMatchObject({ state: "error", findings: [{ code: "BK5007", level: "error" }] });
  expect(second).toMatchObject({ state: "ok", facts: "there", subject: null });
  expect(Date.now() - since).toBeLessThan(4_000);
});

test("a failure is a finding, a warning one of its own, and what two come upon is said once", async () => {
  const failure = new BkcacheError({ code: "BK5004", message: "no bucket", hint: "make it" });
  const checks = [
    checkOf("warned", {
      examine: async (_, { host }) => {
        host.tell({ level: "warning", code: "BK4005", message: "not encrypted" });
        host.tell({ level: "info", message: "by the way" });
        return healthy("all the same");
      },
    }),
    checkOf("first", {
      subjects: async () => ["a", "b"],
      examine: async (_, { subject }) => {
        if (subject === "a") throw failure;
        return { facts: "", findings: [warningOf({ code: "BK5070", message: "may not" })] };
      },
    }),
    checkOf("second", { examine: () => Promise.reject(failure) }),
    checkOf("elsewhere", { subjects: async () => [], examine: async () => healthy("") }),
  ];
  const examined = await examine(hostOf(), request, checks);
  expect(examined.map(({ name, subject, state, facts }) => [name, subject, state, facts])).toEqual([
    ["warned", null, "warning", "all the same"],
    ["first", "a", "error", ""],
    ["first", "b", "warning", ""],
    ["second", null, "unknown", "see first"],
  ]);
});

test("an interrupt ends it", async () => {
  const controller = new AbortController();
  const hanging = checkOf("hanging", { examine: () => new Promise(() => {}) });
  const running = examine(hostOf(controller.signal), request, [hanging]);
  controller.abort(new Error("enough"));
  await expect(running).rejects.toThrow("enough");
});
