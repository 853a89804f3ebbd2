import { spawn } from "node:child_process";
import { existsSync, globSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openTier, type Tier } from "../../src/relay/tier.ts";
import { createChunks, giveBack } from "../../src/store/chunks.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { sha256 } from "../contract/bytes.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { failingStore, slowStore, wrapStore } from "../support/wrapped-store.ts";
import { blobKey, blobOf, bodyOf, caller, getAll, manifestOf, putBlob, serve } from "./serve.ts";

const open = (maxSize = 2 ** 30) => {
  const path = makeTempDir("tier");
  return { path, tier: openTier({ path, maxSize }) };
};
const keep = async (tier: Tier, body: Buffer) => {
  const file = await tier.write(sha256(body), body.length);
  await file?.write(body);
  await file?.commit();
};
const readAll = async (tier: Tier, hex: string) => {
  const found = await tier.read(hex);
  if (found === null) return null;
  const chunks: Buffer[] = [];
  for await (const chunk of found.body) chunks.push(chunk);
  return Buffer.concat(chunks);
};

describe("the folder", () => {
  test("a blob is there once it is committed, and leaves nothing where it is not", async () => {
    const { path, tier } = open();
    const body = blobOf(3_000_000);
    const file = await tier.write(sha256(body));
    await file?.write(body.subarray(0, 10));
    expect(await tier.sizeOf(sha256(body))).toBeNull();
    await file?.write(body.subarray(10));
    await file?.commit();
    expect(await tier.sizeOf(sha256(body))).toBe(body.length);
    expect((await readAll(tier, sha256(body)))?.equals(body)).toBe(true);
    const failed = await tier.write("0".repeat(64));
    await failed?.write(body);
    await failed?.abort();
    expect(readdirSync(join(path, "v1/unfinished"))).toEqual([]);
    await tier.drop(sha256(body));
    await tier.drop(sha256(body));
    expect(await readAll(tier, sha256(body))).toBeNull();
  });

  test("the least recently used goes first, and what is too large is never kept", async () => {
    const { path, tier } = open(1_000_000);
    const bodies = Array.from({ length: 4 }, () => blobOf(240_000));
    for (const [index, body] of bodies.entries()) {
      await keep(tier, body);
      const [file = ""] = globSync(join(path, "v1/blobs/*", sha256(body)));
      utimesSync(file, 1_000 + index, 1_000 + index);
    }
    expect(await readAll(tier, sha256(bodies[0] as Buffer))).not.toBeNull();
    await keep(openTier({ path, maxSize: 1_000_000 }), blobOf(240_000));
    const left = await Promise.all(bodies.map((body) => tier.sizeOf(sha256(body))));
    expect(left.map((size) => size !== null)).toEqual([true, false, false, true]);
    expect(await tier.write("1".repeat(64), 1_000_001)).toBeNull();
    const growing = await tier.write("1".repeat(64));
    await expect(growing?.write(blobOf(1_000_001))).rejects.toThrow("larger than the tier");
    await growing?.abort();
  });

  test("a folder that cannot be made, or is a file, is as good as none", async () => {
    const path = join(makeTempDir("tier"), "file");
    writeFileSync(path, "");
    const tier = openTier({ path, maxSize: 1_000 });
    expect(await tier.write("1".repeat(64), 1)).toBeNull();
    expect(await tier.read("1".repeat(64))).toBeNull();
    expect(await tier.sizeOf("1".repeat(64))).toBeNull();
    await tier.keepManifest("x", Buffer.from("x"));
    expect(await tier.readManifest("x")).toBeNull();
  });

  test("what a killed writer left is never read, and goes when it is old", async () => {
    const { path, tier } = open();
    const script = `
      import { openTier } from ${JSON.stringify(join(import.meta.dirname, "../../src/relay/tier.ts"))};
      const file = await openTier({ path: ${JSON.stringify(path)}, maxSize: 1e9 }).write("a".repeat(64));
      await file.write(Buffer.alloc(3_000_000));
      process.kill(process.pid, "SIGKILL");`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" });
    await new Promise((resolve) => child.once("exit", resolve));
    const unfinished = join(path, "v1/unfinished");
    expect(readdirSync(unfinished)).toHaveLength(1);
    expect(await tier.read("a".repeat(64))).toBeNull();
    await keep(tier, blobOf(10));
    expect(readdirSync(unfinished)).toHaveLength(1);
    utimesSync(join(unfinished, readdirSync(unfinished)[0] ?? ""), 1_000, 1_000);
    await keep(openTier({ path, maxSize: 10_000 }), blobOf(10));
    expect(readdirSync(unfinished)).toEqual([]);
  });

  test("eight writers of the same blob, in processes of their own: all read it whole", async () => {
    const { path, tier } = open();
    const body = Buffer.alloc(2_000_000, 7);
    const script = `
      import { openTier } from ${JSON.stringify(join(import.meta.dirname, "../../src/relay/tier.ts"))};
      const body = Buffer.alloc(2_000_000, 7);
      const tier = openTier({ path: ${JSON.stringify(path)}, maxSize: 1e9 });
      const file = await tier.write(${JSON.stringify(sha256(body))}, body.length);
      for (let at = 0; at < body.length; at += 100_000) await file.write(body.subarray(at, at + 100_000));
      await file.commit();
      if (await tier.sizeOf(${JSON.stringify(sha256(body))}) !== body.length) process.exit(1);`;
    const codes = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" });
        return new Promise((resolve) => child.once("exit", resolve));
      }),
    );
    expect(codes).toEqual(Array(8).fill(0));
    expect((await readAll(tier, sha256(body)))?.equals(body)).toBe(true);
    expect(existsSync(join(path, "v1/unfinished"))).toBe(true);
    expect(readdirSync(join(path, "v1/unfinished"))).toEqual([]);
  });
});

