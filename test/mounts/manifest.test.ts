import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { defaultLimits, readManifest, readManifestHead, writeManifest } from "../../src/mounts/manifest.ts";
import { readName, writeName } from "../../src/mounts/names.ts";
import { snapshot } from "./arbitrary.ts";

test("a snapshot comes back", async () => {
  await fc.assert(
    fc.asyncProperty(snapshot, async (value) => {
      const { bytes } = await writeManifest(value);
      expect(await readManifest(bytes)).toEqual(value);
    }),
  );
});

test("the head of one is what all of it says", async () => {
  await fc.assert(
    fc.asyncProperty(snapshot, async (value) => {
      const { mount, scope, key, packs } = value;
      const { bytes } = await writeManifest(value);
      expect(await readManifestHead(bytes)).toEqual({ mount, scope, key, packs });
    }),
  );
});

test("names come back, and have one spelling", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const name = Buffer.from(bytes).toString("latin1");
      const written: unknown = JSON.parse(JSON.stringify(writeName(name)));
      expect(readName(written)).toBe(name);
    }),
  );
  expect(readName("\ud800")).toBeNull();
  expect(readName({ b64: Buffer.from("text").toString("base64") })).toBeNull();
  expect(readName({ b64: "/w" })).toBeNull();
  expect(readName({ b64: "/w==" })).toBe("\xff");
  expect(readName(1)).toBeNull();
});

const pack = ["ab".repeat(32), 100, 50, "zstd", 20_000];
const digest = Buffer.alloc(32).toString("base64");
const good = {
  v: 1,
  mount: "m",
  scope: "s",
  key: "k",
  parent: null,
  created: 1,
  writer: { version: "1" },
  root: [0o755, 0, 0],
  packs: [pack],
  blobs: [[0, 0, 60, digest]],
  entries: [
    ["a", "d", 0o755, 0, 0, 1],
    ["a/f", "f", 0o644, 0, 0, 1, 60, 0],
    ["a/h", "h", "a/f"],
    ["a/l", "l", 0, 0, 1, "../../etc"],
  ] as unknown[],
};
const params = { [constants.ZSTD_c_checksumFlag]: 1 };
const store = (document: unknown): Buffer => zstdCompressSync(JSON.stringify(document), { params });
const withEntry = (...entry: unknown[]) => ({ ...good, entries: [...good.entries, entry] });
const file = (path: unknown, ...more: unknown[]) => withEntry(path, "f", 0o644, 0, 0, 1, ...(more.length ? more : [0]));

