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

/**
 * Puts a file in place whole or not at all: written beside it, then renamed. A file that already has these
 * bytes is not touched; one that exists keeps its mode, and a symbolic link keeps pointing where it did.
 * Returns whether anything was written.
 * @throws BkcacheError BK3003.
 */
export async function writeAtomically(path: string, content: string): Promise<boolean> {
  try {
    const target = await resolveLink(path);
    const existing = await readExisting(target);
    if (existing?.bytes.equals(Buffer.from(content))) return false;
    // In the same folder, since a rename does not cross file systems.
    const temporary = join(
      dirname(target),
      `.${basename(target)}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`,
    );
    try {
      await writeFile(temporary, content, { flag: "wx" });
      if (existing !== null) await chmod(temporary, existing.mode);
      await rename(temporary, target);
    } catch (error) {
      await unlink(temporary).catch(() => {});
      throw error;
    }
    return true;
  } catch (cause) {
    throw new BkcacheError({
      code: "BK3003",
      message: `cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: "check that the folder exists, its rights and its free space",
      cause,
    });
  }
}

async function resolveLink(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isMissing(error)) return path;
    throw error;
  }
}

async function readExisting(path: string): Promise<{ readonly bytes: Buffer; readonly mode: number } | null> {
  try {
    const [bytes, { mode }] = await Promise.all([readFile(path), stat(path)]);
    return { bytes, mode: mode & 0o7777 };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
