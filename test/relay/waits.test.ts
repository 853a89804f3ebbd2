import { expect, test } from "vitest";
import { createWaits } from "../../src/relay/waits.ts";

/** Reads chunks of 256 KiB: ms until each comes, ms until it is taken, and the share of the first in which the thread is idle. */
function readChunks(count: number, wait: number, use: number, idleShare: number): readonly boolean[] {
  let [now, idle] = [0, 0];
  const loop = () => ({ idle, active: now - idle, utilization: 0 });
  const waits = createWaits(() => now, loop);
  return Array.from({ length: count }, () => {
    now += wait;
    idle += wait * idleShare;
    waits.came(256 * 1024);
    now += use;
    waits.taken();
    return waits.areLong();
  });
}

test("a bucket is slow where it keeps a thread waiting that has nothing else to do", () => {
  expect(readChunks(8, 25, 1, 0.95)).toEqual([false, false, false, true, false, false, false, true]);
  // The thread is busy with other objects.
  expect(readChunks(8, 25, 1, 0.2)).not.toContain(true);
  // The client is the slow one.
  expect(readChunks(8, 5, 20, 1)).not.toContain(true);
});

test("little time says nothing", () => {
  expect(readChunks(20, 1, 0, 1)).not.toContain(true);
});