describe("hostile manifests", () => {
  const filled = (unit: string, bytes: number) =>
    JSON.stringify({ ...good, x: [] }).replace(
      '"x":[]',
      `"x":[${unit.repeat(bytes / unit.length)}${unit.slice(0, -1)}]`,
    );
  test.each([
    ["lists", filled("[],", 60 * 2 ** 20)],
    ["numbers", filled("1,", 60 * 2 ** 20)],
    ["a text", filled(`"${"a".repeat(2 ** 20)}",`, 60 * 2 ** 20)],
    ["folders in folders", "[".repeat(2 ** 20)],
    ["values that fit by their bytes", filled("[],", 3 * 2 ** 20)],
  ])("a small one that unpacks to many %s is refused before it is parsed", async (_, json) => {
    const parse = vi.spyOn(JSON, "parse");
    const stored = zstdCompressSync(json, { params });
    expect(stored.length).toBeLessThan(100_000);
    await expect(readManifest(stored)).rejects.toMatchObject({ code: "BK5030" });
    await expect(readManifestHead(stored)).rejects.toMatchObject({ code: "BK5030" });
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
  });

  test("what a version says of itself is not repeated", async () => {
    const error: unknown = await readManifest(store({ ...good, v: "x".repeat(5000) })).catch(
      (thrown: unknown) => thrown,
    );
    expect((error as Error).message.length).toBeLessThan(200);
  });

  test("one of very even contents is good", async () => {
    const entries = Array.from({ length: 200_000 }, (_, index) => [
      `${"x".repeat(100)}${String(index).padStart(7, "0")}`,
      "f",
      0o644,
      0,
      0,
      1,
      0,
    ]);
    expect((await readManifest(store({ ...good, entries }))).entries).toHaveLength(200_000);
  });

  test("the one that they are made from is good", async () => {
    expect((await readManifest(store(good))).entries).toHaveLength(4);
    expect((await readManifest(store(file("b")))).entries).toHaveLength(5);
  });

  test.each<readonly [string, unknown]>([
    ["a newer format", { ...good, v: 2 }],
    ["no format", { ...good, v: undefined }],
    ["a list", [good]],
    ["an absolute path", file("/etc/passwd")],
    ["a path that goes up", file("b/../../x")],
    ["a path that is up", file("..")],
    ["a path that is here", file(".")],
    ["a path with an empty part", file("b//x")],
    ["a path that ends with a slash", withEntry("b/", "d", 0o755, 0, 0, 1)],
    ["an empty path", file("")],
    ["a path with a zero byte", file("b\0")],
    ["a path that is too long", file("b".repeat(5000))],
    ["a path that is no text", file(5)],
    ["bytes in place of text", file({ b64: "YQ==" })],
    ["bkcache's own file", { ...good, entries: [[".bkcache", "f", 0o644, 0, 0, 1, 0]] }],
    ["bkcache's own folder", { ...good, entries: [[".bkcache-wipe", "d", 0o644, 0, 0, 1]] }],
    ["a path twice", { ...good, entries: [good.entries[0], good.entries[0]] }],
    ["paths out of order", { ...good, entries: [["b", "d", 0o755, 0, 0, 1], good.entries[0]] }],
    ["a file in a link", file("a/l/x")],
    ["a file in a file", file("a/f/x")],
    ["a file in no folder", file("b/x")],
    ["setuid", withEntry("b", "f", 0o4755, 0, 0, 1, 0)],
    ["setgid", withEntry("b", "f", 0o2755, 0, 0, 1, 0)],
    ["a mode with more bits", withEntry("b", "f", 0o100644, 0, 0, 1, 0)],
    ["a mode beyond 32 bits", withEntry("b", "f", 2 ** 32, 0, 0, 1, 0)],
    ["a negative owner", withEntry("b", "f", 0o644, -1, 0, 1, 0)],
    ["an owner that is none", withEntry("b", "f", 0o644, 0xffff_ffff, 0, 1, 0)],
    ["a time that is none", withEntry("b", "f", 0o644, 0, 0, 1e300, 0)],
    ["a size without contents", file("b", 5)],
    ["a size that is not that of the contents", file("b", 61, 0)],
    ["contents that are not there", file("b", 60, 1)],
    ["contents by a strange index", file("b", 60, "length")],
    ["a device", withEntry("b", "c", 0o644, 0, 0, 1)],
    ["a hard link to nothing", withEntry("b", "h", "x")],
    ["a hard link out", withEntry("b", "h", "/etc/passwd")],
    ["a hard link to a folder", withEntry("b", "h", "a")],
    ["a hard link to itself", withEntry("b", "h", "b")],
    ["a link to nowhere", withEntry("b", "l", 0, 0, 1, "")],
    ["a link with a zero byte", withEntry("b", "l", 0, 0, 1, "x\0y")],
    ["a blob outside of its pack", { ...good, blobs: [[0, 50, 60, digest]] }],
    ["a blob before its pack", { ...good, blobs: [[0, -1, 60, digest]] }],
    ["a blob in no pack", { ...good, blobs: [[1, 0, 60, digest]] }],
    ["a blob without digest", { ...good, blobs: [[0, 0, 60, "x"]] }],
    ["an empty blob", { ...good, blobs: [[0, 0, 0, digest]] }],
    ["a pack that leads elsewhere", { ...good, packs: [["../../secret", 100, 50, "zstd", 1]] }],
    ["a pack twice", { ...good, packs: [pack, pack] }],
    ["a pack that is too large", { ...good, packs: [["ab".repeat(32), 2 ** 40, 50, "zstd", 1]] }],
    ["a pack that grew", { ...good, packs: [["ab".repeat(32), 100, 101, "zstd", 1]] }],
    ["a stored pack of another length", { ...good, packs: [["ab".repeat(32), 100, 50, "store", 1]] }],
    ["an unknown codec", { ...good, packs: [["ab".repeat(32), 100, 50, "gzip", 1]] }],
    ["no entries", { ...good, entries: undefined }],
    ["a writer that is none", { ...good, writer: "me" }],
    ["a root with setuid", { ...good, root: [0o4755, 0, 0] }],
  ])("%s", async (_, document) => {
    await expect(readManifest(store(document))).rejects.toMatchObject({ code: "BK5030" });
  });

  test("a prototype is no entry", async () => {
    const bytes = store("x");
    await expect(readManifest(bytes)).rejects.toMatchObject({ code: "BK5030" });
    await expect(readManifest(store({ ...good, packs: { __proto__: [pack] } }))).rejects.toMatchObject({
      code: "BK5030",
    });
  });

  test("one without a checksum", async () => {
    await expect(readManifest(zstdCompressSync(JSON.stringify(good)))).rejects.toMatchObject({ code: "BK5030" });
  });

  test("limits", async () => {
    const bytes = store(good);
    const length = zstdDecompressSync(bytes).length;
    for (const limits of [{ maxBytes: length - 1 }, { maxEntries: 3 }, { maxContentBytes: 59 }]) {
      await expect(readManifest(bytes, { ...defaultLimits, ...limits })).rejects.toMatchObject({ code: "BK5030" });
    }
    expect(await readManifest(bytes, { maxBytes: length, maxEntries: 4, maxContentBytes: 60 })).toBeDefined();
  });

  test("nothing is written that could not be read", async () => {
    const snapshot = await readManifest(store(good));
    const { bytes } = await writeManifest(snapshot);
    const length = zstdDecompressSync(bytes).length;
    for (const limits of [{ maxBytes: length - 1 }, { maxEntries: 3 }, { maxContentBytes: 59 }]) {
      await expect(writeManifest(snapshot, { ...defaultLimits, ...limits })).rejects.toMatchObject({ code: "BK5038" });
    }
    const most = { maxBytes: length, maxEntries: 4, maxContentBytes: 60 };
    expect((await writeManifest(snapshot, most)).bytes).toEqual(bytes);
  });

  test("random damage is refused, unless it decodes to the same", async () => {
    const snapshot = await readManifest(store(good));
    const { bytes } = await writeManifest(snapshot);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        // Some bits of a frame mean nothing.
        const read = await readManifest(damaged).catch((error: unknown) => error);
        if (read instanceof Error) expect(read).toMatchObject({ code: "BK5030" });
        else expect(read).toEqual(snapshot);
        await expect(readManifest(bytes.subarray(0, at))).rejects.toMatchObject({ code: "BK5030" });
      }),
    );
  });
});
