import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeReads } from "./reads.ts";
import { describeUploads } from "./uploads.ts";
import { bytes, sha256 } from "./bytes.ts";
import type { ObjectInfo, ObjectStore } from "../../src/store/object-store.ts";

export { bytes, sha256 };

export interface StoreUnderTest {
  /** Opens the same, empty place each time; with `pageSize`, a listing that has pages of that size. */
  open(options?: { readonly pageSize?: number }): Promise<ObjectStore>;
  /** Makes an object older, as time does. */
  age(key: string): Promise<void>;
  /** What uploads have left behind, where the store keeps it apart from its objects. */
  unfinished?(): Promise<readonly string[]>;
}

async function keysOf(list: AsyncIterable<ObjectInfo>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of list) keys.push(key);
  return keys;
}

/** Every implementation of `ObjectStore` passes this. */
export function describeObjectStore(name: string, setUp: () => Promise<StoreUnderTest>): void {
  describe(`store: ${name}`, () => {
    let under: StoreUnderTest;
    let store: ObjectStore;
    beforeAll(async () => {
      under = await setUp();
      store = await under.open();
    });
    afterAll(() => store?.close());

    test("what is absent is a value", async () => {
      expect(await store.get("nothing/here")).toBeNull();
      expect(await store.stat("nothing/here")).toBeNull();
      expect(await store.touch("nothing/here")).toBe(false);
      expect(await keysOf(store.list("nothing/"))).toEqual([]);
      await store.delete(["nothing/here", "nothing/there"]);
      await store.delete([]);
    });

    test("what is put is got, and can be put again", async () => {
      const began = Date.now();
      const body = bytes(100_000);
      expect(await store.put("a/b/c", body, { sha256: sha256(body) })).toBe("stored");
      expect(await store.get("a/b/c")).toEqual(body);
      const info = await store.stat("a/b/c");
      expect(info).toEqual({ key: "a/b/c", size: 100_000, modifiedAt: expect.any(Number) as number });
      expect(Math.abs((info?.modifiedAt ?? 0) - began)).toBeLessThan(60_000);
      expect(await store.put("a/b/c", Buffer.from("other"))).toBe("stored");
      expect(String(await store.get("a/b/c"))).toBe("other");
      await store.delete(["a/b/c"]);
      expect(await store.get("a/b/c")).toBeNull();
    });

    test("an object without bytes", async () => {
      const body = new Uint8Array();
      expect(await store.put("empty", body, { sha256: sha256(body), onlyIfAbsent: true })).toBe("stored");
      expect(await store.get("empty")).toEqual(Buffer.alloc(0));
      expect(await store.stat("empty")).toMatchObject({ size: 0 });
      expect(await store.put("empty", body, { onlyIfAbsent: true })).toBe("exists");
      expect(await store.touch("empty")).toBe(true);
    });

    test("a view into a larger buffer is stored as it stands, 20 MiB whole", async () => {
      const whole = bytes(20 * 2 ** 20 + 7);
      const view = new Uint8Array(whole.buffer, whole.byteOffset + 3, 20 * 2 ** 20);
      expect(await store.put("large", view, { sha256: sha256(view), onlyIfAbsent: true })).toBe("stored");
      const got = await store.get("large");
      expect(got?.equals(view)).toBe(true);
      await store.delete(["large"]);
    });

    test("of twenty writers at once exactly one stores", async () => {
      const bodies = Array.from({ length: 20 }, (_, index) => Buffer.from(`writer ${index}`));
      const answers = await Promise.all(
        bodies.map((body) => store.put("race", body, { onlyIfAbsent: true, sha256: sha256(body) })),
      );
      expect(answers.filter((answer) => answer === "stored")).toHaveLength(1);
      expect(await store.get("race")).toEqual(bodies[answers.indexOf("stored")]);
      expect(await store.put("race", Buffer.from("late"), { onlyIfAbsent: true })).toBe("exists");
      expect(await store.get("race")).toEqual(bodies[answers.indexOf("stored")]);
    });

    test("a body that is not what its digest says is refused, and nothing is stored", async () => {
      const wrong = sha256(Buffer.from("something else"));
      for (const onlyIfAbsent of [true, false]) {
        const refused = store.put("damaged", bytes(1_000), { sha256: wrong, onlyIfAbsent });
        await expect(refused).rejects.toMatchObject({ code: "BK5021" });
      }
      expect(await store.get("damaged")).toBeNull();
    });

    test.each([
      "with space/and more",
      "plus+and%percent/%2F/a&b=c?d#e",
      "tilde~/(round)!*'",
      "grüße/日本語/😀",
      "v1/m/main/go-mod/linux%2Famd64@x:y;z,1$",
      "-dash/.dot/_under",
      `long/${"x".repeat(200)}`,
    ])("key %s", async (key) => {
      const body = Buffer.from(key);
      expect(await store.put(key, body, { onlyIfAbsent: true, sha256: sha256(body) })).toBe("stored");
      expect(await store.get(key)).toEqual(body);
      expect(await store.stat(key)).toMatchObject({ key, size: body.length });
      expect(await store.touch(key)).toBe(true);
      expect(await keysOf(store.list(key))).toEqual([key]);
      await store.delete([key, `${key}-not`]);
      expect(await store.get(key)).toBeNull();
    });

    test.each(["", "/a", "a//b", "a/", "a/../b", "./a", "a\nb", `${"x".repeat(256)}/y`])("no key: %j", async (key) => {
      await expect(store.put(key, bytes(1))).rejects.toThrow("no key");
      await expect(store.get(key)).rejects.toThrow("no key");
      await expect(store.delete([key])).rejects.toThrow("no key");
    });

    test("a listing has what begins with the prefix, in the order of bytes", async () => {
      const keys = ["o/a", "o/a-b", "o/a.b", "o/a0", "o/ab/c", "o/b", "o/é", "o/\uffee", "o/😀", "oo/x"];
      await Promise.all(keys.toReversed().map((key) => store.put(key, Buffer.from(key))));
      const expected = keys
        .filter((key) => key.startsWith("o/"))
        .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await keysOf(store.list("o/"))).toEqual(expected);
      expect(await keysOf(store.list("o/a"))).toEqual(expected.filter((key) => key.startsWith("o/a")));
      expect(await keysOf(store.list("o"))).toEqual([...expected, "oo/x"]);
      for (const startAfter of ["", "o/", "o/a", "o/a-", "o/ab", "o/ab/\u{10ffff}", "o/é", "oo/x", "p"]) {
        const after = expected.filter((key) => Buffer.compare(Buffer.from(key), Buffer.from(startAfter)) > 0);
        expect([startAfter, await keysOf(store.list("o/", { startAfter }))]).toEqual([startAfter, after]);
      }
      for await (const { key, size, modifiedAt } of store.list("o/")) {
        expect({ key, size, modifiedAt }).toEqual(await store.stat(key));
      }
      await store.delete(keys);
      expect(await keysOf(store.list("o"))).toEqual([]);
    });

    test("a listing of many pages has every key once, and all can be deleted at once", async () => {
      const keys = Array.from({ length: 1_203 }, (_, index) => `many/${String(index).padStart(5, "0")}`);
      await Promise.all(keys.map((key) => store.put(key, Buffer.from("x"))));
      const paged = await under.open({ pageSize: 100 });
      expect(await keysOf(paged.list("many/"))).toEqual(keys);
      expect(await keysOf(paged.list("many/", { startAfter: keys[499] ?? "" }))).toEqual(keys.slice(500));
      paged.close();
      expect(await keysOf(store.list("many/"))).toEqual(keys);
      await store.delete([...keys, ...keys.slice(0, 3), "many/never"]);
      expect(await keysOf(store.list("many/"))).toEqual([]);
    }, 120_000);

    test("touch makes an object young and changes no byte", async () => {
      const body = bytes(1_000);
      await store.put("touched", body);
      await under.age("touched");
      const before = await store.stat("touched");
      expect(await store.touch("touched")).toBe(true);
      const after = await store.stat("touched");
      expect(after?.modifiedAt).toBeGreaterThan(before?.modifiedAt ?? Infinity);
      expect(await store.get("touched")).toEqual(body);
    });

    test("no more is read than may be", async () => {
      await store.put("bounded", bytes(1_001));
      await expect(store.get("bounded", { maxBytes: 1_000 })).rejects.toMatchObject({ code: "BK5020" });
      expect(await store.get("bounded", { maxBytes: 1_001 })).toHaveLength(1_001);
    });

    test("an aborted call rejects with the reason, and the store goes on", async () => {
      const reason = new Error("enough");
      const signal = AbortSignal.abort(reason);
      const body = bytes(10);
      await expect(store.get("x", { signal })).rejects.toBe(reason);
      await expect(store.put("x", body, { signal })).rejects.toBe(reason);
      await expect(store.stat("x", { signal })).rejects.toBe(reason);
      await expect(store.touch("x", { signal })).rejects.toBe(reason);
      await expect(store.delete(["x", "y"], { signal })).rejects.toBe(reason);
      await expect(keysOf(store.list("", { signal }))).rejects.toBe(reason);
      expect(await store.get("x")).toBeNull();

      const large = bytes(16 * 2 ** 20);
      await store.put("aborted", large);
      const controller = new AbortController();
      const reads = [1, 2, 3, 4].map(() => store.get("aborted", { signal: controller.signal }));
      setImmediate(() => controller.abort(reason));
      for (const read of await Promise.allSettled(reads)) {
        if (read.status === "rejected") expect(read.reason).toBe(reason);
        else expect(read.value?.equals(large)).toBe(true);
      }
      expect((await store.get("aborted"))?.equals(large)).toBe(true);
      await store.delete(["aborted"]);
    });

    describeReads(() => store);
    describeUploads(
      () => store,
      async () => (await under.unfinished?.()) ?? [],
    );
  });
}
