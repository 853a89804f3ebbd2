import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { readIfThere } from "./files.ts";

/** What a git repository says of what is checked out. Null for what it does not say. */
export interface Checkout {
  /** Null where the checkout is detached. */
  readonly branch: string | null;
  /** The default branch of the remote `origin`, as of the clone. */
  readonly defaultBranch: string | null;
  /** Branches of `origin` whose tip a detached checkout is. */
  readonly tips: readonly string[];
}

/**
 * Reads the repository that a folder lies in from its files: a process costs more than all of it. Null where it lies in none,
 * or in one that cannot be read. https://git-scm.com/docs/gitrepository-layout
 */
export function readCheckout(dir: string): Checkout | null {
  try {
    const { folder = null } = findGitFolder(dir) ?? {};
    const head = folder === null ? null : readIfThere(join(folder, "HEAD"));
    if (folder === null || head === null) return null;
    const common = commonFolder(folder);
    const { branch, commit } = readHead(head);
    // What a repository has there whose references are in a table of their own.
    if (branch === ".invalid") return askGit(dir);
    const origin = readIfThere(join(common, "refs/remotes/origin/HEAD")) ?? "";
    return {
      branch,
      defaultBranch: shortName("refs/remotes/origin/", /^ref: (.+)$/m.exec(origin)?.[1]),
      tips: commit === null ? [] : findTips(common, commit),
    };
  } catch {
    // Rights, a broken link: the build does not depend on it.
    return null;
  }
}

/** A repository that a folder lies in: the top of what is checked out, and the folder that git keeps for it. */
export interface GitFolder {
  readonly top: string;
  readonly folder: string;
}

export function findGitFolder(dir: string): GitFolder | null {
  const path = join(dir, ".git");
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) return { top: dir, folder: path };
  // A worktree, or a submodule.
  const target = stats === undefined ? undefined : /^gitdir: (.+)$/m.exec(readIfThere(path) ?? "")?.[1];
  if (target !== undefined) return { top: dir, folder: resolve(dir, target) };
  const parent = dirname(dir);
  return parent === dir ? null : findGitFolder(parent);
}

/** Where the references are that all worktrees share. */
export function commonFolder(folder: string): string {
  const common = readIfThere(join(folder, "commondir"));
  return common === null ? folder : resolve(folder, common.trim());
}

function readHead(text: string): { readonly branch: string | null; readonly commit: string | null } {
  const name = /^ref: (.+)$/m.exec(text)?.[1];
  return name === undefined
    ? { branch: null, commit: text.trim() }
    : { branch: shortName("refs/heads/", name), commit: null };
}

function findTips(common: string, commit: string): readonly string[] {
  const prefix = "refs/remotes/origin/";
  const commits = new Map<string, string>();
  for (const [, id = "", name = ""] of (readIfThere(join(common, "packed-refs")) ?? "").matchAll(
    /^([0-9a-f]+) (.+)$/gm,
  )) {
    if (name.startsWith(prefix)) commits.set(name.slice(prefix.length), id);
  }
  // A file goes before the packed list.
  const dir = join(common, prefix);
  const files = statSync(dir, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(dir, { recursive: true });
  for (const file of files) {
    const path = join(dir, String(file));
    if (statSync(path).isFile()) commits.set(String(file).replaceAll("\\", "/"), (readIfThere(path) ?? "").trim());
  }
  commits.delete("HEAD");
  return [...commits].flatMap(([name, id]) => (id === commit ? [name] : []));
}

function askGit(dir: string): Checkout | null {
  const format = "--format=%(HEAD)%09%(refname)%09%(symref)";
  const args = ["-C", dir, "for-each-ref", format, "refs/heads", "refs/remotes/origin/HEAD"];
  const { status, stdout } = spawnSync("git", args, { encoding: "utf8", timeout: 5000 });
  if (status !== 0) return null;
  const refs = stdout.split("\n").map((line) => line.split("\t"));
  return {
    branch: shortName("refs/heads/", refs.find(([mark]) => mark === "*")?.[1]),
    defaultBranch: shortName("refs/remotes/origin/", refs.find(([, , target]) => target !== "")?.[2]),
    tips: [],
  };
}

function shortName(prefix: string, name: string | undefined): string | null {
  return name?.startsWith(prefix) === true ? name.slice(prefix.length) : null;
}
