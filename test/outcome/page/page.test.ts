import { describe, expect, test } from "vitest";
import { findCriticalPath } from "../../../src/outcome/page/critical-path.ts";
import { renderPage } from "../../../src/outcome/page/page.ts";
import { type PageItem, readPageRun } from "../../../src/outcome/page/read.ts";
import { safeClause } from "../../../src/outcome/page/safe-clause.ts";
import type { Report } from "../../../src/outcome/report.ts";
import { readTimeline } from "../../../src/outcome/timeline.ts";
import { sampleReport, sampleTarget } from "../../support/sample-report.ts";
import { readFixture } from "../progress-fixture.ts";

function pageOf(...reports: readonly unknown[]): string {
  return renderPage(reports.map((report) => readPageRun(report) ?? expect.fail("no report")));
}

const item = (name: string, start: number, ms: number, inputs: readonly number[] = []): PageItem => ({
  name,
  kind: "step",
  state: "ran",
  start,
  ms,
  inputs,
});

test.each([
  ["nothing", [], []],
  ["what it needs that ends last", [item("a", 0, 5), item("b", 0, 9), item("c", 9, 5, [0, 1])], [1, 2]],
  ["what had ended before, where it needs nothing that is known", [item("import", 0, 8), item("a", 8, 5)], [0, 1]],
  ["nothing that was still at work", [item("a", 0, 100), item("b", 10, 50), item("c", 60, 90, [0, 1])], [1, 2]],
  ["a circle", [item("a", 0, 5, [1]), item("b", 0, 5, [0, 0, 7])], [0]],
])("the critical path is %s", (_, items, path) => {
  expect(findCriticalPath(items)).toEqual(path);
});

test.each([
  ["arg TOKEN was hunter2 and is hunter3", "arg TOKEN has changed"],
  ["arg TOKEN is new (hunter2)", "arg TOKEN is new"],
  ["arg TOKEN is gone (a) and is new (b)", "arg TOKEN is gone"],
  ["arg VERSION has another value", "arg VERSION has another value"],
  ['line 6 was "RUN a=hunter2" and is "RUN a=hunter3"', "line 6 has changed"],
  ["line 6 is new: ENV A=hunter2", "line 6 is new"],
  ["files: src/a.txt", "files: src/a.txt"],
])("of %s the page says %s", (text, said) => {
  expect(safeClause(text)).toBe(said);
});

describe("a page", () => {
  const hostile = `<img src=x onerror=alert(1)>"'&\u202e\u0007`;

  test("is one document that allows nothing from elsewhere", () => {
    const page = pageOf(sampleReport());
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|<link|<img|https?:|url\(|@import/);
  });

  test("escapes every text of a report", () => {
    const poison = (value: unknown): unknown => {
      if (typeof value === "string") return hostile;
      if (Array.isArray(value)) return value.map(poison);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value).map(([key, each]) => [key === "api" ? hostile : key, poison(each)]),
      );
    };
    const moved = { reason: "r", snapshot: null, files: 1, bytes: 1, storedBytes: 1, ms: 1 };
    const report = sampleReport({
      targets: {
        api: sampleTarget({
          why: { step: "[a 1/2] RUN x", cause: "files", text: "t", more: ["m"] },
          timeline: [{ name: "n", kind: "step", state: "ran", start: 0, ms: 900, inputs: [] }],
        }),
      },
      mounts: [
        {
          name: "m",
          id: "i",
          platform: "p",
          targets: [],
          restore: { ...moved, outcome: "failed" },
          save: { ...moved, outcome: "failed" },
        },
      ],
      failures: [{ direction: "export", target: "t", backend: "b", vertex: "v", message: "m" }],
      leftOut: [{ backend: "b", code: "BK5007", message: "m" }],
      notes: ["n"],
    });
    const page = pageOf({ ...(poison(report) as Report), version: 1 });
    expect(page.split("&lt;img src=x").length).toBeGreaterThan(12);
    expect(page).not.toContain("<img");
    expect(page).not.toContain("\u202e");
    expect(page).not.toContain("\u0007");
  });

  test("takes what is of another shape as not there, and no report for none", () => {
    for (const value of [null, [], 7, "x", {}, { version: 2, targets: {} }, { version: 1, targets: [] }]) {
      expect(readPageRun(value)).toBeNull();
    }
    const strange = {
      version: 1,
      ms: -5,
      exitCode: "x",
      mounts: 7,
      failures: [null, 3],
      targets: { a: null, b: { timeline: [{ start: Number.POSITIVE_INFINITY, inputs: "x" }, 9] } },
    };
    const page = pageOf(strange);
    expect(page).toContain("built");
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("names steps without what could be a value", () => {
    const timeline = readTimeline(readFixture("second"));
    expect(timeline.length).toBeGreaterThan(0);
    expect(timeline.filter(({ kind }) => kind === "step").every(({ name }) => /^\[[^\]]+\] [A-Z]+$/.test(name))).toBe(
      true,
    );
    const why = {
      step: "[a 2/2] RUN curl -H hunter2",
      cause: "setting",
      text: "arg T was hunter2 and is x",
      more: [],
    } as const;
    const steps = { total: 2, cached: 1, ran: [{ name: "[a 2/2] RUN curl -H hunter2", ms: 5 }] };
    const page = pageOf(sampleReport({ targets: { a: sampleTarget({ why, steps, timeline: [] }) } }));
    expect(page).toContain("[a 2/2] RUN");
    expect(page).not.toContain("hunter2");
  });

  test("of several runs says what a cache gave by the run in which the steps ran", () => {
    const step = (state: "ran" | "cached", ms: number) =>
      ({ name: "[a 2/2] RUN", kind: "step", state, start: 0, ms, inputs: [] }) as const;
    const cold = sampleReport({
      startedAt: "2026-11-23T00:00:00.000Z",
      targets: { api: sampleTarget({ source: null, timeline: [step("ran", 65_000)] }) },
    });
    const warm = sampleReport({ targets: { api: sampleTarget({ timeline: [step("cached", 0)] }) } });
    const page = pageOf(warm, cold);
    expect(page).toContain("Build report of 2 runs");
    expect(page).toContain("1 min 5 s</td>");
    expect(page.indexOf("2026-11-23")).toBeLessThan(page.indexOf("2026-11-24"));
  });
});
