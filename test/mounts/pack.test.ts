import { hash, randomBytes } from "node:crypto";
import { zstdCompressSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openPack, packBytes, sealPack } from "../../src/mounts/pack.ts";
import { decompress, readFrame } from "../../src/mounts/zstd.ts";

const zeros = Buffer.alloc(1 << 20);

test.each([
  ["text", Buffer.from("hello ".repeat(1000)), "zstd"],
  ["one byte", Buffer.from("x"), "store"],
  ["noise", randomBytes(100_000), "store"],
  ["full of zeros", Buffer.alloc(packBytes), "zstd"],
  ["full of noise", randomBytes(packBytes), "store"],
])("%s comes back", async (_, raw, codec) => {
  const { bytes, ...pack } = await sealPack(raw);
  expect(pack).toMatchObject({ rawBytes: raw.length, storedBytes: bytes.length, codec });
  expect(pack.id).toBe(hash("sha256", bytes, "hex"));
  expect(raw.equals(await openPack({ ...pack, day: 0 }, bytes))).toBe(true);
});

test("equal contents make equal packs", async () => {
  const raw = Buffer.from(Array.from({ length: 50_000 }, (_, index) => index % 251));
  expect((await sealPack(raw)).id).toBe((await sealPack(Buffer.from(raw))).id);
});

test("whatever happens to a pack, it is refused", async () => {
  const raw = Buffer.from(Array.from({ length: 20_000 }, (_, index) => (index * index) % 256));
  const { bytes, ...sealed } = await sealPack(raw);
  const pack = { ...sealed, day: 0 };
  await expect(openPack(pack, null)).rejects.toMatchObject({ code: "BK5031" });
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ flip;
      for (const damaged of [flipped, bytes.subarray(0, at), Buffer.concat([bytes, bytes.subarray(0, at + 1)])]) {
        await expect(openPack(pack, damaged)).rejects.toMatchObject({ code: "BK5031" });
      }
    }),
    { numRuns: 50 },
  );
});

// The digest of a hostile pack fits: only its frames are wrong.
test.each<readonly [string, Buffer, number]>([
  ["two frames", Buffer.concat([zstdCompressSync(zeros), zstdCompressSync(zeros)]), zeros.length],
  ["bytes after the frame", Buffer.concat([zstdCompressSync(zeros), Buffer.from("x")]), zeros.length],
  ["more than it says", zstdCompressSync(zeros), zeros.length - 1],
  ["less than it says", zstdCompressSync(zeros), zeros.length + 1],
  ["half a frame", zstdCompressSync(randomBytes(300_000)).subarray(0, 200_000), 300_000],
  ["no frame", Buffer.from("not zstd at all"), 100],
  ["nothing", Buffer.alloc(0), 100],
])("a pack with %s is refused", async (_, bytes, rawBytes) => {
  const id = hash("sha256", bytes, "hex");
  const pack = { id, rawBytes, storedBytes: bytes.length, codec: "zstd", day: 0 } as const;
  await expect(openPack(pack, bytes)).rejects.toMatchObject({ code: "BK5031" });
});

test("the length of a frame is known without decoding it", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 5000 }),
        fc.nat(400_000).map((n) => new Uint8Array(n)),
      ),
      (raw) => {
        const frame = zstdCompressSync(raw);
        expect(readFrame(Buffer.concat([frame, Buffer.from("rest")]))?.length).toBe(frame.length);
      },
    ),
  );
});

test("a bomb is not unpacked", async () => {
  const bomb = zstdCompressSync(Buffer.alloc(64 << 20));
  expect(await decompress(bomb, 1 << 20)).toBeNull();
  // One whose frame does not say its length.
  const unsized = Buffer.concat([bomb.subarray(0, 4), Buffer.from([0, 0x70]), bomb.subarray(bodyOf(bomb))]);
  expect(readFrame(unsized)).toMatchObject({ contentBytes: null, length: unsized.length });
  expect(await decompress(unsized, 1 << 20)).toBeNull();
  expect((await decompress(unsized, 64 << 20))?.length).toBe(64 << 20);
});

/** Where the first block of a frame begins. */
function bodyOf(frame: Buffer): number {
  const descriptor = frame.readUInt8(4);
  return 5 + (descriptor & 0x20 ? 0 : 1) + ([descriptor & 0x20 ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0);
}
