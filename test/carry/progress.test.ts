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

test("bytes at once, rate and time left once they mean something", () => {
  const { progress, seen } = open();
  seen.now = 1_000;
  progress.show("gomod", { verb: "restoring", bytes: 0, totalBytes: 0 });
  expect(seen.lines).toEqual(["restoring mount gomod"]);
  seen.now += 200;
  progress.show("gomod", { verb: "restoring", bytes: 50e6, totalBytes: 200e6 });
  expect(seen.lines).toEqual(["restoring mount gomod: 50.0 MB of 200 MB"]);
  seen.now += 800;
  progress.show("gomod", { verb: "restoring", bytes: 100e6, totalBytes: 200e6 });
  expect(seen.lines).toEqual(["restoring mount gomod: 100 MB of 200 MB, 100 MB/s, 1 s left"]);
});

test("an estimate is called one, and dropped once it has proven too small", () => {
  const { progress, seen } = open();
  const show = (bytes: number) => {
    seen.now += 1_000;
    progress.show("gomod", { verb: "saving", bytes, totalBytes: 300e6, isEstimate: true });
    return seen.lines[0];
  };
  expect(show(0)).toBe("saving mount gomod");
  expect(show(100e6)).toBe("saving mount gomod: 100 MB of about 300 MB, 100 MB/s, 2 s left");
  expect(show(300e6)).toBe("saving mount gomod: 300 MB, 150 MB/s");
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