describe("served before the bucket", () => {
  test("reads fill it, and are served from it the next time", async () => {
    const store = createMemoryStore();
    const body = blobOf(300_000);
    await store.put(blobKey(body), body);
    const { tier } = open();
    const first = serve(store, { tier });
    expect((await getAll(first.served, blobKey(body)))?.equals(body)).toBe(true);
    await first.served.close();
    const wrapped = wrapStore(store);
    const second = serve(wrapped, { tier });
    expect((await getAll(second.served, blobKey(body)))?.equals(body)).toBe(true);
    expect(await getAll(second.served, blobKey(body), { start: 299_990 })).toEqual(body.subarray(299_990));
    expect(wrapped.calls).toEqual([]);
    expect(second.metrics.read().get("app")).toMatchObject({ bytesFromTier: 300_010, bytesFromStore: 0 });
  });

  test("writes go to both, in one piece and in parts", async () => {
    const store = createMemoryStore();
    const { tier } = open();
    const { served } = serve(store, { tier });
    const small = blobOf(1_000);
    await putBlob(served, small);
    const parts = [blobOf(5 * 2 ** 20), blobOf(100_000)];
    const large = Buffer.concat(parts);
    const key = blobKey(large);
    const id = await served.createUpload(key, caller);
    const etags = await Promise.all(
      [2, 1].map(async (number) => {
        const body = bodyOf(parts[number - 1] as Buffer);
        const { etag } = await served.uploadPart({ id, key, number, body, caller });
        return { number, etag };
      }),
    );
    await served.completeUpload({ id, key, parts: etags.toReversed(), onlyIfAbsent: false, caller });
    await served.close();
    expect((await readAll(tier, sha256(small)))?.equals(small)).toBe(true);
    expect((await readAll(tier, sha256(large)))?.equals(large)).toBe(true);
    expect((await store.get(key))?.equals(large)).toBe(true);
  });

  test("HEAD speaks of the bucket, and a manifest needs no question for what is in the tier", async () => {
    const store = createMemoryStore();
    const { tier } = open();
    const blobs = [blobOf(1_000), blobOf(2_000)] as const;
    await keep(tier, blobs[0]);
    await store.put(blobKey(blobs[1]), blobs[1]);
    await store.put("manifests/app", manifestOf(blobs));
    const wrapped = wrapStore(store);
    const { served } = serve(wrapped, { tier });
    expect(await served.head(blobKey(blobs[0]), caller)).toBeNull();
    expect(await getAll(served, "manifests/app")).toEqual(manifestOf(blobs));
    expect(wrapped.calls.filter((call) => call.startsWith("stat"))).toEqual([
      `stat ${blobKey(blobs[0])}`,
      `stat ${blobKey(blobs[1])}`,
    ]);
  });

  test("a manifest waits for no disk, and is kept once the relay is closed", async () => {
    const store = createMemoryStore();
    const manifest = manifestOf([]);
    await store.put("manifests/app", manifest);
    const { tier } = open();
    let go = (): void => {};
    const held = new Promise<void>((resolve) => (go = resolve));
    let isKept = false;
    const slow: Tier = {
      ...tier,
      async keepManifest(name, bytes) {
        await held;
        await tier.keepManifest(name, bytes);
        isKept = true;
      },
    };
    const { served } = serve(store, { tier: slow });
    expect(await getAll(served, "manifests/app")).toEqual(manifest);
    expect(isKept).toBe(false);
    go();
    await served.close();
    expect(isKept).toBe(true);
  });

  test("without the bucket there is what this machine has had", async () => {
    const store = createMemoryStore();
    const { tier } = open();
    const blobs = [blobOf(1_000), blobOf(2_000)] as const;
    for (const body of blobs) await store.put(blobKey(body), body);
    await store.put("manifests/app", manifestOf(blobs));
    const online = serve(store, { tier });
    await getAll(online.served, "manifests/app");
    await getAll(online.served, blobKey(blobs[0]));
    await online.served.close();
    const wrapped = failingStore(store, 0);
    const offline = serve(wrapped, { tier });
    const manifest = JSON.parse(String(await getAll(offline.served, "manifests/app"))) as { records: unknown };
    expect(manifest.records).toEqual([
      { digest: "sha256:0", layers: [{}] },
      { digest: "sha256:1", layers: [] },
    ]);
    expect(wrapped.calls).toEqual(["read manifests/app"]);
    expect(await getAll(offline.served, blobKey(blobs[0]))).toEqual(blobs[0]);
    await expect(getAll(offline.served, "manifests/other")).rejects.toThrow("gone");
  });

  test("a blob that rotted on the disk goes, and comes from the bucket again", async () => {
    const store = createMemoryStore();
    const { path, tier } = open();
    const body = blobOf(600_000);
    await store.put(blobKey(body), body);
    await keep(tier, body);
    const [file = ""] = globSync(join(path, "v1/blobs/*/*"));
    writeFileSync(file, Buffer.alloc(600_000));
    const { served } = serve(store, { tier });
    await expect(getAll(served, blobKey(body))).rejects.toThrow("corrupt");
    await served.close();
    expect((await getAll(served, blobKey(body)))?.equals(body)).toBe(true);
  });

  test("a blob is verified once, until its file changes, is read again, or a build has failed over it", async () => {
    const store = createMemoryStore();
    const { path, tier } = open();
    const body = blobOf(2_500_000);
    await store.put(blobKey(body), body);
    await keep(tier, body);
    const [file = ""] = globSync(join(path, "v1/blobs/*/*"));
    const isVerified = async () => {
      const found = await tier.read(sha256(body));
      found?.close();
      return found?.isVerified;
    };
    expect(await isVerified()).toBe(true);
    // As a disk that loses bytes without a word.
    const { atime, mtime } = statSync(file);
    writeFileSync(file, Buffer.alloc(body.length));
    expect(await isVerified()).toBe(false);
    utimesSync(file, atime, mtime);
    const first = serve(store, { tier });
    expect((await getAll(first.served, blobKey(body)))?.equals(Buffer.alloc(body.length))).toBe(true);
    await first.served.doubt();
    await first.served.close();
    expect(await isVerified()).toBe(false);
    utimesSync(file, atime, mtime);
    const second = serve(store, { tier });
    await getAll(second.served, blobKey(body));
    await expect(getAll(second.served, blobKey(body))).rejects.toThrow("corrupt");
    await second.served.close();
    expect((await getAll(second.served, blobKey(body)))?.equals(body)).toBe(true);
  });

  test("what was verified as it was read is noted as such", async () => {
    const { path, tier } = open();
    const body = blobOf(300_000);
    await keep(tier, body);
    const [file = ""] = globSync(join(path, "v1/blobs/*/*"));
    utimesSync(file, 1_000, 1_000);
    const { served } = serve(createMemoryStore(), { tier });
    expect((await getAll(served, blobKey(body)))?.equals(body)).toBe(true);
    await served.close();
    const found = await tier.read(sha256(body));
    found?.close();
    expect(found?.isVerified).toBe(true);
  });

  test("of many who ask for the same blob one reads it from the bucket, also where the first one leaves", async () => {
    const store = createMemoryStore();
    const { tier } = open();
    const body = blobOf(400_000);
    await store.put(blobKey(body), body);
    const wrapped = slowStore(store, 10);
    const { served } = serve(wrapped, { tier, rangeBytes: 2 ** 30 });
    const leaving = new AbortController();
    const first = await served.get(blobKey(body), { range: null, caller: { ...caller, signal: leaving.signal } });
    const others = Array.from({ length: 5 }, () => getAll(served, blobKey(body)));
    await new Promise((resolve) => setTimeout(resolve, 20));
    leaving.abort(new Error("gone"));
    first?.close();
    for (const other of await Promise.all(others)) expect(other?.equals(body)).toBe(true);
    expect(wrapped.calls.filter((call) => call.startsWith("read"))).toHaveLength(2);
    await served.close();
  });

  test("what is sent from memory that is filled again at once is kept all the same", async () => {
    const store = createMemoryStore();
    const body = blobOf(2_500_000);
    await store.put(blobKey(body), body);
    const memory = createChunks(body.length);
    async function* copied(chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        const copy = memory.take();
        yield copy.subarray(0, chunk.copy(copy));
      }
    }
    const read: ObjectStore["read"] = async (key, options) => {
      const content = await store.read(key, options);
      return content && { ...content, body: copied(content.body) };
    };
    const { tier } = open();
    const { served } = serve({ ...store, read }, { tier });
    const found = await served.get(blobKey(body), { range: null, caller });
    for await (const chunk of found?.body ?? []) {
      giveBack(chunk);
      memory.take().fill(0);
    }
    await served.close();
    expect((await readAll(tier, sha256(body)))?.equals(body)).toBe(true);
  });

  test("a disk that is full costs the tier, not the read", async () => {
    const store = createMemoryStore();
    const body = blobOf(300_000);
    await store.put(blobKey(body), body);
    const { path, tier } = open();
    const full: Tier = {
      ...tier,
      write: async () => ({
        write: () => Promise.reject(Object.assign(new Error("full"), { code: "ENOSPC" })),
        commit: () => Promise.reject(new Error("full")),
        abort: async () => {},
      }),
    };
    mkdirSync(join(path, "v1"), { recursive: true });
    const { served } = serve(store, { tier: full });
    expect((await getAll(served, blobKey(body)))?.equals(body)).toBe(true);
    await putBlob(served, blobOf(10));
    await served.close();
  });
});
