import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The folder of the project that a folder belongs to: that of its repository, itself where it is in none. What lies outside
 * of it is not the project's to read. @param dir absolute
 */
export function projectFolder(dir: string): string {
  for (let folder = dir; ; folder = dirname(folder)) {
    // A worktree's or submodule's `.git` is a file.
    if (existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return dir;
  }
}
