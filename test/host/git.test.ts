import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readCheckout } from "../../src/host/git.ts";
import { makeTempDir } from "../support/cleanup.ts";

const env = {
  PATH: process.env["PATH"],
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@a.test",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@a.test",
};
const git = (dir: string, ...args: readonly string[]) =>
  execFileSync("git", ["-C", dir, ...args], { env, encoding: "utf8", stdio: "pipe" }).trim();

/** A repository with two commits on `main`, one more on `fix/a`, and none of them checked out. */
function makeUpstream(): string {
  const dir = makeTempDir("git");
  git(dir, "init", "-q", "-b", "main");
  for (const text of ["1", "2"]) git(dir, "commit", "-q", "--allow-empty", "-m", text);
  git(dir, "checkout", "-q", "-b", "fix/a");
  git(dir, "commit", "-q", "--allow-empty", "-m", "3");
  git(dir, "checkout", "-q", "main");
  return dir;
}

function cloneOf(upstream: string, ...options: readonly string[]): string {
  const dir = join(makeTempDir("git"), "clone");
  git("/", "clone", "-q", ...options, `file://${upstream}`, dir);
  return dir;
}

describe("readCheckout", () => {
  test("a clone is of its branch, also in a folder below", () => {
    const dir = cloneOf(makeUpstream());
    git(dir, "checkout", "-q", "-b", "feature/x");
    mkdirSync(join(dir, "a/b"), { recursive: true });
    const expected = { branch: "feature/x", defaultBranch: "main", tips: [] };
    expect(readCheckout(dir)).toEqual(expected);
    expect(readCheckout(join(dir, "a/b"))).toEqual(expected);
  });

  test("a shallow clone too", () => {
    const dir = cloneOf(makeUpstream(), "--depth", "1", "--branch", "fix/a");
    expect(readCheckout(dir)).toMatchObject({ branch: "fix/a", tips: [] });
  });

  test("what CI does: init, fetch of one commit, a detached checkout; nothing says what it is of", () => {
    const upstream = makeUpstream();
    const dir = makeTempDir("git");
    git(dir, "init", "-q");
    git(dir, "fetch", "-q", "--depth", "1", upstream, git(upstream, "rev-parse", "HEAD"));
    git(dir, "checkout", "-q", "FETCH_HEAD");
    expect(readCheckout(dir)).toEqual({ branch: null, defaultBranch: null, tips: [] });
  });

  test.each(["loose", "packed"])("a detached checkout has the branches that it is the tip of, %s", (kind) => {
    const dir = cloneOf(makeUpstream());
    git(dir, "checkout", "-q", "--detach", "origin/fix/a");
    if (kind === "packed") git(dir, "pack-refs", "--all");
    expect(readCheckout(dir)).toEqual({ branch: null, defaultBranch: "main", tips: ["fix/a"] });
    git(dir, "checkout", "-q", "--detach", "origin/main~1");
    expect(readCheckout(dir)).toMatchObject({ tips: [] });
  });

  test("a reference that has moved on since it was packed counts as it is now", () => {
    const dir = cloneOf(makeUpstream());
    git(dir, "pack-refs", "--all");
    git(dir, "update-ref", "refs/remotes/origin/fix/a", "origin/main");
    git(dir, "checkout", "-q", "--detach", "origin/main");
    expect(readCheckout(dir)?.tips.toSorted()).toEqual(["fix/a", "main"]);
  });

  test("a worktree is of its own branch, and shares the rest", () => {
    const dir = cloneOf(makeUpstream());
    const tree = join(makeTempDir("git"), "tree");
    git(dir, "worktree", "add", "-q", "-b", "other", tree);
    expect(readCheckout(tree)).toEqual({ branch: "other", defaultBranch: "main", tips: [] });
  });

  test("a repository without a commit is of the branch that it begins", () => {
    const dir = makeTempDir("git");
    git(dir, "init", "-q", "-b", "first");
    expect(readCheckout(dir)).toEqual({ branch: "first", defaultBranch: null, tips: [] });
  });

  test("git is asked where the references are in a table", () => {
    const dir = cloneOf(makeUpstream());
    // What such a repository has there for older programs. git-init(1), --ref-format
    writeFileSync(join(dir, ".git/HEAD"), "ref: refs/heads/.invalid\n");
    expect(readCheckout(dir)).toMatchObject({ branch: null, defaultBranch: "main" });
  });

  test("no repository, or one that cannot be read, says nothing", () => {
    const dir = makeTempDir("git");
    expect(readCheckout(dir)).toBeNull();
    writeFileSync(join(dir, ".git"), "gitdir: ../nowhere\n");
    expect(readCheckout(dir)).toBeNull();
    rmSync(join(dir, ".git"));
    mkdirSync(join(dir, ".git"));
    expect(readCheckout(dir)).toBeNull();
    mkdirSync(join(dir, ".git/HEAD"));
    expect(readCheckout(dir)).toBeNull();
  });
});
