import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as fc from "fast-check";
import { createBuffers } from "../../src/relay/buffers.ts";
import { createMetrics, renderMetrics } from "../../src/relay/metrics.ts";
import { createOrderedParts } from "../../src/relay/ordered-parts.ts";
import { openSpool } from "../../src/relay/spool.ts";
import { makeTempDir } from "../support/cleanup.ts";

test("what is spooled is read and removed, and all goes at the end", async () => {
  const parent = makeTempDir("spool");
  const spool = openSpool({ parent, maxBytes: 1_000 });
  expect(readdirSync(parent)).toEqual([]);
  const first = await spool.write(Buffer.alloc(600, 1));
  await expect(spool.write(Buffer.alloc(600))).rejects.toMatchObject({ code: "ServiceUnavailable" });
  expect(await first.read()).toEqual(Buffer.alloc(600, 1));
  await first.remove();
  await first.remove();
  await spool.write(Buffer.alloc(1_000));
  expect(readdirSync(parent)).toHaveLength(1);
  spool.close();
  expect(readdirSync(parent)).toEqual([]);
  await expect(spool.write(Buffer.alloc(1))).rejects.toMatchObject({ code: "ServiceUnavailable" });
});

test("the folder of a process that was killed goes with the next spool, and no other does", async () => {
  const parent = makeTempDir("spool");
  const script = `
    import { openSpool } from ${JSON.stringify(join(import.meta.dirname, "../../src/relay/spool.ts"))};
    await openSpool({ parent: ${JSON.stringify(parent)} }).write(Buffer.alloc(10));
    process.kill(process.pid, "SIGKILL");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" });
  await new Promise((resolve) => child.once("exit", resolve));
  expect(readdirSync(parent)).toHaveLength(1);
  const own = openSpool({ parent });
  await own.write(Buffer.alloc(1));
  expect(readdirSync(parent)).toHaveLength(1);
  const others = ["bkcache-relay-00000000-1-000000000000", "bkcache-relay-00000000-2-000000000000", "bkcache-relay-x"];
  for (const name of others) mkdirSync(join(parent, name));
  utimesSync(join(parent, others[1] ?? ""), 1_000, 1_000);
  openSpool({ parent }).close();
  expect(readdirSync(parent)).toHaveLength(3);
  own.close();
  expect(readdirSync(parent).sort()).toEqual([others[0], others[2]]);
});

test("parts in any order are given on in theirs", async () => {
  const order = fc.integer({ min: 1, max: 12 }).chain((count) => {
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const flags = fc.array(fc.boolean(), { minLength: count, maxLength: count });
    return fc.tuple(fc.shuffledSubarray(numbers, { minLength: count }), flags, flags);
  });
  await fc.assert(
    fc.asyncProperty(order, async ([numbers, waits, kept]) => {
      const parent = makeTempDir("spool");
      const spool = openSpool({ parent });
      const passed: number[] = [];
      const parts = createOrderedParts(spool, async (bytes) => {
        if (bytes[0] === 3) await new Promise((resolve) => setTimeout(resolve, 1));
        passed.push(bytes[0] ?? 0);
      });
      const adding: Promise<void>[] = [];
      for (const [index, number] of numbers.entries()) {
        const bytes = Buffer.of(number);
        const keep = () => kept[index] === true;
        const added = parts.add(number, { bytes, keep }).then(() => void bytes.fill(0));
        adding.push(added);
        // What is kept in memory is done with in its turn, which may come after the next.
        if (waits[index] === true && !keep()) await added;
      }
      await Promise.all(adding);
      await parts.finish(numbers.length);
      expect(passed).toEqual(numbers.toSorted((a, b) => a - b));
      await parts.discard();
      spool.close();
    }),
    { numRuns: 60 },
  );
});

test("a part that is missing is no end, and what waits for it goes", async () => {
  const parent = makeTempDir("spool");
  const spool = openSpool({ parent });
  const parts = createOrderedParts(spool, async () => {});
  await parts.add(1, { bytes: Buffer.of(1), keep: () => true });
  await parts.add(3, { bytes: Buffer.of(3), keep: () => false });
  const kept = parts.add(4, { bytes: Buffer.of(4), keep: () => true });
  await expect(parts.finish(3)).rejects.toThrow("1 parts");
  await parts.discard();
  await kept;
  await parts.add(5, { bytes: Buffer.of(5), keep: () => true });
  expect(readdirSync(join(parent, readdirSync(parent)[0] ?? ""))).toEqual([]);
  spool.close();
});

test("memory is given first come, first served, and one who leaves takes nothing", async () => {
  const budget = createBuffers(10);
  const signal = new AbortController().signal;
  const first = await budget.reserve(8, signal);
  const order: string[] = [];
  const leaving = new AbortController();
  const left = budget.reserve(9, leaving.signal);
  const second = budget.reserve(20, signal).then((release) => (order.push("second"), release));
  const third = budget.reserve(1, signal).then((release) => (order.push("third"), release));
  leaving.abort(new Error("gone"));
  await expect(left).rejects.toThrow("gone");
  expect(order).toEqual([]);
  first();
  first();
  const release = await second;
  expect(order).toEqual(["second"]);
  release();
  await third;
  expect(order).toEqual(["second", "third"]);
});

test("what is kept leaves its room to others, up to a bound, and takes it once", async () => {
  const budget = createBuffers(10, 12);
  const signal = new AbortController().signal;
  const first = await budget.lend(8, signal);
  expect(first.keep()).toBe(true);
  expect(first.keep()).toBe(false);
  const second = await budget.lend(8, signal);
  expect(second.keep()).toBe(false);
  let third: unknown;
  const waiting = budget.lend(8, signal).then((loan) => (third = loan));
  first.giveBack(true);
  await Promise.resolve();
  expect(third).toBeUndefined();
  expect(second.keep()).toBe(true);
  await waiting;
  second.giveBack(true);
});

test("counters are by caller, and in Prometheus's text", () => {
  const metrics = createMetrics();
  metrics.count("app", { hits: 1, bytesFromTier: 10 });
  metrics.count("app", { hits: 2 });
  metrics.count('a "b"\\c', { misses: 1 });
  const text = renderMetrics(metrics.read());
  expect(text).toContain('# TYPE bkcache_relay_hits_total counter\nbkcache_relay_hits_total{caller="app"} 3\n');
  expect(text).toContain('bkcache_relay_bytes_from_tier_total{caller="app"} 10\n');
  expect(text).toContain('bkcache_relay_misses_total{caller="a \\"b\\"\\\\c"} 1\n');
});
