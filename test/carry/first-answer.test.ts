import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { awaitFirstAnswer } from "../../src/carry/first-answer.ts";
import { BkcacheError } from "../../src/diagnostics/error.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { openPlainStore } from "../support/plain-store.ts";

function makeHost() {
  const told: string[] = [];
  const interrupt = new AbortController();
  return {
    told,
    interrupt,
    signal: interrupt.signal,
    tell: ({ message }: { readonly message: string }) => void told.push(message),
  };
}

/** Accepts, and answers after so many ms, or to an abort. */
const slow = (ms: number): ObjectStore => ({
  ...openPlainStore(),
  place: "s3://far/",
  // oxlint-disable-next-line require-yield
  async *list(_, { signal } = {}) {
    await sleep(ms, undefined, signal && { signal });
  },
});

describe("the first answer of a store", () => {
  test("is nothing to speak of where it comes", async () => {
    const host = makeHost();
    await awaitFirstAnswer(host, slow(0));
    expect(host.told).toEqual([]);
  });

  test("that takes its time is said to be waited for", async () => {
    const host = makeHost();
    await awaitFirstAnswer(host, slow(200), { sayMs: 50, boundMs: 25_000 });
    expect(host.told).toEqual(["s3://far/ has not answered yet; waiting for up to 25.0 s"]);
  });

  test("that never comes is BK5007 in time", async () => {
    const host = makeHost();
    const error = await awaitFirstAnswer(host, slow(60_000), { sayMs: 50, boundMs: 300 }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: "BK5007", message: "s3://far/ has not answered within 300 ms" });
    expect(host.told).toHaveLength(1);
  });

  test("is not waited for after Ctrl-C", async () => {
    const host = makeHost();
    setTimeout(() => host.interrupt.abort("SIGINT"), 50);
    const error = await awaitFirstAnswer(host, slow(60_000)).catch((thrown: unknown) => thrown);
    expect(error).not.toBeInstanceOf(BkcacheError);
  });
});
