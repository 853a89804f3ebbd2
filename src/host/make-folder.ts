import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it that are missing. Not Node's own recursion: that never ends where the parent exists
 * and the kernel answers ENOENT all the same, as it does for every name below /proc.
 * Returns those that were made, the deepest first.
 */
export async function makeFolder(path: string): Promise<readonly string[]> {
  try {
    await mkdir(path);
    return [path];
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EEXIST") {
      await requireFolder(path, error);
      return [];
    }
    const parent = dirname(path);
    if (code !== "ENOENT" || parent === path) throw error;
    const made = await makeFolder(parent);
    try {
      await mkdir(path);
      return [path, ...made];
    } catch (second) {
      await requireFolder(path, second);
      return made;
    }
  }
}

/** Somebody else may have made it, or a file may be in its place. */
async function requireFolder(path: string, error: unknown): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() !== true) throw error;
}
