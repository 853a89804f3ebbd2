import { describe, expect, test } from "vitest";
import { chooseKeptPacks } from "../../src/mounts/compact.ts";
import { compose } from "../../src/mounts/compose.ts";
import type { Content } from "../../src/mounts/contents.ts";
import type { Listed } from "../../src/mounts/list.ts";
import { compareNames } from "../../src/mounts/names.ts";
import { blobBytes, type Pack } from "../../src/mounts/pack.ts";
import { createPackBuilder } from "../../src/mounts/pack-builder.ts";
import { planRead } from "../../src/mounts/plan-read.ts";
import type { Snapshot } from "../../src/mounts/snapshot.ts";

/** A file of a mount that is played: what is in it is known by a number. */
interface Played {
  readonly content: number;
  readonly size: number;
  readonly ctime: number;
}

/** A generator of numbers below 1 that begins anew in every run. */
function createRandom(): () => number {
  let state = 12_345;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

function bytesOf({ content, size }: Played): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 12 <= size; at += 4096) {
    bytes.writeUInt32LE(content, at);
    bytes.writeUInt32LE(at, at + 4);
  }
  if (size < 12) bytes.fill(content & 255);
  return bytes;
}

/** What a save does but for the mount and the store. */
function saveOnce(files: ReadonlyMap<string, Played>, parent: Snapshot | null, time: number) {
  const listed = (path: string, file: Played): Listed => ({
    path,
    kind: "file",
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: file.size,
    mtime: 1,
    ctime: file.ctime,
    inode: path,
    links: 1,
  });
  const entries = [...files].map(([path, file]) => listed(path, file)).sort((a, b) => compareNames(a.path, b.path));
  const plan = planRead(entries, parent, { stampTime: time, kept: [] });
  const newPacks: Pack[] = [];
  const builder = createPackBuilder({
    known: plan.knownBlobs,
    onPack(pack, raw) {
      newPacks[pack] = { id: `${time}-${pack}`, rawBytes: raw.length, storedBytes: raw.length, codec: "store", day: 0 };
    },
  });
  const read = new Map<string, Content>();
  for (const entry of plan.toRead) {
    builder.begin(entry.size);
    builder.write(bytesOf(files.get(entry.path) as Played));
    read.set(entry.path, { listed: entry, blobs: builder.end(), target: "" });
  }
  builder.finish();
  const parts = compose({
    kept: [],
    entries,
    diff: plan.diff,
    parent,
    known: plan.diff.known,
    read,
    newBlobs: builder.blobs,
    newPacks,
  });
  const snapshot: Snapshot = {
    mount: "m",
    scope: "s",
    key: String(time),
    parent: null,
    created: time,
    writer: { version: "1" },
    root: { mode: 0o755, uid: 0, gid: 0 },
    ...parts,
  };
  return { snapshot, uploaded: newPacks.reduce((sum, pack) => sum + pack.rawBytes, 0) };
}

/** Raw bytes of the packs by raw bytes that a restore needs of them. */
function fetchedByNeeded({ packs, blobs }: Snapshot): number {
  const fetched = packs.reduce((sum, pack) => sum + pack.rawBytes, 0);
  return fetched / blobs.reduce((sum, blob) => sum + blob.length, 0);
}

describe("sixty saves", () => {
  test.each<readonly [string, (random: () => number) => number, number, number, number]>([
    ["small files, a tenth replaced each time", (random) => 1000 + Math.floor(random() * 20_000), 3000, 0.1, 4],
    ["few changes", (random) => 1000 + Math.floor(random() * 60_000), 1500, 0.01, 8],
    ["middling files, a twentieth", (random) => Math.floor(20_000 + random() ** 6 * 3_000_000), 300, 0.05, 4],
    ["large files, cut into parts", (random) => Math.floor(random() * 3 * blobBytes), 12, 0.1, 4],
  ])(
    "%s: a restore fetches less than 1.35 times what it needs",
    { timeout: 60_000 },
    (_, sizeOf, count, churn, most) => {
      const random = createRandom();
      const files = new Map<string, Played>();
      let content = 0;
      const add = (ctime: number): void => {
        content++;
        files.set(`f${content}`, { content, size: sizeOf(random), ctime });
      };
      while (files.size < count) add(0);
      let last = saveOnce(files, null, 1);
      const whole = last.uploaded;
      let uploaded = 0;
      for (let time = 2; time <= 61; time++) {
        let changed = 0;
        for (const path of Array.from(files.keys())) {
          if (random() >= churn) continue;
          const before = files.get(path);
          files.delete(path);
          changed += before?.size ?? 0;
          add(time);
        }
        last = saveOnce(files, last.snapshot, time);
        uploaded += last.uploaded;
        expect(fetchedByNeeded(last.snapshot), `save ${time}`).toBeLessThan(1.35);
        expect(last.snapshot.entries).toHaveLength(count);
        // Small packs do not pile up.
        expect(last.snapshot.packs.length, `save ${time}`).toBeLessThan(12 + (3 * whole) / (8 * 2 ** 20) + count / 100);
      }
      // What is packed anew for that is a few times what changed, and far from everything.
      expect(uploaded / (60 * churn * whole)).toBeLessThan(most);
    },
  );
});

describe("which packs stay", () => {
  const MiB = 2 ** 20;
  const snapshotOf = (packs: readonly number[], live: readonly number[], hasParts = false): Snapshot => ({
    mount: "m",
    scope: "s",
    key: "k",
    parent: null,
    created: 0,
    writer: { version: "1" },
    root: { mode: 0o755, uid: 0, gid: 0 },
    packs: packs.map((rawBytes, index) => ({
      id: String(index),
      rawBytes,
      storedBytes: rawBytes,
      codec: "store",
      day: 0,
    })),
    blobs: live.map((length, pack) => ({ pack, offset: 0, length, digest: String(pack) })),
    entries: hasParts
      ? [{ kind: "file", path: "f", mode: 0, uid: 0, gid: 0, mtime: 0, size: 0, blobs: [...packs.keys()] }]
      : [],
  });
  const kept = (snapshot: Snapshot): number[] =>
    [...chooseKeptPacks(snapshot, snapshot.blobs.keys())].sort((a, b) => a - b);

  test.each<readonly [string, Snapshot, readonly number[]]>([
    ["whole ones", snapshotOf([8 * MiB, 8 * MiB], [8 * MiB, 8 * MiB]), [0, 1]],
    ["not one that is mostly dead", snapshotOf([8 * MiB, 8 * MiB], [8 * MiB, 3 * MiB]), [0]],
    ["not the worst, where all are half dead", snapshotOf([8 * MiB, 8 * MiB], [5 * MiB, 5 * MiB]), []],
    ["a few small ones", snapshotOf(Array(8).fill(MiB), Array(8).fill(MiB)), [0, 1, 2, 3, 4, 5, 6, 7]],
    ["not many small ones", snapshotOf(Array(9).fill(MiB), Array(9).fill(MiB)), []],
    [
      "many small ones that are parts of large files",
      snapshotOf(Array(9).fill(MiB), Array(9).fill(MiB), true),
      [0, 1, 2, 3, 4, 5, 6, 7, 8],
    ],
  ])("%s", (_, snapshot, expected) => {
    expect(kept(snapshot)).toEqual(expected);
  });
});
