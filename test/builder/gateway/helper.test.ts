import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Buildx } from "../../../src/builder/buildx.ts";
import { findHelper } from "../../../src/builder/gateway/helper.ts";
import { createHost } from "../../../src/host/node-host.ts";
import { makeTempDir } from "../../support/cleanup.ts";

const dir = makeTempDir("helper");
const [load, interpreter] = [1, 3];

/** The head of an ELF file for a machine, with segments of the given kinds. */
function elf(machine: number, segments: readonly number[], { is64 = true, isLittle = true } = {}): Buffer {
  const [head, size] = is64 ? [64, 56] : [52, 32];
  const bytes = Buffer.alloc(head + size * segments.length + 64);
  const write = (value: number, at: number, length: number) =>
    isLittle ? bytes.writeUIntLE(value, at, length) : bytes.writeUIntBE(value, at, length);
  bytes.write("\x7fELF", "latin1");
  bytes[4] = is64 ? 2 : 1;
  bytes[5] = isLittle ? 1 : 2;
  write(machine, 18, 2);
  // The low half of a number of 8 bytes is its first where the machine is little-endian.
  write(head, is64 ? (isLittle ? 32 : 36) : 28, 4);
  write(size, is64 ? 54 : 42, 2);
  write(segments.length, is64 ? 56 : 44, 2);
  segments.forEach((kind, index) => write(kind, head + index * size, 4));
  return bytes;
}

const buildx: Buildx = {
  command: "buildx",
  prefix: [],
  version: null,
  exec: () => Promise.reject(new Error("nothing is to be built")),
};
const find = (path: string, platform: string, env: Record<string, string> = {}) => {
  const host = createHost({ cwd: dir, env, signal: new AbortController().signal, tell: () => {} });
  return findHelper(
    { host, buildx, builder: "b", platform },
    env["BKCACHE_HELPER"] === undefined ? { helper: path } : {},
  );
};
const put = (name: string, bytes: Uint8Array | string) => {
  const path = join(dir, name);
  writeFileSync(path, bytes);
  return path;
};

test.each<[string, string, Buffer]>([
  ["amd64", "linux/amd64", elf(62, [load, load])],
  ["arm64 with a variant", "linux/arm64/v8", elf(183, [load])],
  ["386", "linux/386", elf(3, [load], { is64: false })],
  ["s390x", "linux/s390x", elf(22, [load], { isLittle: false })],
  ["an architecture without a number here", "linux/other", elf(1, [load])],
])("a static program for %s is taken", async (name, platform, bytes) => {
  await expect(find(put(name, bytes), platform)).resolves.toEqual(bytes);
});

test("the environment names it too", async () => {
  const path = put("from-env", elf(62, [load]));
  await expect(find("", "linux/amd64", { BKCACHE_HELPER: path })).resolves.toEqual(readFileSync(path));
});

test.each<[string, Uint8Array | string | null, string]>([
  ["that is not there", null, "cannot read the helper"],
  ["that is a script", `#!/bin/sh\n${"#".repeat(100)}`, "is not a Linux program"],
  ["that is empty", "", "is not a Linux program"],
  ["for another architecture", elf(183, [load]), "is not for amd64"],
  ["that needs a loader", elf(62, [load, interpreter]), "is not statically linked"],
  ["that needs a loader, big-endian", elf(62, [load, interpreter], { isLittle: false }), "is not statically linked"],
  ["that is cut off", elf(62, [load, load, load]).subarray(0, 100), "is not whole"],
])("a file %s is BK4023", async (name, bytes, message) => {
  const path = bytes === null ? join(dir, "gone") : put(name, bytes);
  await expect(find(path, "linux/amd64")).rejects.toMatchObject({
    code: "BK4023",
    message: expect.stringContaining(message),
    hint: expect.stringContaining("BKCACHE_HELPER"),
  });
});
