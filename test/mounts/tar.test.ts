import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blockBytes, checksum, type TarEntry } from "../../src/mounts/tar/header.ts";
import { createTarReader } from "../../src/mounts/tar/read.ts";
import { paddingOf, tarEnd, type WritableEntry, writeHeader } from "../../src/mounts/tar/write.ts";
import { makeWorkspace } from "../support/workspace.ts";
import { part } from "./arbitrary.ts";

interface Read extends TarEntry {
  readonly content: string;
}

/** Reads an archive that arrives in pieces of these lengths, over and over. */
function read(archive: Buffer, pieces: readonly number[] = [archive.length]): Read[] {
  const found: Read[] = [];
  let entry: TarEntry | null = null;
  let parts: Buffer[] = [];
  const reader = createTarReader({
    begin(next) {
      expect(entry).toBeNull();
      entry = next;
      parts = [];
    },
    data: (bytes) => void parts.push(Buffer.from(bytes)),
    end() {
      if (entry === null) throw new Error("an end without a begin");
      found.push({ ...entry, content: Buffer.concat(parts).toString("latin1") });
      entry = null;
    },
  });
  for (let at = 0, turn = 0; at < archive.length; turn++) {
    const length = Math.max(1, pieces[turn % pieces.length] ?? 1);
    reader.push(archive.subarray(at, at + length));
    at += length;
  }
  reader.finish();
  return found;
}

function write(entries: readonly (WritableEntry & { readonly content?: string })[]): Buffer {
  const parts = entries.flatMap((entry) => {
    const content = Buffer.from(entry.content ?? "", "latin1");
    return [writeHeader(entry), content, paddingOf(content.length)];
  });
  return Buffer.concat([...parts, tarEnd]);
}

const entry = (more: Partial<WritableEntry> = {}): WritableEntry => ({
  path: "a",
  kind: "file",
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 0,
  mtime: 1,
  link: "",
  ...more,
});

const anyEntry = fc
  .record({
    path: fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/")),
    kind: fc.constantFrom("file" as const, "dir" as const, "symlink" as const, "hardlink" as const),
    mode: fc.nat(0o7777),
    uid: fc.nat(0xffff_fffe),
    gid: fc.nat(0xffff_fffe),
    mtime: fc.nat({ max: 2 ** 40 }),
    link: fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
    content: fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
  })
  .map((any) => {
    const isFile = any.kind === "file";
    const isLink = any.kind === "symlink" || any.kind === "hardlink";
    const content = isFile ? any.content : "";
    return Object.assign(any, { content, size: content.length, link: isLink ? any.link : "" });
  });

test("what was written is read, however it arrives", () => {
  fc.assert(
    fc.property(
      fc.array(anyEntry, { maxLength: 6 }),
      fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 500, max: 3000 })), { minLength: 1 }),
      (entries, pieces) => {
        expect(read(write(entries), pieces)).toEqual(entries);
      },
    ),
  );
});

test("several archives, one after the other", () => {
  const one = write([{ ...entry({ size: 3 }), content: "abc" }]);
  expect(read(Buffer.concat([one, Buffer.alloc(10 * blockBytes), one]))).toHaveLength(2);
});

test("an archive of another tar", () => {
  const { dir, write: writeFile } = makeWorkspace({ a: "hello", "d/ü": "x" });
  writeFile(`${"long/".repeat(60)}name`, "deep");
  execFileSync("ln", ["-s", "t".repeat(150), `${dir}/link`]);
  execFileSync("ln", [`${dir}/a`, `${dir}/hard`]);
  for (const format of ["gnu", "ustar", "pax", "v7"]) {
    const isShort = format === "ustar" || format === "v7";
    const names = isShort ? ["a", "d"] : ["a", "d", "hard", "link", "long"];
    const archive = execFileSync("tar", ["-c", `--format=${format}`, "-C", dir, "--", ...names]);
    const found = new Map(read(archive).map((one) => [one.path, one]));
    expect(found.get("a"), format).toMatchObject({ kind: "file", content: "hello" });
    expect(found.get(Buffer.from("d/ü").toString("latin1"))).toMatchObject({ kind: "file", content: "x" });
    expect(found.get("d")).toMatchObject({ kind: "dir", size: 0 });
    if (isShort) continue;
    expect(found.get("hard")).toMatchObject({ kind: "hardlink", link: "a" });
    expect(found.get("link")).toMatchObject({ kind: "symlink", link: "t".repeat(150) });
    expect(found.get(`${"long/".repeat(60)}name`)).toMatchObject({ content: "deep" });
  }
});

