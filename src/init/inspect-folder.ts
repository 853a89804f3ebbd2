import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { bakeFileNames } from "../bake/file-names.ts";
import type { Host } from "../host/host.ts";
import { readIfFile } from "../source/dockerfiles.ts";
import type { Found, FoundDockerfile } from "./propose.ts";

/** Looks at what a folder holds, as far as a config depends on it. */
export async function inspectFolder(host: Host): Promise<Found> {
  const files = (await listByGit(host)) ?? (await listByWalking(host.cwd));
  const dockerfiles: FoundDockerfile[] = [];
  for (const path of files.filter(isDockerfile).slice(0, mostDockerfiles)) {
    const text = readIfFile(join(host.cwd, path));
    if (text !== null && /^\s*FROM\s/im.test(text)) dockerfiles.push({ path, text });
  }
  const bakeFiles: string[] = [];
  for (const name of bakeFileNames.filter((each) => files.includes(each))) {
    const isCompose = /\.ya?ml$/.test(name);
    if (!isCompose || (await buildsSomething(join(host.cwd, name)))) bakeFiles.push(name);
  }
  return { folder: basename(host.cwd), files, dockerfiles, bakeFiles };
}

/** More than anybody wants proposed; what is left out is a few lines to write. */
const mostDockerfiles = 50;

function isDockerfile(path: string): boolean {
  const name = basename(path);
  if (/\.(?:dockerignore|hbs|j2|jinja2?|tmpl|tpl|template|erb|md|bak|orig)$/i.test(name)) return false;
  return /^(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?$/i.test(name) || /\.(?:dockerfile|containerfile)$/i.test(name);
}

/** A compose file without `build:` starts images of others. */
async function buildsSomething(path: string): Promise<boolean> {
  return /^\s+build:/m.test(await readFile(path, "utf8"));
}

/** What git would keep: its own rules for what to ignore. Null outside of a repository. */
async function listByGit(host: Host): Promise<readonly string[] | null> {
  try {
    const args = ["-c", "core.quotePath=false", "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    const { exitCode, stdout } = await host.exec("git", args, { timeoutMs: 10_000 });
    if (exitCode !== 0) return null;
    return sortShallowFirst(stdout.split("\0").filter((path) => path !== "" && !isSkipped(path)));
  } catch {
    return null; // No git.
  }
}

const skipped = new Set(["node_modules", "vendor", "dist", "build", "target", "testdata", "fixtures", "__fixtures__"]);
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
      if (entry.isFile()) files.push(path);
      else if (entry.isDirectory() && depth < deepest && !isSkipped(`${path}/`)) await walk(path, depth + 1);
    }
  };
  await walk("", 0);
  return sortShallowFirst(files);
}

/** Whether a folder on the way holds what others wrote or made. */
function isSkipped(path: string): boolean {
  return path
    .split("/")
    .slice(0, -1)
    .some((part) => skipped.has(part) || (part.startsWith(".") && part !== ".docker" && part !== ".devcontainer"));
}

function sortShallowFirst(paths: readonly string[]): readonly string[] {
  const depth = (path: string) => path.split("/").length;
  return [...new Set(paths)].toSorted((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
}
