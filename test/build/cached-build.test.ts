import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runCachedBuild } from "../../src/build/cached-build.ts";
import { type Fakes, fakeRun, type Place } from "./fake-run.ts";

async function run(fakes: Fakes = {}) {
  const faked = fakeRun(fakes);
  const result = await runCachedBuild(faked.host, faked.request, faked.open);
  const report = existsSync(faked.report) ? JSON.parse(readFileSync(faked.report, "utf8")) : null;
  return { ...faked, ...result, report };
}

test("restore, build, save, report, write, in this order, and everything closed once", async () => {
  const { events, exitCode, report, told } = await run();
  expect(exitCode).toBe(0);
  expect(events).toEqual(["restore", "bake", "meanwhile", "history ls", "save before the report", "report", "close"]);
  expect(report).toMatchObject({ exitCode: 0, builder: { name: "b" } });
  expect(told).toEqual([{ code: "BK3001", message: "stale", level: "warning" }]);
});

test("nothing is saved after a build that failed, and its exit code is the run's", async () => {
  const { events, exitCode, outcome, report } = await run({ exitCode: 17 });
  expect(exitCode).toBe(17);
  expect(outcome).toMatchObject({ report: { exitCode: 17 }, failures: [] });
  expect(report.exitCode).toBe(17);
  expect(events).toEqual(["restore", "bake", "meanwhile", "history ls", "report", "close"]);
});

test("an interrupted build is reported as such, saves nothing and is cleared up", async () => {
  const controller = new AbortController();
  controller.abort();
  const { events, exitCode, report } = await run({ exitCode: 130, signal: controller.signal });
  expect({ exitCode, reported: report.exitCode }).toEqual({ exitCode: 130, reported: 130 });
  expect(events).not.toContain("save before the report");
  expect(events.at(-1)).toBe("close");
});

test("a build without mounts has nothing to restore or save", async () => {
  const { events } = await run({ hasMounts: false });
  expect(events).toEqual(["bake", "meanwhile", "history ls", "close"]);
});

test.each([
  { strict: false, reported: 0 },
  { strict: true, reported: 3 },
])("a cache that failed, strict $strict: the report says $reported", async ({ strict, reported }) => {
  const failures = [{ code: "BK5031", message: "not saved" }] as const;
  const output = { strict, report: "report.json" };
  const { exitCode, outcome, report } = await run({ failures, request: { output } });
  // buildx's own, which the command replaces by the report's.
  expect(exitCode).toBe(0);
  expect(outcome).toMatchObject({ failures, strict, report: { exitCode: reported } });
  expect(report.exitCode).toBe(reported);
});

test.each<{ readonly fails: Place; readonly before: readonly string[] }>([
  { fails: "evaluated", before: [] },
  { fails: "session", before: [] },
  { fails: "command", before: [] },
  { fails: "carrier", before: [] },
  { fails: "restore", before: ["restore"] },
  { fails: "run", before: ["restore", "bake", "meanwhile"] },
  { fails: "save", before: ["restore", "bake", "meanwhile", "history ls", "save before the report"] },
  { fails: "meanwhile", before: ["restore", "bake", "meanwhile", "history ls", "save before the report", "report"] },
])("what fails at $fails ends the run, and everything is closed once", async ({ fails, before }) => {
  const { host, request, open, events } = fakeRun({ fails });
  await expect(runCachedBuild(host, request, open)).rejects.toThrow(fails);
  expect(events).toEqual([...before, "close"]);
});

test("a report that cannot be written is said, and the build is still one that went well", async () => {
  const { exitCode, outcome, told, events } = await run({
    request: { output: { strict: false, report: "/dev/null/x.json" } },
  });
  expect(exitCode).toBe(0);
  expect(outcome?.report.exitCode).toBe(0);
  expect(told[0]).toMatchObject({ code: "BK3003", level: "warning" });
  expect(events.at(-1)).toBe("close");
});
