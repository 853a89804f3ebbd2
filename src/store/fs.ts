import { randomBytes } from "node:crypto";
import type { Dirent } from "node:fs";
import { type FileHandle, open, readdir, stat, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { clamp } from "./content.ts";
import { describeFsError, orNull, placeFile, sweep, unfinished, writeFlushed } from "./fs-files.ts";
import { beginFsUpload } from "./fs-upload.ts";
import { assertKey, comesAfter, compareKeys, isKey } from "./keys.ts";
import type { ObjectInfo, ObjectStore } from "./object-store.ts";
import { checkDigest, tooLarge } from "./refusals.ts";

export interface FsOptions {
  /** Name of the backend in the config. */
  readonly backend: string;
  /** Folder of the objects, made when something is stored. Absolute. */
  readonly dir: string;
  readonly signal: AbortSignal;
}

/** Bytes that a reader gets at once. */
const readSize = 256 * 1024;

/**
 * Objects as files under their keys. Each is written beside, flushed, and then linked or renamed to its name, so that a
 * name never has half of an object, even after a power failure: a pack that is there is taken for whole by every later save.
 */
export function createFsStore({ backend, dir, signal: ofStore }: FsOptions): ObjectStore {
  const fail = (error: unknown, action: "read" | "write") => describeFsError({ backend, dir, action }, error);
  const pathOf = (key: string): string => {
    assertKey(key);
    if (key.split("/")[0] === unfinished) throw new Error(`${key} is no key of an object`);
    return join(dir, ...key.split("/"));
  };
  const check = (signal: AbortSignal | undefined): void => {
    ofStore.throwIfAborted();
    signal?.throwIfAborted();
  };
  const info = async (key: string): Promise<ObjectInfo | null> => {
    const found = await orNull(stat(pathOf(key)));
    return found?.isFile() === true ? { key, size: found.size, modifiedAt: found.mtimeMs } : null;
  };
  let swept: Promise<void> | undefined;
  const temporaryName = async (): Promise<string> => {
    swept ??= sweep(join(dir, unfinished)).catch(() => {});
    await swept;
    return join(dir, unfinished, `${process.pid}-${randomBytes(8).toString("hex")}`);
  };

  return {
    place: dir.endsWith("/") ? dir : `${dir}/`,
    async get(key, { signal, maxBytes = Infinity } = {}) {
      check(signal);
      const path = pathOf(key);
      try {
        const file = await orNull(open(path));
        if (file === null) return null;
        try {
          const { size, ...kind } = await file.stat().then((found) => ({ size: found.size, isFile: found.isFile() }));
          if (!kind.isFile) return null;
          if (size > maxBytes) throw tooLarge(backend, key, maxBytes);
          return await file.readFile(signal === undefined ? {} : { signal });
        } finally {
          await file.close();
        }
      } catch (error) {
        check(signal);
        throw fail(error, "read");
      }
    },
    async read(key, { signal, range } = {}) {
      check(signal);
      const path = pathOf(key);
      let file: FileHandle | null;
      try {
        file = await orNull(open(path));
      } catch (error) {
        throw fail(error, "read");
      }
      if (file === null) return null;
      const opened = file;
      const found = await opened.stat();
      const { size, mtimeMs, ino } = found;
      const { start, end } = clamp(range, size);
      const close = () => void opened.close().catch(() => {});
      if (!found.isFile() || start === end) close();
      if (!found.isFile()) return null;
      async function* parts() {
        try {
          for (let at = start; at < end;) {
            check(signal);
            const { bytesRead, buffer } = await opened.read(Buffer.alloc(Math.min(readSize, end - at)), {
              position: at,
            });
            if (bytesRead === 0) throw new Error("it ends too early");
            at += bytesRead;
            yield buffer.subarray(0, bytesRead);
          }
        } catch (error) {
          check(signal);
          throw fail(error, "read");
        } finally {
          close();
        }
      }
      return { size, modifiedAt: mtimeMs, version: `${ino}-${mtimeMs}-${size}`, start, body: parts(), close };
    },
    async upload(key, { signal, onlyIfAbsent = false } = {}) {
      check(signal);
      const path = pathOf(key);
      const guard = async <T>(work: () => Promise<T>): Promise<T> => {
        check(signal);
        try {
          return await work();
        } catch (error) {
          check(signal);
          throw fail(error, "write");
        }
      };
      return beginFsUpload({ backend, key, path, temporary: await temporaryName(), onlyIfAbsent, guard, signal });
    },
    async put(key, body, { signal, onlyIfAbsent = false, sha256 } = {}) {
      check(signal);
      const path = pathOf(key);
      checkDigest(backend, key, body, sha256);
      try {
        if (onlyIfAbsent && (await info(key)) !== null) return "exists";
        const temporary = await temporaryName();
        try {
          await writeFlushed(temporary, [body], signal);
          check(signal);
          return await placeFile(temporary, path, onlyIfAbsent);
        } finally {
          await orNull(unlink(temporary));
        }
      } catch (error) {
        check(signal);
        throw fail(error, "write");
      }
    },
    async stat(key, { signal } = {}) {
      check(signal);
      try {
        return await info(key);
      } catch (error) {
        throw fail(error, "read");
      }
    },
    async *list(prefix, { signal, startAfter } = {}) {
      check(signal);
      const start = prefix.slice(0, prefix.lastIndexOf("/") + 1);
      let keys: string[];
      try {
        keys = (await collect(dir, start, prefix)).sort(compareKeys);
      } catch (error) {
        throw fail(error, "read");
      }
      for (const key of keys.filter((each) => comesAfter(each, startAfter))) {
        check(signal);
        // It may have gone meanwhile.
        const found = await info(key).catch((error: unknown) => {
          throw fail(error, "read");
        });
        if (found !== null) yield found;
      }
    },
    async delete(keys, { signal } = {}) {
      for (const key of keys) {
        check(signal);
        await orNull(unlink(pathOf(key))).catch((error: unknown) => {
          throw fail(error, "write");
        });
      }
    },
    async touch(key, { signal } = {}) {
      check(signal);
      const now = new Date();
      try {
        return (await orNull(utimes(pathOf(key), now, now).then(() => true))) ?? false;
      } catch (error) {
        throw fail(error, "write");
      }
    },
    close() {},
  };
}

/** Keys of all files below a folder (`""` or with a slash at its end) that begin with the prefix. */
async function collect(dir: string, folder: string, prefix: string): Promise<string[]> {
  const entries: Dirent[] = (await orNull(readdir(join(dir, folder), { withFileTypes: true }))) ?? [];
  const found: string[] = [];
  for (const entry of entries) {
    const key = `${folder}${entry.name}`;
    if (!isKey(key)) continue;
    if (entry.isFile() && key.startsWith(prefix)) found.push(key);
    else if (entry.isDirectory() && key !== unfinished && isOnTheWay(`${key}/`, prefix)) {
      // One by one: a spread call of thousands of arguments ends the stack.
      for (const each of await collect(dir, `${key}/`, prefix)) found.push(each);
    }
  }
  return found;
}

function isOnTheWay(folder: string, prefix: string): boolean {
  return folder.startsWith(prefix) || prefix.startsWith(folder);
}
