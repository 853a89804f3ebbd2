import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import type { TargetInputs } from "../../src/inputs/model.ts";
import { recordKey } from "../../src/inputs/keys.ts";
import { readFiles, readRecord, recordBytes, writeRecord } from "../../src/inputs/record.ts";
import { compress } from "../../src/mounts/zstd.ts";

const digest = "0123456789abcdef".repeat(4);
const files = [{ path: "a/b", mode: 0o644, kind: "file", id: "f".repeat(40) }] as const;
const inputs: TargetInputs = {
  fingerprint: digest,
  lastStage: "x",
  settings: [{ name: "target", value: "x", digest }],
  instructions: [{ digest, line: 3, text: "RUN x" }],
  contexts: [
    { name: "", digest, files: { changedAt: 0, digest, list: () => files } },
    { name: "image", digest, files: null },
  ],
  linked: [{ target: "base", fingerprint: digest }],
  images: [{ name: "alpine", ref: digest, resolved: "alpine" }],
  unknown: [],
};
const image = `sha256:${digest}`;
const facts = {
  name: "p.t.main",
  created: 5,
  mode: "min",
  platforms: ["linux/amd64"],
  images: { alpine: image },
  writer: { version: "1.2.3", commit: "abc", run: "https://ci.example/1" },
} as const;

test("what is written is read again", async () => {
  const bytes = (await writeRecord(inputs, facts)) as Buffer;
  expect(await readRecord(bytes, facts.name)).toEqual({
    name: facts.name,
    created: 5,
    fingerprint: digest,
    mode: "min",
    platforms: ["linux/amd64"],
    settings: [{ name: "target", value: "x", digest: digest.slice(0, 20) }],
    instructions: [{ digest: digest.slice(0, 20), line: 3, text: "RUN x" }],
    contexts: [
      { name: "", digest: digest.slice(0, 20) },
      { name: "image", digest: digest.slice(0, 20) },
    ],
    linked: [{ target: "base", fingerprint: digest.slice(0, 20) }],
    images: [{ name: "alpine", ref: digest.slice(0, 20), digest: image }],
    unknown: [],
    writer: { version: "1.2.3", commit: "abc", run: "https://ci.example/1" },
  });
  expect(await readFiles(bytes)).toEqual({ "": files });
  expect(recordKey(facts.name)).toBe("v1/t/p.t.main");
});

test("its beginning is enough, however many files there are", async () => {
  const many = Array.from({ length: 20_000 }, (_, index) => ({
    ...files[0],
    path: `p${index}`,
    id: randomBytes(20).toString("hex"),
  }));
  const bytes = (await writeRecord(
    { ...inputs, contexts: [{ name: "", digest, files: { changedAt: 0, digest, list: () => many } }] },
    facts,
  )) as Buffer;
  expect(bytes.length).toBeGreaterThan(recordBytes);
  expect((await readRecord(bytes.subarray(0, recordBytes), facts.name))?.fingerprint).toBe(digest);
  expect((await readFiles(bytes))?.[""]?.length).toBe(20_000);
});

test("what is no record of the cache is none", async () => {
  const bytes = (await writeRecord(inputs, facts)) as Buffer;
  const frame = (value: unknown) => compress(Buffer.from(JSON.stringify(value)), { hasChecksum: true });
  const whole = { v: 1, name: "n", created: 1, fingerprint: digest };
  expect(await readRecord(bytes, "p.t.other")).toBeNull();
  expect(await readRecord(bytes.subarray(0, 40), facts.name)).toBeNull();
  expect(await readRecord(Buffer.from("{}"), "n")).toBeNull();
  expect(await readRecord(randomBytes(1000), "n")).toBeNull();
  for (const wrong of [{ v: 2 }, { created: -1 }, { created: "1" }, { fingerprint: "x" }, { fingerprint: null }]) {
    expect(await readRecord(await frame({ ...whole, ...wrong }), "n")).toBeNull();
  }
  expect(await readRecord(await frame([]), "n")).toBeNull();
  expect(await readRecord(await frame({ ...whole, more: "x".repeat(2 ** 20) }), "n")).toBeNull();
  expect(await readRecord(await frame({ ...whole, more: Array.from({ length: 200_000 }, () => []) }), "n")).toBeNull();
});

test("of odd values the record has something harmless", async () => {
  const odd = {
    v: 1,
    name: "n",
    created: 1,
    fingerprint: digest,
    platforms: [1, "x"],
    settings: [null, [1, {}, []], ["x".repeat(5000), 1, 2]],
    instructions: [["d", -1, 7]],
    images: [["a", "b", "sha256:x"]],
    linked: {},
  };
  const found = await readRecord(await compress(Buffer.from(JSON.stringify(odd)), { hasChecksum: true }), "n");
  expect(found).toMatchObject({
    mode: "max",
    platforms: ["", "x"],
    instructions: [{ digest: "d", line: 1, text: "" }],
    images: [{ name: "a", ref: "b", digest: null }],
    linked: [],
  });
  expect(found?.settings.map(({ name }) => name.length)).toEqual([0, 0, 1024]);
});

test("files that are none are left out, and damage makes none of them", async () => {
  const bytes = (await writeRecord(inputs, facts)) as Buffer;
  const frames = await Promise.all(
    [{}, [["", [["a", 1, "file", "x"], ["b", 1, "pipe", "x"], ["c", "1", "file", "x"], 5]]]].map((value) =>
      compress(Buffer.from(JSON.stringify(value)), { hasChecksum: true }),
    ),
  );
  expect(await readFiles(Buffer.concat(frames))).toEqual({ "": [{ path: "a", mode: 1, kind: "file", id: "x" }] });
  expect(await readFiles(bytes.subarray(0, -3))).toBeNull();
  expect(await readFiles(frames[0] as Buffer)).toBeNull();
  const odd = Buffer.from(bytes);
  odd[odd.length - 1] = 255 - (odd.at(-1) ?? 0);
  expect(await readFiles(odd)).toBeNull();
});
