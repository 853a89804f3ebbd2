import { expect, test } from "vitest";
import type { Report, TargetReport } from "../../src/outcome/report.ts";
import { showBytes, showTime } from "../../src/diagnostics/units.ts";
import { formatSummary } from "../../src/cli/report/outcome.ts";
import { summarise } from "../../src/outcome/summary.ts";
import { sampleReport, sampleTarget } from "../support/sample-report.ts";

const target = sampleTarget({ ref: null });
const report = sampleReport({
  targets: {
    api: target,
    web: {
      ...target,
      steps: {
        total: 9,
        cached: 2,
        ran: [1, 2, 3, 4, 5, 6, 7].map((n) => ({ name: `[web ${n}/9] RUN x`, ms: n * 1_000 })),
      },
      source: null,
      sourceReason: "nothing cached yet",
      written: [],
    },
    lost: {
      ...target,
      steps: null,
      source: null,
      sourceReason: "left out of this run: far",
      import: null,
      export: null,
      written: [],
    },
  },
  failures: [
    { direction: "export", target: "web", backend: "remote", vertex: "v", message: "the bucket does not exist" },
    { direction: "import", target: "api", backend: null, vertex: "v", message: "no" },
  ],
  leftOut: [{ backend: "far", code: "BK5007", message: 'backend "far": https://s3.test does not answer in time' }],
});

test("as a table", () => {
  expect(formatSummary(summarise(report), 100)).toEqual([
    "target  cached  source         import         export",
    "api     5/5     remote (main)  12 ms, 1.4 MB  1.3 s, 0 B",
    "web     2/9     -              -              -",
    "  ran 7.0 s  [web 7/9] RUN x",
    "  ran 6.0 s  [web 6/9] RUN x",
    "  ran 5.0 s  [web 5/9] RUN x",
    "  ran 4.0 s  [web 4/9] RUN x",
    "  ran 3.0 s  [web 3/9] RUN x",
    "  and 2 more",
    "lost    ?       left out       -              -",
    "web: cache in remote was not written: the bucket does not exist",
    "api: a cache entry was not read: no",
    "no source for web: nothing cached yet",
    "no source for lost: left out of this run: far",
    "?: the builder has no history of that build",
    'left out: backend "far": https://s3.test does not answer in time',
    "5 of 5 steps cached, 1.4 MB pulled, 0 B pushed, mounts 0 B in and 0 B out, 1.0 s, saved -",
  ]);
});

test("why there is no source is one line where it is one reason", () => {
  const none = { ...target, source: null, sourceReason: "nothing cached yet" };
  const { notes } = summarise({ ...report, targets: { api: none, web: none }, leftOut: [] });
  expect(notes).toEqual(["no source: nothing cached yet"]);
});

test("what a target had of the relay is a line of its own", () => {
  const relay = {
    requests: 20,
    refused: 0,
    hits: 12,
    misses: 3,
    bytesFromStore: 73_400_320,
    bytesFromTier: 0,
    bytesToStore: 2_000_000,
    droppedResults: 1,
    corruptBlobs: 0,
    ms: 2_310,
  };
  const lines = formatSummary(summarise(sampleReport({ targets: { api: sampleTarget({ relay }) } })), 200);
  expect(lines.at(-2)).toBe(
    "relay api: 12 of 15 objects found, 73.4 MB from the bucket, 2.0 MB stored, 1 results left out, whose layers the bucket lacks in 2.3 s",
  );
});

test("as data", () => {
  expect(summarise(report).rows.map(({ cells }) => cells[1])).toEqual(["5/5", "2/9", "?"]);
});

const many = (count: number, of: (index: number) => Partial<TargetReport>) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, sampleTarget(of(index))]));

test("of many targets those that came to the same have a row together, those with steps that ran first", () => {
  const ran = (index: number) => ({
    steps: { total: 9, cached: 8, ran: [{ name: "[app 9/9] RUN make", ms: index * 1_000 }] },
  });
  const targets = many(60, (index) => (index % 10 === 7 ? ran(index) : {}));
  expect(formatSummary(summarise({ ...sampleReport(), targets }), 100)).toEqual([
    "target      cached   source         import          export",
    "6 targets   48/54    remote (main)  12 ms, 8.2 MB   1.3 s, 0 B",
    "  t7, t17, t27, t37 and 2 more",
    "  ran 57.0 s  t57: [app 9/9] RUN make",
    "  ran 47.0 s  t47: [app 9/9] RUN make",
    "  ran 37.0 s  t37: [app 9/9] RUN make",
    "  and 3 more",
    "54 targets  270/270  remote (main)  12 ms, 74.1 MB  1.3 s, 0 B",
    "  t0, t1, t2, t3 and 50 more",
    "5 of 5 steps cached, 1.4 MB pulled, 0 B pushed, mounts 0 B in and 0 B out, 1.0 s, saved -",
  ]);
});

