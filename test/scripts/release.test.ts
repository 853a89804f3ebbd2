import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";
import { moveUnreleased, readSection } from "./release/changelog.ts";
import { firstSteps } from "./release/first-steps.ts";
import { checkContent } from "./release/package-content.ts";
import { release } from "./release/release.ts";
import { checkVersion } from "./release/version.ts";

describe("version", () => {
  test.for([
    ["0.1.0", "0.1.0", []],
    ["0.2.0", "0.1.0", ["v0.1.0"]],
    ["0.10.0", "0.9.0", ["v0.9.0"]],
    ["1.0.0", "0.9.9", ["v0.9.9", "vendor"]],
  ] as const)("%s may follow %s", ([version, current, tags]) => {
    expect(() => checkVersion(version, current, tags)).not.toThrow();
  });
  test.for([
    ["1.0", "0.1.0", [], /not a version/],
    ["v1.0.0", "0.1.0", [], /not a version/],
    ["1.0.0-rc.1", "0.1.0", [], /not a version/],
    ["0.1.0", "0.1.1", [], /lower than the version in package.json/],
    ["0.2.0", "0.2.0", ["v0.2.0"], /not higher than v0.2.0/],
    ["0.2.0", "0.2.0", ["v0.10.0"], /not higher than v0.10.0/],
  ] as const)("%s may not follow %s", ([version, current, tags, reason]) => {
    expect(() => checkVersion(version, current, tags)).toThrow(reason);
  });
});

const log = "# Changelog\n\n## Unreleased\n\n### Added\n\n- a thing\n\n## 0.1.0 - 2026-01-01\n\n- the first\n";

test("moves what is unreleased below the version, which can then be read", () => {
  const moved = moveUnreleased(log, "0.2.0", "2026-02-03");
  expect(moved).toBe(log.replace("## Unreleased\n", "## Unreleased\n\n## 0.2.0 - 2026-02-03\n"));
  expect(readSection(moved, "0.2.0")).toBe("### Added\n\n- a thing\n");
  expect(readSection(moved, "0.1.0")).toBe("- the first\n");
  expect(() => readSection(moved, "0.1")).toThrow("no section of 0.1");
  expect(() => moveUnreleased(moved, "0.3.0", "2026-02-04")).toThrow("no entry");
  expect(() => moveUnreleased(log, "0.1.0", "2026-02-04")).toThrow("already");
});

test("the steps to claim the name end with a package that npm gets by a tag alone", () => {
  const steps = firstSteps({ name: "bkcache", version: "0.1.0" });
  expect(steps.match(/^ {2}\d\./gm)).toHaveLength(8);
  const order = ["npm view", "npm login", "npm pack", "npm publish", "trusted publisher", "git push"];
  expect(order.map((text) => steps.indexOf(text))).toEqual(
    order.map((text) => steps.indexOf(text)).toSorted((a, b) => a - b),
  );
  expect(steps).toContain("./bkcache-0.1.0.tgz");
});

const dist = ["bin.js", "index.mjs", "index.d.mts", "THIRD-PARTY-LICENSES.txt", "chunks/base.schema-Az_-09.cjs"];
const content = [
  "LICENSE",
  "README.md",
  "package.json",
  "schemas/bkcache.schema.json",
  "schemas/bkcache.draft-07.schema.json",
  "schemas/report.schema.json",
  ...dist.map((file) => `dist/${file}`),
];

test("a package holds what belongs there, and all of it", () => {
  const files = content.map((path) => ({ path, size: 1 }));
  expect(checkContent(files)).toEqual([]);
  expect(checkContent([...files, { path: "dist/chunks/base.cjs.map", size: 1 }, { path: ".env", size: 0 }])).toEqual([
    "dist/chunks/base.cjs.map does not belong in the package",
    ".env does not belong in the package",
    ".env is empty",
  ]);
  expect(checkContent(files.filter(({ path }) => path !== "LICENSE"))).toEqual(["LICENSE is missing from the package"]);
});

