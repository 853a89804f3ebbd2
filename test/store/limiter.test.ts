import { expect, test } from "vitest";
import { createLimiter } from "../../src/store/limiter.ts";

test("no more at once than the bound, first come, first served", async () => {
  const limiter = createLimiter(2);
  const [first, second] = await Promise.all([limiter.take(), limiter.take()]);
  const order: number[] = [];
  const third = limiter.take().then((slot) => (order.push(3), slot));
  const fourth = limiter.take().then((slot) => (order.push(4), slot));
  await Promise.resolve();
  expect(order).toEqual([]);
  first.give("done");
  first.give("done");
  (await third).give("failed");
  await fourth;
  expect(order).toEqual([3, 4]);
  second.give("done");
});

test("refusals of one time halve the bound once; successes raise it slowly, never past the start", async () => {
  const limiter = createLimiter(16);
  const slots = await Promise.all(Array.from({ length: 16 }, () => limiter.take()));
  for (const slot of slots) slot.give("too fast");
  expect(limiter.limit).toBe(8);
  (await limiter.take()).give("too fast");
  expect(limiter.limit).toBe(4);
  for (let each = 0; each < 4; each += 1) (await limiter.take()).give("done");
  expect(limiter.limit).toBe(5);
  for (let each = 0; each < 500; each += 1) (await limiter.take()).give("done");
  expect(limiter.limit).toBe(16);
  for (let each = 0; each < 10; each += 1) (await limiter.take()).give("too fast");
  expect(limiter.limit).toBe(1);
});
