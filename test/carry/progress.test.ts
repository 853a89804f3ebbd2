import { expect, test } from "vitest";
import { openMountProgress } from "../../src/carry/progress.ts";

function open() {
  const seen: { lines: readonly string[]; told: string[]; now: number } = { lines: [], told: [], now: 0 };
  const progress = openMountProgress({
    now: () => seen.now,
    live: (lines) => void (seen.lines = lines),
    tell: ({ message }) => void seen.told.push(message),
  });
  return { progress, seen };
}

const half = `[${"=".repeat(10)}${" ".repeat(10)}]`;
const quarter = `[${"=".repeat(5)}${" ".repeat(15)}]`;

test("a bar and bytes at once, rate and time left once they mean something", () => {
  const { progress, seen } = open();
  seen.now = 1_000;
  progress.show("gomod", { verb: "restoring", bytes: 0, totalBytes: 0 });
  expect(seen.lines).toEqual(["restoring mount gomod"]);
  seen.now += 200;
  progress.show("gomod", { verb: "restoring", bytes: 50e6, totalBytes: 200e6 });
  expect(seen.lines).toEqual([`restoring mount gomod: ${quarter} 50.0 MB of 200 MB`]);
  seen.now += 500;
  progress.show("gomod", { verb: "restoring", bytes: 100e6, totalBytes: 200e6 });
  expect(seen.lines).toEqual([`restoring mount gomod: ${half} 100 MB of 200 MB, 100 MB/s, 1 s left`]);
});

test("an estimate is called one, and dropped once it has proven too small", () => {
  const { progress, seen } = open();
  const show = (bytes: number) => {
    seen.now += 1_000;
    progress.show("gomod", { verb: "saving", bytes, totalBytes: 300e6, isEstimate: true });
    return seen.lines[0];
  };
  expect(show(0)).toBe("saving mount gomod");
  expect(show(50e6)).toBe(`saving mount gomod: [===                 ] 50.0 MB of about 300 MB`);
  expect(show(150e6)).toBe(`saving mount gomod: ${half} 150 MB of about 300 MB, 100 MB/s, 2 s left`);
  expect(show(300e6)).toBe("saving mount gomod: 300 MB, 125 MB/s");
});

test("pictures are not drawn more often than they can be seen", () => {
  const { progress, seen } = open();
  seen.now = 1_000;
  progress.show("a", { verb: "saving", bytes: 1, totalBytes: 9 });
  seen.now += 10;
  progress.show("b", { verb: "saving", bytes: 1, totalBytes: 9 });
  expect(seen.lines).toHaveLength(1);
  seen.now += 100;
  progress.show("b", { verb: "saving", bytes: 2, totalBytes: 9 });
  expect(seen.lines).toHaveLength(2);
});

test("what is done goes, and its line stays on the terminal", () => {
  const { progress, seen } = open();
  seen.now = 1_000;
  progress.show("a", { verb: "saving", bytes: 1, totalBytes: 9 });
  progress.finish("a", "mount a: saved");
  expect([seen.lines, seen.told]).toEqual([[], ["mount a: saved"]]);
});

test("the rate is that of the last seconds: neither listing before it counts, nor what went before a stall", () => {
  const { progress, seen } = open();
  const show = (bytes: number) => {
    seen.now += 1_000;
    progress.show("gomod", { verb: "saving", bytes, totalBytes: 1e9 });
    return seen.lines[0] ?? "";
  };
  seen.now = 1_000;
  progress.show("gomod", { verb: "saving", bytes: 0, totalBytes: 0 });
  seen.now += 60_000;
  show(100e6);
  expect(show(200e6)).toMatch(/, 100 MB\/s, 8 s left$/);
  for (let n = 0; n < 6; n += 1) show(200e6);
  expect(show(200e6)).toMatch(/ 200 MB of 1.0 GB, 0 B\/s$/);
  for (let n = 1; n <= 5; n += 1) show(200e6 + n * 10e6);
  expect(show(260e6)).toMatch(/, 10.0 MB\/s, 1 min 14 s left$/);
});

test.each([
  ["restored", "restoring", "the build begins without the rest"],
  ["saved", "saving", "the next run goes on from what was stored"],
] as const)("when the budget ends, and what comes then, is said below: %s", (what, verb, after) => {
  const { progress, seen } = open();
  seen.now = 1_000;
  const ends = { what, at: 61_000, ms: 60_000 };
  progress.show("gomod", { verb, bytes: 0, totalBytes: 0, ends });
  seen.now += 18_000;
  progress.show("npm", { verb, bytes: 0, totalBytes: 0, ends });
  expect(seen.lines).toEqual([
    `${verb} mount gomod`,
    `${verb} mount npm`,
    `the budget of 1 min 0 s ends in 42 s; ${after}`,
  ]);
  const own = { what, at: 2 ** 31, ms: 2 ** 31 - 1 };
  seen.now += 1_000;
  progress.finish("npm", null);
  progress.show("gomod", { verb, bytes: 0, totalBytes: 0, ends: own });
  expect(seen.lines).toEqual([`${verb} mount gomod`]);
});
