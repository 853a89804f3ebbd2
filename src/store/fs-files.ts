import { link, open, readdir, rename, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BkcacheError } from "../diagnostics/error.ts";
import { makeFolder } from "../host/make-folder.ts";

/** Where objects are written before they get their name; on the same file system, since links do not cross it. */
export const unfinished = ".unfinished";
/** Age in ms from which a file there belongs to nobody: its process has ended in the middle. */
const abandonedAfter = 24 * 3_600_000;

export async function writeFlushed(
  path: string,
  body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const file = await withFolder(path, () => open(path, "wx"));
  try {
    await file.writeFile(body, signal === undefined ? {} : { signal });
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Gives a file its name. A link fails where the name is taken, which a rename does not. */
export async function placeFile(temporary: string, path: string, onlyIfAbsent: boolean): Promise<"stored" | "exists"> {
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

/** Removes what belongs to nobody. */
export async function sweep(folder: string): Promise<void> {
  const before = Date.now() - abandonedAfter;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if ((await stat(path)).mtimeMs < before) await unlink(path);
  }
}

/** Null where there is no such file, or no such folder. */
export async function orNull<T>(work: Promise<T>): Promise<T | null> {
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

/** The error for people. */
export function describeFsError(
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
