import { existsSync } from "node:fs";
import { readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { temporaryBeside } from "./files.ts";
import { homeFolder } from "./home.ts";
import { makeFolder } from "./make-folder.ts";

/** A path in the folder where bkcache keeps what it can find out again, by the XDG rules. */
export function userCachePath(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const base = env["XDG_CACHE_HOME"];
  // XDG: a relative path is to be ignored.
  if (base !== undefined && isAbsolute(base)) return join(base, "bkcache", name);
  return join(homeFolder(env), ".cache", "bkcache", name);
}

/**
 * Writes a file of a folder that holds nothing else than files of its kind, each for another project: readers see the old
 * one or the new one, and of two writers the later one stays. What an agent with a new folder for each build would pile up is bounded:
 * those go first that were written first, with what a process that was killed left behind.
 * @param maxBytes of all files of the folder together
 * @throws the errors of node:fs, for a home folder that nobody may write to, or a full disk
 */
export async function keepFile(
  file: string,
  content: string | Buffer,
  { maxBytes }: { readonly maxBytes: number },
): Promise<void> {
  const folder = dirname(file);
  await makeFolder(folder);
  const isNew = !existsSync(file);
  const temporary = temporaryBeside(file);
  try {
    // What a project is made of is nobody else's business.
    await writeFile(temporary, content, { flag: "wx", mode: 0o600 });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  // To look at hundreds of files takes longer than to write one, and the one in place of another adds little.
  if (isNew) await removeOldest(folder, maxBytes);
}

async function removeOldest(folder: string, maxBytes: number): Promise<void> {
  const names = await readdir(folder);
  const look = async (path: string) => {
    // Another process may have removed it.
    const { size, mtimeMs } = await stat(path).catch(() => ({ size: 0, mtimeMs: 0 }));
    return { path, size, mtimeMs };
  };
  const files = await Promise.all(names.map((name) => look(join(folder, name))));
  let left = maxBytes;
  for (const { path, size } of files.toSorted((a, b) => b.mtimeMs - a.mtimeMs)) {
    left -= size;
    if (left < 0) await rm(path, { force: true });
  }
}
