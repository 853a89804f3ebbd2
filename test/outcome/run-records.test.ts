import { describe, expect, test } from "vitest";
import { baselineOf, findCostly } from "../../src/outcome/baseline.ts";
import {
  largestRecords,
  readRecords,
  recordOf,
  type RunRecord,
  withRecord,
  writeRecords,
} from "../../src/outcome/run-records.ts";
import type { TimelineItem } from "../../src/outcome/report.ts";
import { sampleReport, sampleTarget } from "../support/sample-report.ts";

const item = (kind: TimelineItem["kind"], state: TimelineItem["state"], start: number, ms: number): TimelineItem => ({
  name: "x",
  kind,
  state,
  start,
  ms,
  inputs: [],
});

const cold = (ms: number): RunRecord => ({
  ms,
  isCold: true,
  targets: { api: { steps: ms, import: 0, export: 0, hasSource: false } },
});
const warm = (steps: number, cost: number): RunRecord => ({
  ms: steps + cost,
  isCold: false,
  targets: { api: { steps, import: cost / 2, export: cost / 2, hasSource: true } },
});

describe("what is kept of a run", () => {
  const timeline = [item("image", "ran", 0, 100), item("step", "ran", 50, 100), item("export", "ran", 200, 40)];
  const fresh = sampleTarget({ source: null, steps: { total: 2, cached: 1, ran: [] }, timeline });

  test("of one without a cache, steps that overlap counted once", () => {
    expect(recordOf(sampleReport({ targets: { api: fresh } }))).toEqual({
      ms: 1_000,
      isCold: true,
      targets: { api: { steps: 150, import: 0, export: 1_250, hasSource: false } },
    });
  });

  test("a run is not cold where a step was cached or a mount was filled or there", () => {
    const steps = { total: 3, cached: 2, ran: [] };
    expect(recordOf(sampleReport({ targets: { api: { ...fresh, steps } } }))?.isCold).toBe(false);
    const moved = { reason: null, snapshot: null, files: 1, bytes: 1, storedBytes: 1, ms: 1 };
    const mount = { name: "m", id: "m", platform: "p", targets: ["api"], save: null };
    for (const outcome of ["restored", "present", "absent"] as const) {
      const mounts = [{ ...mount, restore: { ...moved, outcome } }];
      expect(recordOf(sampleReport({ targets: { api: fresh }, mounts }))?.isCold).toBe(outcome === "absent");
    }
  });

  test("nothing of one that failed, or of which the builder has no history", () => {
    expect(recordOf(sampleReport({ exitCode: 1, targets: { api: fresh } }))).toBeNull();
    expect(recordOf(sampleReport({ targets: { api: { ...fresh, timeline: null } } }))).toBeNull();
  });

  test("is read as it was written, and bounded: cold ones are not crowded out", () => {
    let records: readonly RunRecord[] = [cold(9)];
    for (let i = 0; i < 100; i += 1) records = withRecord(records, warm(i, 2));
    for (let i = 0; i < 30; i += 1) records = withRecord(records, cold(i));
    expect(records.filter(({ isCold }) => isCold)).toHaveLength(10);
    expect(records).toHaveLength(30);
    expect(records[0]).toEqual(cold(29));
    expect(readRecords(writeRecords(records))).toEqual(records);
  });

  test.each([
    ["no JSON", "{"],
    ["another version", '{"v":2,"runs":[]}'],
    ["no list", '{"v":1,"runs":{"a":1}}'],
    [
      "values of other kinds",
      '{"v":1,"runs":[null,7,{"ms":"x","cold":true},{"ms":-1,"cold":true},{"ms":1e300,"cold":false}]}',
    ],
    ["deep nesting", `{"v":1,"runs":${"[".repeat(5_000)}${"]".repeat(5_000)}}`],
    ["too many values", `{"v":1,"runs":[${"1,".repeat(60_000)}1]}`],
    ["too many bytes", " ".repeat(largestRecords + 1)],
  ])("%s is nothing", (_, text) => {
    expect(readRecords(Buffer.from(text))).toEqual([]);
  });

  test("names of targets are no keys of objects but those of a record", () => {
    const text =
      '{"v":1,"runs":[{"ms":5,"cold":true,"targets":[["__proto__",1,2,3,1],["a",1,"x",3,1],["b",1,2,3,0]]}]}';
    const [run] = readRecords(Buffer.from(text));
    expect(Object.keys(run?.targets ?? {}).toSorted()).toEqual(["__proto__", "b"]);
    expect(({} as Record<string, unknown>)["steps"]).toBeUndefined();
  });
});

describe("the baseline", () => {
  test.each([
    [[], null],
    [[cold(9_000)], { ms: 9_000, runs: 1 }],
    [[cold(9_000), warm(5, 5), cold(3_000), cold(1_000)], { ms: 3_000, runs: 3 }],
    [[cold(9_000), cold(1_000)], { ms: 5_000, runs: 2 }],
  ])("is the median of the runs without a cache", (past, expected) => {
    expect(baselineOf(past, warm(1, 1))).toEqual(expected);
  });

  test("a run without a cache has none", () => {
    expect(baselineOf([cold(5)], cold(6))).toBeNull();
    expect(baselineOf([cold(5)], null)).toBeNull();
  });
});

describe("a cache that costs more than it saves", () => {
  const times = (count: number, run: RunRecord) => Array.from({ length: count }, () => run);

  test("is one finding with the line of the config", () => {
    expect(findCostly([...times(6, warm(1_000, 6_000)), cold(2_000)])).toEqual([
      {
        code: "BK5019",
        message: "api: in the last 7 runs import and export of its cache took 36.0 s and saved 6.0 s",
        hint: '`targets: { "api": { cache: false } }` in the config turns its layer cache off',
      },
    ]);
  });

  test.each([
    ["four runs with it", [...times(4, warm(1_000, 6_000)), cold(2_000)]],
    ["no run without it", times(9, warm(1_000, 6_000))],
    ["as much saved", [...times(9, warm(1_000, 6_000)), cold(6_000)]],
    ["less than a second more in each run", [...times(9, warm(10, 900)), cold(20)]],
    ["another target", [{ ...cold(2_000), targets: {} }, ...times(9, warm(1_000, 6_000))]],
    ["nothing known", []],
  ])("nothing is said with %s", (_, records) => {
    expect(findCostly(records)).toEqual([]);
  });
});
