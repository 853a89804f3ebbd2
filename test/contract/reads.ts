import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { ByteRange, ObjectContent, ObjectStore } from "../../src/store/object-store.ts";
import { bytes, heldBytes, sha256 } from "./bytes.ts";

export async function collect({ body }: ObjectContent): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The part of the contract about ranged, streaming reads. */
export function describeReads(open: () => ObjectStore): void {
  const body = bytes(100_000);
  const ranges: readonly (readonly [ByteRange | undefined, number, number])[] = [
    [undefined, 0, 100_000],
    [{ start: 0 }, 0, 100_000],
    [{ start: 0, end: 1 }, 0, 1],
    [{ start: 7, end: 7 }, 7, 7],
    [{ start: 99_999 }, 99_999, 100_000],
    [{ start: 10, end: 70_000 }, 10, 70_000],
    [{ start: 99_000, end: 2_000_000 }, 99_000, 100_000],
    [{ start: 100_000 }, 100_000, 100_000],
    [{ start: 500_000, end: 600_000 }, 100_000, 100_000],
    [{ last: 0 }, 100_000, 100_000],
    [{ last: 1 }, 99_999, 100_000],
    [{ last: 2_000_000 }, 0, 100_000],
  ];
  test("ranges: edges, the last bytes, beyond the end", async () => {
    const store = open();
    await store.put("range", body);
    const info = await store.stat("range");
    for (const [range, start, end] of ranges) {
      const content = await store.read("range", range === undefined ? {} : { range });
      if (content === null) throw new Error("absent");
      expect({ range, size: content.size, start: content.start }).toEqual({ range, size: 100_000, start });
      expect(Math.abs(content.modifiedAt - (info?.modifiedAt ?? 0))).toBeLessThan(1_000);
      expect((await collect(content)).equals(body.subarray(start, end))).toBe(true);
    }
  });

  test("ranges of an object without bytes, and of none", async () => {
    const store = open();
    await store.put("none", new Uint8Array());
    for (const range of [undefined, { start: 0 }, { start: 0, end: 10 }, { start: 5 }, { last: 0 }, { last: 5 }]) {
      const asked = range === undefined ? {} : { range };
      const content = await store.read("none", asked);
      expect({ size: content?.size, start: content?.start }).toEqual({ size: 0, start: 0 });
      expect(content && (await collect(content))).toEqual(Buffer.alloc(0));
      expect(await store.read("nothing/here", asked)).toBeNull();
    }
    await expect(store.read("a//b")).rejects.toThrow("no key");
  });

  test("other contents have another version", async () => {
    const store = open();
    const versionOf = async () => {
      const content = await store.read("version");
      content?.close();
      return content?.version;
    };
    await store.put("version", Buffer.from("one"));
    const first = await versionOf();
    expect(first).toBeTruthy();
    expect(await versionOf()).toBe(first);
    await store.put("version", Buffer.from("two!"));
    expect(await versionOf()).not.toBe(first);
  });

  test("a large object comes as it is read, and no more of it is held", async () => {
    const store = open();
    const large = bytes(48 * 2 ** 20);
    const expected = sha256(large);
    await store.put("stream", large);
    const content = await store.read("stream");
    if (content === null) throw new Error("absent");
    const hash = createHash("sha256");
    let size = 0;
    let [next, most] = [0, 0];
    const before = await heldBytes();
    for await (const chunk of content.body) {
      hash.update(chunk);
      size += chunk.length;
      // Who reads slowly is waited for.
      if (size < 2 ** 20) await sleep(20);
      if (size < next) continue;
      next += 4 * 2 ** 20;
      most = Math.max(most, (await heldBytes()) - before);
    }
    expect(size).toBe(large.length);
    expect(hash.digest("hex")).toBe(expected);
    expect(most).toBeLessThan(large.length / 2);
    await store.delete(["stream"]);
  });

  test("a body that nobody reads to its end, and one that is aborted", async () => {
    const store = open();
    await store.put("left", bytes(8 * 2 ** 20));
    for (let round = 0; round < 40; round += 1) {
      const content = await store.read("left");
      if (round % 2 === 0) content?.close();
      else for await (const _ of content?.body ?? []) break;
    }
    const reason = new Error("enough");
    await expect(store.read("left", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const content = await store.read("left", { signal: controller.signal });
    const reading = (async () => {
      for await (const _ of content?.body ?? []) controller.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
    expect(await store.get("left")).toHaveLength(8 * 2 ** 20);
    await store.delete(["left"]);
  });
}
