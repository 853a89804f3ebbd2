import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createMemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { failingStore, slowStore, wrapStore } from "../support/wrapped-store.ts";
import { blobKey, blobOf, bodyOf, caller, getAll, manifestOf, putBlob, serve, type ServeOptions } from "./serve.ts";

const MiB = 2 ** 20;
const upload = async (
  served: ReturnType<typeof serve>["served"],
  key: string,
  parts: readonly Buffer[],
  order: readonly number[] = parts.map((_, index) => index),
) => {
  const id = await served.createUpload(key, caller);
  const etags = new Map<number, string>();
  await Promise.all(
    order.map(async (index) => {
      const body = bodyOf(parts[index] as Buffer);
      const { etag } = await served.uploadPart({ id, key, number: index + 1, body, caller });
      etags.set(index + 1, etag);
    }),
  );
  const list = [...etags].sort(([a], [b]) => a - b).map(([number, etag]) => ({ number, etag }));
  return served.completeUpload({ id, key, parts: list, onlyIfAbsent: false, caller });
};
const keysOf = async (store: ObjectStore) => {
  const keys: string[] = [];
  for await (const { key } of store.list("")) keys.push(key);
  return keys;
};
const recordsOf = (body: Buffer | null) =>
  (JSON.parse(String(body)) as { records: { layers: { layer?: number }[] }[] }).records.map(
    ({ layers }) => layers.length,
  );