test("busybox reads what was written", () => {
  const { dir } = makeWorkspace();
  const long = `${"d".repeat(150)}/${"f".repeat(200)}`;
  const entries = [
    entry({ path: "d".repeat(150), kind: "dir", mode: 0o755 }),
    { ...entry({ path: long, size: 4, mtime: 1_000_000_000, mode: 0o640 }), content: "deep" },
    entry({ path: "link", kind: "symlink", link: "t".repeat(150) }),
    entry({ path: "hard", kind: "hardlink", link: long }),
  ];
  execFileSync("busybox", ["tar", "-x", "-C", dir, "-f", "-"], { input: write(entries) });
  const shown = execFileSync("busybox", ["stat", "-c", "%a %s %Y %h", long, "hard"], { cwd: dir, encoding: "utf8" });
  expect(shown).toBe("640 4 1000000000 2\n640 4 1000000000 2\n");
  expect(execFileSync("readlink", [`${dir}/link`], { encoding: "utf8" }).trim()).toBe("t".repeat(150));
});

describe("hostile archives", () => {
  const header = (change: (block: Buffer) => void): Buffer => {
    const block = writeHeader(entry({ size: 3 }));
    change(block);
    block.write(`${checksum(block).toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    return Buffer.concat([block, Buffer.from("abc"), paddingOf(3), tarEnd]);
  };
  const paxOf = (text: string): Buffer => {
    const pax = writeHeader(entry({ size: text.length }));
    pax.write("x", 156, "latin1");
    pax.write(`${checksum(pax).toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    return Buffer.concat([pax, Buffer.from(text), paddingOf(text.length), header(() => {})]);
  };

  test("the ones that they are made from are good", () => {
    expect(read(header(() => {}))).toMatchObject([{ path: "a", content: "abc" }]);
    expect(read(paxOf("9 path=b\n"))).toMatchObject([{ path: "b", content: "abc" }]);
    expect(read(paxOf("10 uid=77\n14 mtime=-1.5\n"))).toMatchObject([{ uid: 77, mtime: -2 }]);
  });

  test.each<readonly [string, Buffer]>([
    ["a size that is no number", header((block) => block.write("zzz", 124, "latin1"))],
    ["a negative size", header((block) => block.fill(0xff, 124, 136))],
    ["a huge size", header((block) => block.fill(0x7f, 124, 136).writeUInt8(0x80, 124))],
    ["a size beyond the end", header((block) => block.write("77777777777\0", 124, "latin1"))],
    ["a negative owner", header((block) => block.fill(0xff, 108, 116))],
    ["a huge long name", header((block) => block.write("L", 156).toString() && block.write("00077777777\0", 124))],
    ["a wrong checksum", Buffer.concat([writeHeader(entry()).fill("b", 0, 1), tarEnd])],
    ["no checksum", Buffer.concat([Buffer.alloc(blockBytes, "x"), tarEnd])],
    ["pax without length", paxOf("path=b\n")],
    ["pax that is too long", paxOf("99 path=b\n")],
    ["pax with a short length", paxOf("2 path=b\n")],
    ["pax without a value", paxOf("7 path\n")],
    ["pax with a negative size", paxOf("11 size=-1\n")],
    ["pax with a huge size", paxOf(`28 size=${"9".repeat(19)}\n`)],
  ] as readonly (readonly [string, Buffer])[])("%s", (_, archive) => {
    expect(() => read(archive)).toThrow(expect.objectContaining({ code: "BK5032" }));
  });

  test("one that is cut off anywhere", () => {
    const whole = write([{ ...entry({ path: "p".repeat(120), size: 700 }), content: "x".repeat(700) }, entry()]);
    for (let length = 0; length < whole.length; length += 64) {
      expect(() => read(whole.subarray(0, length)), String(length)).toThrow(
        expect.objectContaining({ code: "BK5032" }),
      );
    }
  });

  test("noise", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (noise) => {
        expect(() => read(Buffer.from(noise))).toThrow(expect.objectContaining({ code: "BK5032" }));
      }),
    );
  });
});
