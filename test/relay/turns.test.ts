import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createTurns } from "../../src/relay/turns.ts";

const signal = new AbortController().signal;
/** One chunk of a byte is waited for as long as there is patience. */
const bounds = { atOnce: 1, leastRate: 1e-3, longest: 60_000 };

async function* chunks(count: number): AsyncGenerator<Buffer, void, undefined> {
  for (let index = 0; index < count; index += 1) {
    await sleep(1);
    yield Buffer.from([index]);
  }
}

async function countRest(body: AsyncIterable<Buffer>): Promise<number> {
  let bytes = 0;
  for await (const chunk of body) bytes += chunk.length;
  return bytes;
}

test("what was asked for last comes first, and each has all of its chunks in order", async () => {
  const turns = createTurns({ ...bounds, patience: 1_000 });
  const ended: string[] = [];
  const read = async (name: string): Promise<readonly number[]> => {
    const got: number[] = [];
    for await (const chunk of turns.inTurn(chunks(20), signal)) got.push(...chunk);
    ended.push(name);
    return got;
  };
  const all = await Promise.all(["a", "b", "c", "d"].map(read));
  expect(ended).toEqual(["d", "c", "b", "a"]);
  expect(all).toEqual(Array(4).fill(Array.from({ length: 20 }, (_, index) => index)));
});

test("who stops reading holds up nobody, nor does who leaves or fails", async () => {
  const turns = createTurns({ ...bounds, patience: 5 });
  async function* failing() {
    yield* chunks(2);
    throw new Error("the disk");
  }
  const old = turns.inTurn(chunks(50), signal);
  await old.next();
  const [idle, left, broken] = [chunks(3), chunks(3), failing()].map((body) => turns.inTurn(body, signal));
  for (const body of [idle, left, broken]) {
    await body?.next();
    await body?.next();
  }
  await left?.return();
  await expect(broken?.next()).rejects.toThrow("the disk");
  expect(await countRest(old)).toBe(49);
  expect((await idle?.next())?.value).toEqual(Buffer.from([2]));
});

test("what is slow holds up nobody, and what waits gets a chunk from time to time", async () => {
  const slow = createTurns({ ...bounds, leastRate: 2 ** 27, patience: 60_000 });
  const [old, newer] = [slow.inTurn(chunks(20), signal), slow.inTurn(chunks(3), signal)];
  await old.next();
  await newer.next();
  await newer.next();
  expect(await countRest(old)).toBe(19);
  const patient = createTurns({ ...bounds, patience: 20, longest: 30 });
  const waiting = patient.inTurn(chunks(5), signal);
  await waiting.next();
  const busy = new AbortController();
  const endless = countRest(patient.inTurn(chunks(100_000), busy.signal)).catch(() => {});
  expect(await countRest(waiting)).toBe(4);
  busy.abort();
  void endless;
});

test("a client that goes while its body waits ends it", async () => {
  const turns = createTurns({ ...bounds, patience: 60_000 });
  const leaving = new AbortController();
  let isClosed = false;
  async function* closing() {
    try {
      yield* chunks(2);
    } finally {
      isClosed = true;
    }
  }
  const old = turns.inTurn(closing(), leaving.signal);
  await old.next();
  const newer = turns.inTurn(chunks(3), signal);
  await newer.next();
  await newer.next();
  const next = old.next();
  leaving.abort(new Error("gone"));
  await expect(next).rejects.toThrow("gone");
  expect(isClosed).toBe(true);
});
