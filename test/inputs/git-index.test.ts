import { execFileSync } from "node:child_process";
import { lstatSync, utimesSync } from "node:fs";
import { expect, test } from "vitest";
import { openGitIndex } from "../../src/inputs/git-index.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

const env = { HOME: "/nonexistent", XDG_CONFIG_HOME: "/nonexistent" };

function git(workspace: Workspace, ...args: readonly string[]): string {
  const options = {
    cwd: workspace.dir,
    encoding: "utf8",
    env: { ...process.env, ...env, GIT_CONFIG_NOSYSTEM: "1" },
  } as const;
  return execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], options).trim();
}

/** Files that were written well before the index is. */
function makeRepository(files: Readonly<Record<string, string>>): Workspace {
  const workspace = makeWorkspace(files);
  const before = new Date(Date.now() - 60_000);
  for (const name of Object.keys(files)) utimesSync(workspace.path(name), before, before);
  git(workspace, "init", "-q");
  git(workspace, "add", "-A");
  return workspace;
}

function idOf(workspace: Workspace, name: string): string | null {
  const path = workspace.path(name);
  return openGitIndex(workspace.dir, env)?.idOf(path, lstatSync(path)) ?? null;
}

const files = { "a.txt": "a\n", "folder/b with a blank": "b", "folder/deep/ü": "c", z: "" };

test.each(["2", "3", "4"])("knows files that have not changed, in version %s", (version) => {
  const workspace = makeRepository(files);
  git(workspace, "update-index", "--index-version", version);
  for (const name of Object.keys(files)) {
    expect([name, idOf(workspace, name)]).toEqual([name, git(workspace, "hash-object", name)]);
  }
});

test("knows nothing of what has changed since", () => {
  const workspace = makeRepository(files);
  workspace.write("a.txt", "x\n");
  expect(idOf(workspace, "a.txt")).toBeNull();
  expect(idOf(workspace, "z")).not.toBeNull();
  workspace.write("new", "");
  expect(idOf(workspace, "new")).toBeNull();
});

test("knows nothing of what was written when the index was", () => {
  const workspace = makeRepository(files);
  const index = lstatSync(workspace.path(".git/index"));
  utimesSync(workspace.path("z"), index.atime, new Date(index.mtimeMs + 1000));
  git(workspace, "add", "-A");
  expect(idOf(workspace, "z")).toBeNull();
});

test.each([
  ["is assumed not to change", ["update-index", "--assume-unchanged", "z"]],
  ["is skipped", ["update-index", "--skip-worktree", "z"]],
])("knows nothing of a file that %s", (_, args) => {
  const workspace = makeRepository(files);
  git(workspace, ...args);
  expect(idOf(workspace, "z")).toBeNull();
  expect(idOf(workspace, "a.txt")).not.toBeNull();
});

test.each(["* text=auto", "*.txt eol=lf", "*.txt filter=lfs", "# x\n*.txt\tident", "[attr]odd text"])(
  "knows nothing below attributes that convert: %s",
  (attributes) => {
    const workspace = makeRepository({ ...files, "folder/.gitattributes": attributes });
    expect(idOf(workspace, "folder/b with a blank")).toBeNull();
    expect(idOf(workspace, "a.txt")).not.toBeNull();
  },
);

test.each(["* -text", "*.png binary", "# * text", "*.gen linguist-generated"])(
  "is not put off by attributes that do not: %s",
  (attributes) => {
    const workspace = makeRepository({ ...files, ".gitattributes": attributes });
    expect(idOf(workspace, "a.txt")).not.toBeNull();
  },
);

test.each([
  ["core.autocrlf", "input"],
  ["core.attributesFile", "/x"],
  ["include.path", "/x"],
])("leaves all to the files where %s decides", (name, value) => {
  const workspace = makeRepository(files);
  git(workspace, "config", name, value);
  expect(openGitIndex(workspace.dir, env)).toBeNull();
});

test("leaves all to the files of a split index, of SHA-256, and where there is no repository", () => {
  const split = makeRepository(files);
  git(split, "update-index", "--split-index");
  expect(idOf(split, "z")).toBeNull();
  const other = makeWorkspace(files);
  expect(idOf(other, "z")).toBeNull();
  git(other, "init", "-q", "--object-format=sha256");
  git(other, "add", "-A");
  expect(openGitIndex(other.dir, env)).toBeNull();
});

test("reads the index of a worktree", () => {
  const workspace = makeRepository(files);
  git(workspace, "commit", "-qm", "x");
  const tree = makeWorkspace();
  git(workspace, "worktree", "add", "-q", tree.path("w"));
  const path = tree.path("w/a.txt");
  const before = new Date(Date.now() - 60_000);
  utimesSync(path, before, before);
  execFileSync("git", ["-C", tree.path("w"), "update-index", "--refresh"]);
  expect(openGitIndex(tree.path("w"), env)?.idOf(path, lstatSync(path))).toBe(git(workspace, "hash-object", "a.txt"));
});
