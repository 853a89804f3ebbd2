import { randomBytes } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { chmod, readFile, realpath, rename, stat, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { BkcacheError } from "../diagnostics/error.ts";

/** The text of a file, null where there is none. Other failures throw as they are. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** The path with its symbolic links resolved, null where it does not exist or cannot be followed. */
export function realpathIfThere(path: string): string | null {
  try {
    return realpathSync.native(path);
  } catch {
    return null;
  }
}

/** Where what is written to a path goes. */
export interface WriteTarget {
  /** With its symbolic links resolved, where they can be. */
  readonly path: string;
  /**
   * A device, a pipe, or an output that is open already, such as /dev/null and /dev/stdout: written to as it is, at its end,
   * since a rename would put a file in its place.
   */
  readonly isSpecial: boolean;
  /** Permissions of a file that is there. */
  readonly mode: number | null;
}

/** Names of what some process has open, be it a file that others write to as well. */
const openNames = /^\/(?:dev\/(?:fd\/|std(?:out|err)$)|proc\/)/;

/** @throws what `stat` throws but where there is nothing. */
export async function findWriteTarget(path: string): Promise<WriteTarget> {
  const isOpen = openNames.test(path);
  const target = isOpen ? path : await realpath(path).catch(() => path);
  try {
    const stats = await stat(target);
    const isSpecial = isOpen || (!stats.isFile() && !stats.isDirectory());
    return { path: target, isSpecial, mode: stats.mode & 0o7777 };
  } catch (error) {
    if (isMissing(error)) return { path: target, isSpecial: false, mode: null };
    throw error;
  }
}

/** In the same folder, since a rename does not cross file systems. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`);
}

/**
 * Puts a file in place whole or not at all: written beside it, then renamed. A file that already has these
 * bytes is not touched; one that exists keeps its mode, and a symbolic link keeps pointing where it did.
 * Returns whether anything was written.
 * @throws BkcacheError BK3003.
 */
export async function writeAtomically(path: string, content: string): Promise<boolean> {
  try {
    const { path: target, isSpecial, mode } = await findWriteTarget(path);
    if (isSpecial) {
      await writeFile(target, content, { flag: "a" });
      return true;
    }
    if (mode !== null && (await readFile(target)).equals(Buffer.from(content))) return false;
    const temporary = temporaryBeside(target);
    try {
      await writeFile(temporary, content, { flag: "wx" });
      if (mode !== null) await chmod(temporary, mode);
      await rename(temporary, target);
    } catch (error) {
      await unlink(temporary).catch(() => {});
      throw error;
    }
    return true;
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

export function cannotWrite(path: string, cause: unknown): BkcacheError {
  return new BkcacheError({
    code: "BK3003",
    message: `cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
    hint: "check that the folder exists, its rights and its free space",
    cause,
  });
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
