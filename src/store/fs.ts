import { randomBytes } from "node:crypto";
import type { Dirent } from "node:fs";
import { link, open, readdir, rename, stat, unlink, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BkcacheError } from "../diagnostics/error.ts";
import { makeFolder } from "../host/make-folder.ts";
import { assertKey, compareKeys, isKey } from "./keys.ts";
import type { ObjectInfo, ObjectStore } from "./object-store.ts";
import { checkDigest, tooLarge } from "./refusals.ts";

export interface FsOptions {
  /** Name of the backend in the config. */
  readonly backend: string;
  /** Folder of the objects, made when something is stored. Absolute. */
  readonly dir: string;
  readonly signal: AbortSignal;
}

/** Where objects are written before they get their name; on the same file system, since links do not cross it. */
const unfinished = ".unfinished";
/** Age in ms from which a file there belongs to nobody: its process has ended in the middle. */
const abandonedAfter = 24 * 3_600_000;

/**
 * Objects as files under their keys. Each is written beside, flushed, and then linked or renamed to its name, so that a
 * name never has half of an object, even after a power failure: a pack that is there is taken for whole by every later save.
 */
export function createFsStore({ backend, dir, signal: ofStore }: FsOptions): ObjectStore {
  const fail = (error: unknown, action: "read" | "write"): BkcacheError => describe({ backend, dir, action }, error);
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
    async put(key, body, { signal, onlyIfAbsent = false, sha256 } = {}) {
      check(signal);
      const path = pathOf(key);
      checkDigest(backend, key, body, sha256);
      try {
        if (onlyIfAbsent && (await info(key)) !== null) return "exists";
        swept ??= sweep(join(dir, unfinished)).catch(() => {});
        await swept;
        const temporary = join(dir, unfinished, `${process.pid}-${randomBytes(8).toString("hex")}`);
        try {
          await writeFlushed(temporary, body, signal);
          check(signal);
          return await place(temporary, path, onlyIfAbsent);
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
    async *list(prefix, { signal } = {}) {
      check(signal);
      const start = prefix.slice(0, prefix.lastIndexOf("/") + 1);
      let keys: string[];
      try {
        keys = (await collect(dir, start, prefix)).sort(compareKeys);
      } catch (error) {
        throw fail(error, "read");
      }
      for (const key of keys) {
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

async function writeFlushed(path: string, body: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
  const file = await withFolder(path, () => open(path, "wx"));
  try {
    await file.writeFile(body, signal === undefined ? {} : { signal });
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Gives a file its name. A link fails where the name is taken, which a rename does not. */
async function place(temporary: string, path: string, onlyIfAbsent: boolean): Promise<"stored" | "exists"> {
  if (!onlyIfAbsent) {
    await withFolder(path, () => rename(temporary, path));
    return "stored";
  }
  try {
    await withFolder(path, () => link(temporary, path));
    return "stored";
  } catch (error) {
    if (codeOf(error) === "EEXIST") return "exists";
    if (!withoutLinks.has(codeOf(error))) throw error;
  }
  // A race here is lost without harm: objects of one key are equal or stand for themselves.
  if ((await orNull(stat(path))) !== null) return "exists";
  await rename(temporary, path);
  return "stored";
}

/** What file systems without hard links answer. */
const withoutLinks: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/** Makes the folder where it is missing, also when somebody removes it meanwhile. */
async function withFolder<T>(path: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (codeOf(error) !== "ENOENT" || attempt === 3) throw error;
      await makeFolder(dirname(path));
    }
  }
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

async function sweep(folder: string): Promise<void> {
  const before = Date.now() - abandonedAfter;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if ((await stat(path)).mtimeMs < before) await unlink(path);
  }
}

/** Null where there is no such file, or no such folder. */
async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return null;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function describe(
  { backend, dir, action }: { readonly backend: string; readonly dir: string; readonly action: "read" | "write" },
  error: unknown,
): BkcacheError {
  if (error instanceof BkcacheError) return error;
  const reason = codeOf(error) || (error instanceof Error ? error.message : String(error));
  return new BkcacheError({
    code: action === "read" ? "BK5013" : "BK5022",
    message: `backend "${backend}": ${dir} cannot be ${action === "read" ? "read" : "written"} (${reason})`,
    hint:
      reason === "ENOSPC" || reason === "EDQUOT"
        ? "free some space, or put the backend's path elsewhere"
        : "check the folder's rights, or put the backend's path elsewhere",
    cause: error,
  });
}
