import { hash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { notesOf, openLocalShell } from "../support/local-shell.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { restoreMount, type RestoreOptions, type RestoreResult } from "../../src/mounts/restore.ts";
import type { SaveOptions } from "../../src/mounts/save-options.ts";
import { saveMount, type SaveResult } from "../../src/mounts/save.ts";
import type { MountShell } from "../../src/builder/gateway/shell.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";

/** Everything below a folder as text, one line for each entry; names as byte strings. */
export function describeTree(dir: string): string[] {
  const lines: string[] = [];
  const firstNames = new Map<bigint, string>();
  const visit = (path: Buffer, name: string): void => {
    for (const child of readdirSync(path, { encoding: "buffer" }).sort(Buffer.compare)) {
      const childPath = Buffer.concat([path, Buffer.from("/"), child]);
      const childName = name === "" ? child.toString("latin1") : `${name}/${child.toString("latin1")}`;
      const stat = lstatSync(childPath, { bigint: true });
      const mtime = stat.mtimeMs < 0n ? -1n : stat.mtimeMs / 1000n;
      const what = [childName, (stat.mode & 0o177777n).toString(8), stat.uid, stat.gid, mtime];
      if (stat.isSymbolicLink()) what.push(readlinkSync(childPath, { encoding: "buffer" }).toString("latin1"));
      if (stat.isFile()) {
        what.push(stat.size, hash("sha256", readFileSync(childPath)));
        const first = firstNames.get(stat.ino);
        if (stat.nlink > 1n) what.push(`link of ${first ?? "itself"}`);
        if (first === undefined) firstNames.set(stat.ino, childName);
      }
      lines.push(what.join(" "));
      if (stat.isDirectory()) visit(childPath, childName);
    }
  };
  visit(Buffer.from(dir), "");
  return lines;
}

const writer = { version: "0.0.0-test" };
const base = { id: "gomod", scope: "main", key: null };

export async function save(store: ObjectStore, dir: string, more: Partial<SaveOptions> = {}): Promise<SaveResult> {
  return saveMount({ store, shell: openLocalShell(dir), writer, now: Date.now(), mount: base, ...more });
}

/** As a builder's: a process that is broken off, or whose input fails, takes its shell with it. */
function makeBrittle(shell: MountShell): MountShell {
  let isBroken = false;
  return {
    ...shell,
    async exec(argv, { input, signal, ...options } = {}) {
      if (isBroken) throw new Error("the shell is gone");
      const breakOff = (): void => void (isBroken = true);
      signal?.addEventListener("abort", breakOff);
      const watched = async function* (chunks: AsyncIterable<Uint8Array>) {
        const iterator = chunks[Symbol.asyncIterator]();
        for (;;) {
          const next = await iterator.next().catch((error: unknown) => {
            isBroken = true;
            throw error;
          });
          if (next.done === true) return;
          yield next.value;
        }
      };
      try {
        const watching = input && { input: watched(input) };
        return await shell.exec(argv, { ...options, ...(signal && { signal }), ...watching });
      } finally {
        signal?.removeEventListener("abort", breakOff);
      }
    },
  };
}

export async function restore(
  store: ObjectStore,
  dir: string,
  more: Partial<RestoreOptions> = {},
): Promise<RestoreResult> {
  const shell = makeBrittle(more.shell ?? openLocalShell(dir));
  return restoreMount({ store, mount: base, scopes: ["main"], ...more, shell });
}

/** What is noted of a mount; null where nothing is. */
export function noteOf(dir: string): string | null {
  const [name] = existsSync(notesOf(dir)) ? readdirSync(notesOf(dir)) : [];
  return name === undefined ? null : join(notesOf(dir), name);
}

/** As after the builder has lost what was noted. */
export function forget(dir: string): void {
  rmSync(notesOf(dir), { recursive: true, force: true });
}

/** A folder for a mount; in memory where the machine can, since some file systems are slow to make files. */
export function makeMount(): string {
  const dir = join(makeTempDir("mount"), "mount");
  mkdirSync(dir);
  return dir;
}

/** Some files of several lengths in a few folders. */
export function makeTree(dir: string, files = 30): void {
  for (let index = 0; index < files; index++) {
    mkdirSync(join(dir, `d${index % 5}`), { recursive: true });
    writeFileSync(join(dir, `d${index % 5}`, `f${index}`), `content ${index}\n`.repeat(index + 1));
  }
}

/** What the store gives back is what the mount holds. */
export async function expectSame(store: ObjectStore, dir: string): Promise<void> {
  const copy = makeMount();
  expect(await restore(store, copy)).toMatchObject({ kind: "restored", findings: [] });
  expect(describeTree(copy)).toEqual(describeTree(dir));
}

/** A shell whose busybox does not name cpio among its applets. */
export function withoutCpio(shell: MountShell): MountShell {
  const hide = (text: string): string => text.replace("printf cpio", ":");
  return { ...shell, exec: (argv, options) => shell.exec(argv.map(hide), options) };
}
