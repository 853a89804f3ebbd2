import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "../host/host.ts";

/**
 * The files of a folder as git keeps them, or outside of a repository as they lie there. Relative, with slashes, those
 * at the top first.
 */
export async function listFiles(host: Host, dir: string = host.cwd): Promise<readonly string[]> {
  return sortShallowFirst((await listByGit(host, dir)) ?? (await listByWalking(dir)));
}

/** What git tracks is the project's, whatever its folder is called; of the rest, what git's own rules do not ignore. */
async function listByGit(host: Host, dir: string): Promise<readonly string[] | null> {
  try {
    const args = ["-c", "core.quotePath=false", "ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard"];
    const { exitCode, stdout } = await host.exec("git", args, { cwd: dir, timeoutMs: 10_000 });
    if (exitCode !== 0) return null;
    return stdout.split("\0").flatMap((entry) => {
      // A tag and a blank stand before each path; `?` is what git does not track.
      const path = entry.slice(2);
      const isKept = entry.startsWith("?") ? !isMade(path) : !isOfOthers(path);
      return path !== "" && isKept ? [path] : [];
    });
  } catch {
    return null; // No git.
  }
}

const others = /^(?:node_modules|vendor|testdata|testfiles?(?:-\w+)?|fixtures|__fixtures__)$/;
const made = new Set(["dist", "build", "target"]);
const deepest = 6;
const mostFiles = 50_000;

async function listByWalking(root: string): Promise<readonly string[]> {
  const files: string[] = [];
  const walk = async (folder: string, depth: number): Promise<void> => {
    // A folder that may not be listed holds nothing of ours.
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (files.length >= mostFiles) return;
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isFile() || entry.isSymbolicLink()) files.push(path);
      else if (entry.isDirectory() && depth < deepest && !isMade(`${path}/`)) await walk(path, depth + 1);
    }
  };
  await walk("", 0);
  return files;
}

/** Whether a folder on the way holds what others wrote. */
function isOfOthers(path: string): boolean {
  return foldersOf(path).some((part) => others.test(part));
}

/** The same, or what was made, as far as names say so. */
function isMade(path: string): boolean {
  return foldersOf(path).some((part) => others.test(part) || made.has(part) || isHidden(part));
}

function isHidden(part: string): boolean {
  return part.startsWith(".") && part !== ".docker" && part !== ".devcontainer";
}

function foldersOf(path: string): readonly string[] {
  return path.split("/").slice(0, -1);
}

function sortShallowFirst(paths: readonly string[]): readonly string[] {
  const depth = (path: string) => path.split("/").length;
  return [...new Set(paths)].toSorted((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
}
