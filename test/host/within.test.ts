import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { within } from "../../src/host/within.ts";

test("it is what the work comes to, or the other where that is late", async () => {
  expect(await within(Promise.resolve("done"), 10_000, null)).toBe("done");
  expect(await within(sleep(10_000, "done", { ref: false }), 1, null)).toBeNull();
  await expect(within(Promise.reject(new Error("no")), 10_000, null)).rejects.toThrow("no");
});