describe("what goes in", () => {
  test("a blob is stored under its digest, and found again", async () => {
    const store = createMemoryStore();
    const { served, metrics } = serve(store);
    const body = blobOf(200_000);
    const key = await putBlob(served, body);
    expect(await served.head(key, caller)).toMatchObject({ size: body.length, etag: key.slice(-64) });
    expect(await getAll(served, key)).toEqual(body);
    expect(await getAll(served, key, { start: 100_000 })).toEqual(body.subarray(100_000));
    expect(await getAll(served, key, { start: 200_000 })).toEqual(Buffer.alloc(0));
    expect(metrics.read().get("app")).toMatchObject({ hits: 3, bytesToStore: 200_000, bytesFromStore: 300_000 });
    await served.close();
  });

  test.each([1_000, 20 * MiB])("one of %i bytes with another digest than its key names is refused", async (size) => {
    const store = createMemoryStore();
    const { served } = serve(store);
    const body = blobOf(size);
    const damaged = Buffer.from(body);
    damaged[size - 1] = (damaged[size - 1] ?? 0) ^ 1;
    for (const signed of [null, undefined]) {
      const put = served.put({ key: blobKey(body), body: bodyOf(damaged, signed), onlyIfAbsent: false, caller });
      await expect(put).rejects.toMatchObject({ code: "BadDigest" });
    }
    const put = served.put({
      key: "other",
      body: bodyOf(damaged, blobKey(body).slice(-64)),
      onlyIfAbsent: false,
      caller,
    });
    await expect(put).rejects.toMatchObject({ code: "XAmzContentSHA256Mismatch" });
    expect(await keysOf(store)).toEqual([]);
  });

  test.each([0, 16 * MiB])(
    "parts in any order are one blob, and what waits on the disk beside %i bytes in memory goes",
    async (mostKept) => {
      const store = createMemoryStore();
      const { served, spoolParent } = serve(store, { mostKept });
      const parts = [5, 5, 5, 5, 1].map((size) => blobOf(size * MiB));
      const body = Buffer.concat(parts);
      const stored = await upload(served, blobKey(body), parts, [4, 2, 1, 3, 0]);
      expect(stored).toMatchObject({ size: body.length, etag: blobKey(body).slice(-64) });
      expect((await getAll(served, blobKey(body)))?.equals(body)).toBe(true);
      for (const folder of readdirSync(spoolParent)) expect(readdirSync(`${spoolParent}/${folder}`)).toEqual([]);
    },
  );

  test("a part whose line breaks counts for nothing, and comes again", async () => {
    const store = createMemoryStore();
    const { served } = serve(store);
    const body = blobOf(6 * MiB);
    const key = blobKey(body);
    const parts = [body.subarray(0, 5 * MiB), body.subarray(5 * MiB)];
    const id = await served.createUpload(key, caller);
    const etags: { number: number; etag: string }[] = [];
    for (const [index, part] of parts.entries()) {
      const number = index + 1;
      const whole = bodyOf(part);
      async function* broken() {
        for await (const chunk of whole.bytes) {
          yield Buffer.alloc(chunk.length);
          throw new Error("the line broke");
        }
      }
      const failing = served.uploadPart({ id, key, number, body: { ...whole, bytes: broken() }, caller });
      await expect(failing).rejects.toThrow("broke");
      const { etag } = await served.uploadPart({ id, key, number, body: bodyOf(part), caller });
      etags.push({ number, etag });
    }
    await served.completeUpload({ id, key, parts: etags, onlyIfAbsent: false, caller });
    expect((await getAll(served, key))?.equals(body)).toBe(true);
  });

  test("parts that are together another blob are not stored", async () => {
    const store = createMemoryStore();
    const { served } = serve(store);
    const parts = [blobOf(5 * MiB), blobOf(10)];
    const wrong = blobKey(Buffer.from("another"));
    await expect(upload(served, wrong, parts)).rejects.toMatchObject({ code: "BadDigest" });
    expect(await keysOf(store)).toEqual([]);
  });

  test("a part that comes again is taken once; a different one is refused; completion can be asked for twice", async () => {
    const store = createMemoryStore();
    const { served } = serve(store);
    const body = blobOf(1_000);
    const key = blobKey(body);
    const id = await served.createUpload(key, caller);
    const [first, second] = await Promise.all(
      [1, 2].map(() => served.uploadPart({ id, key, number: 1, body: bodyOf(body), caller })),
    );
    expect(first).toEqual(second);
    const other = served.uploadPart({ id, key, number: 1, body: bodyOf(blobOf(1_000)), caller });
    await expect(other).rejects.toMatchObject({ code: "BadDigest" });
    const parts = [{ number: 1, etag: first?.etag ?? "" }];
    const completion = { id, key, parts, onlyIfAbsent: false, caller };
    await expect(served.completeUpload({ ...completion, parts: [] })).rejects.toMatchObject({ code: "InvalidPart" });
    expect(await served.completeUpload(completion)).toMatchObject({ size: 1_000 });
    expect(await served.completeUpload(completion)).toMatchObject({ size: 1_000 });
    await served.abortUpload({ id, key, caller });
    expect(await getAll(served, key)).toEqual(body);
  });

  test("an upload that is aborted, or of another key, is not known", async () => {
    const { served } = serve(createMemoryStore());
    const id = await served.createUpload("a", caller);
    const part = (key: string) => served.uploadPart({ id, key, number: 1, body: bodyOf(blobOf(1)), caller });
    await expect(part("b")).rejects.toMatchObject({ code: "NoSuchUpload" });
    await served.abortUpload({ id, key: "a", caller });
    await expect(part("a")).rejects.toMatchObject({ code: "NoSuchUpload" });
  });

  test("a manifest waits for the uploads that it names, and is refused where one fails", async () => {
    const store = createMemoryStore();
    const { served } = serve(slowStore(store, 20));
    const [whole, failing] = [blobOf(1_000), blobOf(2_000)];
    const order: string[] = [];
    const begin = async (body: Buffer, completes: boolean) => {
      const key = blobKey(body);
      const id = await served.createUpload(key, caller);
      const { etag } = await served.uploadPart({ id, key, number: 1, body: bodyOf(body), caller });
      return async () => {
        if (completes)
          await served.completeUpload({ id, key, parts: [{ number: 1, etag }], onlyIfAbsent: false, caller });
        else await served.abortUpload({ id, key, caller });
        order.push(key);
      };
    };
    const put = (key: string, blobs: readonly Buffer[]) =>
      served.put({ key, body: bodyOf(manifestOf(blobs)), onlyIfAbsent: false, caller }).then(() => order.push(key));
    const [finish, fail] = [await begin(whole, true), await begin(failing, false)];
    const puts = Promise.allSettled([put("manifests/good", [whole]), put("manifests/bad", [failing, whole])]);
    await fail();
    await finish();
    const [good, bad] = await puts;
    expect(good?.status).toBe("fulfilled");
    expect(bad).toMatchObject({ status: "rejected", reason: { code: "ServiceUnavailable" } });
    expect(order.indexOf("manifests/good")).toBeGreaterThan(order.indexOf(blobKey(whole)));
    expect(await keysOf(store)).toEqual([blobKey(whole), "manifests/good"].sort());
  });

  test("a failing store is a refusal that clients try again, and nothing stays", async () => {
    const { served } = serve(
      failingStore(createMemoryStore(), 0, {
        error: Object.assign(new Error("full"), { code: "ENOSPC", syscall: "write" }),
      }),
    );
    await expect(putBlob(served, blobOf(10))).rejects.toMatchObject({ code: "ServiceUnavailable", status: 503 });
    await expect(served.createUpload("x", caller)).rejects.toMatchObject({ code: "ServiceUnavailable" });
    await expect(served.head("x", caller)).rejects.toMatchObject({ code: "ServiceUnavailable" });
    await served.close();
  });

  test("a spool that is full is a refusal", async () => {
    const { served } = serve(createMemoryStore(), { spoolBytes: 10, mostKept: 0 });
    const key = blobKey(blobOf(10));
    const id = await served.createUpload(key, caller);
    const part = served.uploadPart({ id, key, number: 2, body: bodyOf(blobOf(100)), caller });
    await expect(part).rejects.toMatchObject({ code: "ServiceUnavailable" });
    await served.close();
  });

  test("the end of the relay aborts what is under way", async () => {
    const store = createMemoryStore();
    const { served } = serve(store);
    const key = blobKey(blobOf(10));
    const id = await served.createUpload(key, caller);
    await served.uploadPart({ id, key, number: 2, body: bodyOf(blobOf(100)), caller });
    await served.close();
    expect(await keysOf(store)).toEqual([]);
    await expect(served.uploadPart({ id, key, number: 1, body: bodyOf(blobOf(1)), caller })).rejects.toMatchObject({
      code: "NoSuchUpload",
    });
  });

  test("a key that no store takes is refused, and nothing is found under it", async () => {
    const { served } = serve(createMemoryStore());
    const put = served.put({ key: "a//b", body: bodyOf(blobOf(1)), onlyIfAbsent: false, caller });
    await expect(put).rejects.toMatchObject({ code: "InvalidArgument" });
    expect(await served.head("../x", caller)).toBeNull();
    expect(await served.get("../x", { range: null, caller })).toBeNull();
    expect(await served.touch("../x", caller)).toBeNull();
    await served.delete(["../x"], caller);
  });
});