/** A repository in which a release takes a second: its checks and its build are one line each. */
function makeRepository(check = "node -e 0"): { readonly workspace: Workspace; git(...args: string[]): string } {
  const manifest = { name: "bkcache", version: "0.1.0", files: ["dist", "schemas"], scripts: { check } };
  const workspace = makeWorkspace({
    ...Object.fromEntries(content.map((path) => [path, "{}\n"])),
    "package.json": `${JSON.stringify(manifest, null, 2)}\n`,
    "package-lock.json": `${JSON.stringify({ name: "bkcache", version: "0.1.0", lockfileVersion: 3, packages: { "": { version: "0.1.0" } } }, null, 2)}\n`,
    "CHANGELOG.md": log,
    "templates/bake.yml": "default: ghcr.io/bkcache/bkcache:0.1.0\n",
    "docs/ci.md": "uses: bkcache/bkcache@v0.1.0, component: bkcache/bkcache/bake@0.1.0, docker:0.1.0\n",
    ".gitignore": "dist\n",
  });
  const git = (...args: string[]) => execFileSync("git", args, { cwd: workspace.dir, encoding: "utf8", stdio: "pipe" });
  git("init", "--quiet", "--initial-branch=main");
  git("config", "user.name", "Tester");
  git("config", "user.email", "tester@example.com");
  git("config", "commit.gpgsign", "false");
  git("config", "tag.gpgsign", "false");
  git("add", ".");
  git("commit", "--quiet", "-m", "start");
  return { workspace, git };
}

function tryRelease(workspace: Workspace, isDryRun = false): readonly string[] {
  const said: string[] = [];
  const options = { root: workspace.dir, version: "0.2.0", date: "2026-02-03", isDryRun };
  release({ ...options, say: (text) => said.push(text) });
  return said;
}

describe("release", () => {
  test("commits the version and its notes, and tags them", () => {
    const { workspace, git } = makeRepository();
    expect(tryRelease(workspace).join("\n")).toMatch(
      /package: 11 files, .*KiB packed[\s\S]*git push --atomic origin main v0\.2\.0/,
    );
    expect(git("show", "--name-only", "--format=%s", "v0.2.0^{commit}").trim().split(/\n+/)).toEqual([
      "Release 0.2.0",
      "CHANGELOG.md",
      "docs/ci.md",
      "package-lock.json",
      "package.json",
      "templates/bake.yml",
    ]);
    expect(workspace.read("templates/bake.yml")).toBe("default: ghcr.io/bkcache/bkcache:0.2.0\n");
    expect(workspace.read("docs/ci.md")).toBe(
      "uses: bkcache/bkcache@v0.2.0, component: bkcache/bkcache/bake@0.2.0, docker:0.1.0\n",
    );
    expect(git("status", "--porcelain")).toBe("");
    expect(workspace.read("CHANGELOG.md")).toBe(moveUnreleased(log, "0.2.0", "2026-02-03"));
    expect(JSON.parse(workspace.read("package.json"))).toMatchObject({ version: "0.2.0" });
    expect(JSON.parse(workspace.read("package-lock.json"))).toMatchObject({
      version: "0.2.0",
      packages: { "": { version: "0.2.0" } },
    });
    expect(() => tryRelease(workspace)).toThrow("not higher than v0.2.0");
  });

  test("keeps nothing of a dry run", () => {
    const { workspace, git } = makeRepository();
    const head = git("rev-parse", "HEAD");
    expect(tryRelease(workspace, true).at(-1)).toMatch(/^dry run/);
    expect([git("rev-parse", "HEAD"), git("status", "--porcelain"), git("tag")]).toEqual([head, "", ""]);
  });

  test("takes everything back where a check fails, or writes files", () => {
    for (const [check, reason] of [
      ["exit 1", "npm run --silent check failed"],
      ["node -e \"require('fs').writeFileSync('new.txt', '')\"", "the checks have changed other files"],
    ] as const) {
      const { workspace, git } = makeRepository(check);
      expect(() => tryRelease(workspace)).toThrow(reason);
      expect([git("diff", "HEAD"), git("tag")]).toEqual(["", ""]);
    }
  });

  test("refuses a package with files that do not belong", () => {
    const { workspace, git } = makeRepository();
    workspace.write("dist/key.pem", "secret");
    chmodSync(workspace.path("dist/key.pem"), 0o600);
    expect(() => tryRelease(workspace)).toThrow("dist/key.pem does not belong");
    expect(git("status", "--porcelain")).toBe("");
  });

  test("refuses another branch and a tree with changes", () => {
    const { workspace, git } = makeRepository();
    workspace.write("note.txt", "");
    expect(() => tryRelease(workspace)).toThrow("note.txt");
    git("checkout", "--quiet", "-b", "next");
    expect(() => tryRelease(workspace)).toThrow("not on next");
  });
});
