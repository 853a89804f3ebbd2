import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { blobBytes, packBytes } from "../../src/mounts/pack.ts";
import { openPlainStore } from "../support/plain-store.ts";
import { describeTree, makeMount, restore, save } from "./support.ts";

const isRoot = process.getuid?.() === 0;
const raw = (...bytes: (string | number[])[]): Buffer =>
  Buffer.concat(bytes.map((part) => Buffer.from(part as string)));

function fillStrangely(dir: string): void {
  const at = (name: string | Buffer): Buffer => Buffer.concat([Buffer.from(`${dir}/`), Buffer.from(name)]);
  writeFileSync(at("empty"), "");
  writeFileSync(at("script"), "#!/bin/sh\n", { mode: 0o755 });
  writeFileSync(at("x\ny"), "newline");
  writeFileSync(at("-rf"), "dash");
  writeFileSync(at("sp ace '\"\\ $HOME"), "shell");
  writeFileSync(at(raw([0xff, 0xfe], "x")), "not UTF-8");
  writeFileSync(at("ü"), "UTF-8");
  writeFileSync(at("u\u0308"), "the same, decomposed");
  writeFileSync(at("n".repeat(255)), "long");
  const deep = "d".repeat(120);
  mkdirSync(at(`${deep}/${deep}/${deep}`), { recursive: true });
  writeFileSync(at(`${deep}/${deep}/${deep}/${"f".repeat(200)}`), "deep");
  mkdirSync(at("read only/inside"), { recursive: true });
  writeFileSync(at("read only/inside/file"), "kept", { mode: 0o444 });
  mkdirSync(at("empty dir"));
  chmodSync(at("empty dir"), 0o3777);
  writeFileSync(at("first"), "several names");
  linkSync(at("first"), at("read only/second"));
  linkSync(at("first"), at("a third"));
  symlinkSync("first", at("link"));
  symlinkSync("/etc/passwd", at("link out"));
  symlinkSync("../../..", at("read only/link up"));
  symlinkSync(raw("to\n", [0xff]), at(raw("link\n", [0xfe], "'")));
  symlinkSync("t".repeat(300), at("long link"));
  writeFileSync(at("sparse"), "begin");
  truncateSync(at("sparse"), 20 * 2 ** 20);
  writeFileSync(at(".bkcached"), "not bkcache's");
  mkdirSync(at("sub"));
  writeFileSync(at("sub/.bkcache"), "nor this");
  utimesSync(at("script"), 1_000_000_000, 1_000_000_000);
  utimesSync(at("empty"), 0, 0);
  utimesSync(at("ü"), 2 ** 33, 2 ** 33);
  lutimesSync(at("link out"), 1_100_000_000, 1_100_000_000);
  utimesSync(at("empty dir"), 1_200_000_000, 1_200_000_000);
  if (isRoot) {
    chownSync(at("script"), 1000, 2000);
    chownSync(at("read only"), 3_000_000, 4_000_000_000);
    execFileSync("chown", ["-h", "77:78", join(dir, "link")]);
  }
  utimesSync(at("sub"), 1_300_000_000, 1_300_000_000);
  // The shell in a mount is root's; nobody else can move such a folder.
  if (isRoot) for (const name of ["read only/inside", "read only"]) chmodSync(at(name), 0o555);
  utimesSync(at("read only/inside"), 1_400_000_000, 1_400_000_000);
  utimesSync(at("read only"), 1_500_000_000, 1_500_000_000);
}

describe("a mount comes back entry by entry", () => {
  test("strange ones", async () => {
    const [from, to] = [makeMount(), makeMount()];
    fillStrangely(from);
    const before = describeTree(from);
    const store = openPlainStore();
    expect(await save(store, from)).toMatchObject({ kind: "saved", findings: [] });
    expect(describeTree(from)).toEqual(before);
    expect(await restore(store, to)).toMatchObject({ kind: "restored", findings: [] });
    expect(describeTree(to)).toEqual(before);
    // And from there once more.
    const again = makeMount();
    expect(await save(store, to)).toMatchObject({ kind: "unchanged" });
    await restore(store, again);
    expect(describeTree(again)).toEqual(before);
  });

  test.each([blobBytes - 1, blobBytes, blobBytes + 1, packBytes - 1, packBytes, packBytes + 1, 2 * packBytes + 1])(
    "a file of %d bytes",
    async (size) => {
      const [from, to] = [makeMount(), makeMount()];
      writeFileSync(join(from, "a"), randomBytes(size));
      writeFileSync(join(from, "b"), randomBytes(size));
      writeFileSync(join(from, "small"), "small");
      const store = openPlainStore();
      expect(await save(store, from)).toMatchObject({ kind: "saved" });
      expect(await restore(store, to)).toMatchObject({ kind: "restored" });
      expect(describeTree(to)).toEqual(describeTree(from));
    },
  );

  test("owner and mode of the mount's own folder", async () => {
    const [from, to] = [makeMount(), makeMount()];
    writeFileSync(join(from, "a"), "a");
    chmodSync(from, 0o1777);
    const store = openPlainStore();
    await save(store, from);
    await restore(store, to);
    expect(execFileSync("stat", ["-c", "%a", to], { encoding: "utf8" }).trim()).toBe("1777");
  });

  test("devices, pipes, setuid and setgid do not", async () => {
    const [from, to] = [makeMount(), makeMount()];
    writeFileSync(join(from, "suid"), "x");
    chmodSync(join(from, "suid"), 0o6755);
    execFileSync("busybox", ["mkfifo", join(from, "pipe")]);
    const store = openPlainStore();
    const result = await save(store, from);
    expect(result).toMatchObject({ kind: "saved", findings: [{ code: "BK5037" }] });
    await restore(store, to);
    expect(describeTree(to)).toEqual([expect.stringMatching(/^suid 100755 /)]);
  });
});

test("many files", { timeout: 60_000 }, async () => {
  const [from, to] = [makeMount(), makeMount()];
  execFileSync("sh", [
    "-c",
    `cd "$1" && for d in $(seq 20); do mkdir $d && (cd $d && seq 500 | split -l 1 -a 3 -d - f); done`,
    "sh",
    from,
  ]);
  const store = openPlainStore();
  expect(await save(store, from)).toMatchObject({ kind: "saved" });
  expect(await restore(store, to)).toMatchObject({ kind: "restored", totals: { files: 10_000 } });
  const [before, after] = [from, to].map((dir) =>
    execFileSync(
      "sh",
      [
        "-c",
        `cd "$1" && find . -path ./.bkcache -o -type f -printf '%P %m %U %G %s\\n' | sort | sha256sum; find . -name 'f*' | sort | xargs cat | sha256sum`,
        "sh",
        dir,
      ],
      { encoding: "utf8" },
    ),
  );
  expect(after).toBe(before);
});

test("the stamp is all that the mount has more", async () => {
  const dir = makeMount();
  writeFileSync(join(dir, "a"), "a");
  const store = openPlainStore();
  await save(store, dir);
  expect(execFileSync("ls", ["-A", dir], { encoding: "utf8" })).toBe(".bkcache\na\n");
  expect(JSON.parse(readFileSync(join(dir, ".bkcache"), "utf8"))).toMatchObject({
    v: 1,
    mount: "gomod",
    scope: "main",
  });
});