describe("what comes out", () => {
  test("a manifest loses what is gone, cut short or too long, and its children", async () => {
    const store = createMemoryStore();
    const { served, metrics } = serve(store);
    const blobs = Array.from({ length: 6 }, (_, index) => blobOf(1_000 + index));
    for (const body of blobs) await store.put(blobKey(body), body);
    await store.put("manifests/app", manifestOf(blobs));
    expect(await getAll(served, "manifests/app")).toEqual(manifestOf(blobs));
    const [, , , , fifth, sixth] = blobs as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer];
    const fresh = () => serve(store).served;
    await store.put(blobKey(sixth), Buffer.concat([sixth, sixth]));
    expect(recordsOf(await getAll(fresh(), "manifests/app"))).toEqual([1, 1, 1, 1, 1, 0]);
    await store.put(blobKey(fifth), fifth.subarray(1));
    expect(recordsOf(await getAll(fresh(), "manifests/app"))).toEqual([1, 1, 1, 1, 0, 0]);
    await store.delete([blobKey(blobs[1] as Buffer)]);
    expect(recordsOf(await getAll(fresh(), "manifests/app"))).toEqual([1, 0, 0, 0, 0, 0]);
    expect(metrics.read().get("app")).toMatchObject({ droppedResults: 0 });
  });

  test("what is no manifest is a miss", async () => {
    const store = createMemoryStore();
    await store.put("manifests/app", Buffer.from('{"layers":[{"blob"'));
    const { served, metrics } = serve(store);
    expect(await getAll(served, "manifests/app")).toBeNull();
    expect(await getAll(served, "manifests/none")).toBeNull();
    expect(metrics.read().get("app")).toMatchObject({ hits: 0, misses: 2 });
  });

  test.each([1, 40_000, 300_000])("a corrupt blob of %i bytes never comes whole, and is then absent", async (size) => {
    const store = createMemoryStore();
    const body = blobOf(size);
    const key = blobKey(body);
    const damaged = Buffer.from(body);
    damaged[0] = (damaged[0] ?? 0) ^ 1;
    await store.put(key, damaged);
    await store.put("manifests/app", manifestOf([body]));
    const { served, metrics } = serve(store, { canMend: false });
    expect(recordsOf(await getAll(served, "manifests/app"))).toEqual([1]);
    const found = await served.get(key, { range: null, caller });
    let bytes = 0;
    const read = async () => {
      for await (const chunk of found?.body ?? []) bytes += chunk.length;
    };
    await expect(read()).rejects.toThrow("corrupt");
    expect(bytes).toBeLessThan(size);
    expect(await served.head(key, caller)).toBeNull();
    expect(await getAll(served, key)).toBeNull();
    expect(await served.touch(key, caller)).toBeNull();
    expect(recordsOf(await getAll(served, "manifests/app"))).toEqual([0]);
    expect(metrics.read().get("app")).toMatchObject({ corruptBlobs: 1, droppedResults: 1 });
    expect(await keysOf(store)).toContain(key);
    // The next export mends it.
    await putBlob(served, body);
    expect(await getAll(served, key)).toEqual(body);
  });

  test("a corrupt blob is deleted where the run may write, but not one that only the way has damaged", async () => {
    const store = createMemoryStore();
    const [corrupt, good] = [blobOf(1_000), blobOf(2_000)];
    await store.put(blobKey(corrupt), good.subarray(1_000));
    await store.put(blobKey(good), good);
    let damages = 1;
    const way = wrapStore(store);
    const { served } = serve({
      ...way,
      async read(key, options) {
        const content = await way.read(key, options);
        if (key !== blobKey(good) || content === null || damages-- <= 0) return content;
        async function* body() {
          yield Buffer.alloc(2_000);
        }
        return { ...content, body: body() };
      },
    });
    await expect(getAll(served, blobKey(corrupt))).rejects.toThrow("corrupt");
    await expect(getAll(served, blobKey(good))).rejects.toThrow("corrupt");
    await served.close();
    expect(await keysOf(store)).toEqual([blobKey(good)]);
  });

  test("what a build doubts of which it read a part is verified, and deleted where it is corrupt", async () => {
    const store = createMemoryStore();
    const [corrupt, good] = [blobOf(1_000), blobOf(2_000)];
    await store.put(blobKey(corrupt), good.subarray(1_000));
    await store.put(blobKey(good), good);
    const { served } = serve(store);
    await getAll(served, blobKey(corrupt), { start: 10 });
    await getAll(served, blobKey(good), { start: 10 });
    await served.doubt();
    await served.close();
    expect(await keysOf(store)).toEqual([blobKey(good)]);
  });

  test("a large blob of a slow bucket comes in ranges, each of the same version, and of another in one go", async () => {
    const store = createMemoryStore();
    const body = blobOf(1_000_000);
    await store.put(blobKey(body), body);
    const wrapped = wrapStore(store);
    const readsOf = async (options: ServeOptions) => {
      const before = wrapped.calls.length;
      expect((await getAll(serve(wrapped, options).served, blobKey(body)))?.equals(body)).toBe(true);
      return wrapped.calls.slice(before).filter((call) => call.startsWith("read")).length;
    };
    // The first has two of them, one until it is known and one beside the next.
    expect(await readsOf({ isSlow: true })).toBe(Math.ceil(body.length / 65_536) - 1);
    expect(await readsOf({ isSlow: false })).toBe(1);
    let reads = 0;
    const replaced = serve({
      ...wrapped,
      async read(key, options) {
        reads += 1;
        if (reads === 3) await store.put(key, blobOf(1_000_000));
        return wrapped.read(key, options);
      },
    });
    await expect(getAll(replaced.served, blobKey(body))).rejects.toThrow("replaced");
  });

  test("whoever stops reading stops the ranges", async () => {
    const store = createMemoryStore();
    const body = blobOf(3_000_000);
    await store.put(blobKey(body), body);
    const wrapped = slowStore(store, 5);
    const { served } = serve(wrapped);
    for (let round = 0; round < 3; round += 1) {
      const found = await served.get(blobKey(body), { range: null, caller });
      let chunks = 0;
      for await (const _ of found?.body ?? []) {
        chunks += 1;
        if (chunks === 3) break;
      }
      found?.close();
    }
    const after = wrapped.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(wrapped.calls.length).toBe(after);
    expect((await getAll(served, blobKey(body)))?.equals(body)).toBe(true);
  });

  test("other objects are plain: listed, ranged, touched, deleted", async () => {
    const store = createMemoryStore();
    const { served } = serve(store);
    for (const key of ["a/1", "a/2", "a/3"])
      await served.put({ key, body: bodyOf(Buffer.from(key)), onlyIfAbsent: false, caller });
    const again = served.put({ key: "a/1", body: bodyOf(Buffer.from("x")), onlyIfAbsent: true, caller });
    await expect(again).rejects.toMatchObject({ code: "PreconditionFailed" });
    const listed: string[] = [];
    for await (const { key, etag } of served.list("a/", { startAfter: "a/1", caller })) {
      listed.push(key);
      expect(etag).toBe((await served.head(key, caller))?.etag);
      expect(etag).toBe((await served.get(key, { range: null, caller }))?.etag);
    }
    expect(listed).toEqual(["a/2", "a/3"]);
    expect(String(await getAll(served, "a/1", { last: 1 }))).toBe("1");
    expect(await served.touch("a/1", caller)).toMatchObject({ size: 3 });
    expect(await served.touch("a/9", caller)).toBeNull();
    await served.delete(["a/1", "a/9"], caller);
    expect(await keysOf(store)).toEqual(["a/2", "a/3"]);
  });
});