test.each([13, 60, 400])("%i targets that all came to something else fit a screen", (count) => {
  const relay = { requests: 1, refused: 0, hits: 1, misses: 0, bytesFromStore: 9, bytesFromTier: 0, bytesToStore: 0 };
  const targets = many(count, (index) => ({
    steps: { total: 9, cached: 1, ran: Array.from({ length: 8 }, (_, n) => ({ name: `[app ${n}/9] RUN x`, ms: n })) },
    source: { backend: "remote", scope: `s${index}`, name: "x", reason: "" },
    relay: { ...relay, droppedResults: 0, corruptBlobs: 0, ms: 1 },
  }));
  const moved = { outcome: "restored", reason: null, files: 1, bytes: 8, storedBytes: 4, ms: 1 } as const;
  const mounts = Array.from({ length: count }, (_, index) => ({
    name: `m${index}`,
    id: "x",
    platform: "linux/amd64",
    targets: ["t0"],
    restore: { ...moved, snapshot: { scope: `s${index}`, key: "k" } },
    save: { ...moved, outcome: "skipped" as const, reason: `reason ${index % 40}`, snapshot: null },
  }));
  const lines = formatSummary(summarise({ ...sampleReport(), targets, mounts }), 120);
  expect(lines.length).toBeLessThan(60);
  expect(lines.filter((line) => line.startsWith("relay"))).toEqual([
    `relay of ${count} targets: ${count} of ${count} objects found, ${showBytes(count * 9)} from the bucket in ${showTime(count)}`,
  ]);
  expect(lines.filter((line) => / mounts?.*: /.test(line)).length).toBeLessThanOrEqual(13);
});

test("what it all came to ends the table, though the terminal is narrow", () => {
  const lines = formatSummary(summarise(sampleReport()), 50);
  expect(lines.slice(-2)).toEqual([
    "5 of 5 steps cached, 1.4 MB pulled, 0 B pushed,",
    "  mounts 0 B in and 0 B out, 1.0 s, saved -",
  ]);
});

test.each([
  [{ ms: 157_000, runs: 3 }, "saved 2 min 36 s of 2 min 37 s"],
  [{ ms: 400, runs: 1 }, "600 ms more than the 400 ms without a cache"],
])("what the cache saved of %o", (baseline, said) => {
  expect(summarise(sampleReport({ baseline })).closing.at(-1)).toBe(said);
});

test.each([20, 40, 60, 200])("no line is wider than %i", (width) => {
  const long = {
    ...report,
    targets: {
      [`t${"x".repeat(80)}`]: {
        ...target,
        source: { ...target.source, backend: "b".repeat(50), scope: "s", name: "", reason: "" },
      },
    },
  };
  const lines = formatSummary(summarise(long), width);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  expect(lines[1]).toMatch(/^t/);
});

test.each([
  [0, "0 ms"],
  [999, "999 ms"],
  [1_000, "1.0 s"],
  [59_940, "59.9 s"],
  [59_960, "1 min 0 s"],
  [60_000, "1 min 0 s"],
  [150_400, "2 min 30 s"],
  [5_400_000, "1 h 30 min"],
  [172_800_000, "48 h"],
])("%i ms", (ms, expected) => {
  expect(showTime(ms)).toBe(expected);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_000, "1.0 kB"],
  [123_456, "123 kB"],
  [1_372_171, "1.4 MB"],
  [5e12, "5.0 TB"],
])("%i bytes", (bytes, expected) => {
  expect(showBytes(bytes)).toBe(expected);
});

test("a build that never began has no table", () => {
  const lost = { ...target, steps: null };
  expect(formatSummary(summarise({ ...report, exitCode: 1, targets: { lost } }), 100)[0]).toMatch(
    /^web: cache in remote/,
  );
});

test("a build that failed before its steps were known has no count of them", () => {
  const early = { ...target, ref: "b/b0/x", steps: { total: 0, cached: 0, ran: [] } };
  const [row] = summarise({ ...report, exitCode: 1, targets: { early } }).rows;
  expect(row?.cells[1]).toBe("-");
});

test("a mount that was not moved has the reason", () => {
  const nothing = { snapshot: null, files: null, bytes: null, storedBytes: 0, ms: 5 };
  const mounts: Report["mounts"] = [
    {
      name: "gomod",
      id: "x",
      platform: "linux/amd64",
      targets: ["api"],
      restore: { ...nothing, outcome: "skipped", reason: "the builder has it twice" },
      save: { ...nothing, outcome: "failed", reason: "the cache mount gomod was not saved within 1 min 0 s" },
    },
  ];
  expect(summarise({ ...report, mounts }).mounts).toEqual([
    "mount gomod: not restored (the builder has it twice), not saved (the cache mount gomod was not saved within 1 min 0 s)",
  ]);
});
