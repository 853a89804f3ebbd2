import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { blobBytes, packBytes } from "../../src/mounts/pack.ts";
import { openLocalShell } from "../support/local-shell.ts";
import { openPlainStore } from "../support/plain-store.ts";
import { fillStrangely } from "./strange-tree.ts";
import { describeTree, makeMount, noteOf, restore, save, withoutCpio } from "./support.ts";

describe("a mount comes back entry by entry", () => {
  test.each(["cpio", "tar"])("strange ones, by %s", async (format) => {
    const [from, to] = [makeMount(), makeMount()];
    fillStrangely(from);
    const before = describeTree(from);
    const store = openPlainStore();
    expect(await save(store, from)).toMatchObject({ kind: "saved", findings: [] });
    expect(describeTree(from)).toEqual(before);
    const shell = format === "cpio" ? openLocalShell(to) : withoutCpio(openLocalShell(to));
    expect(await restore(store, to, { shell })).toMatchObject({ kind: "restored", findings: [] });
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
        `cd "$1" && find . -type f -printf '%P %m %U %G %s\\n' | sort | sha256sum; find . -name 'f*' | sort | xargs cat | sha256sum`,
        "sh",
        dir,
      ],
      { encoding: "utf8" },
    ),
  );
  expect(after).toBe(before);
});

test("a mount that was saved or restored has nothing more, and what is noted lies outside", async () => {
  const dir = makeMount();
  writeFileSync(join(dir, "a"), "a");
  const store = openPlainStore();
  await save(store, dir);
  const copy = makeMount();
  await restore(store, copy);
  for (const each of [dir, copy]) {
    expect(readdirSync(each)).toEqual(["a"]);
    expect(JSON.parse(readFileSync(noteOf(each) ?? "", "utf8"))).toMatchObject({ v: 1, mount: "gomod", scope: "main" });
  }
});
