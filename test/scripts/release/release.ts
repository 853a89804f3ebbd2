import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { moveUnreleased } from "./changelog.ts";
import { checkContent, type PackedFile } from "./package-content.ts";
import { checkVersion } from "./version.ts";

export interface ReleaseOptions {
  /** The top of the repository. */
  readonly root: string;
  readonly version: string;
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly isDryRun: boolean;
  say(text: string): void;
}

/** What names the version of the image or of the action. */
const pinned = ["templates/bake.yml", "docs/ci.md"];
const changed = ["CHANGELOG.md", "package.json", "package-lock.json", ...pinned];

/** Checks, writes the version, checks the package, commits and tags. Takes back what it has written where it cannot go on. */
export function release({ root, version, date, isDryRun, say }: ReleaseOptions): void {
  const run = (command: string, ...args: readonly string[]): string => {
    const { status, stdout, error } = spawnSync(command, [...args], {
      cwd: root,
      encoding: "utf8",
      maxBuffer: 2 ** 26,
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (status !== 0)
      throw new Error(`${[command, ...args].join(" ")} failed${error ? `: ${error.message}` : ""}\n${stdout}`);
    return stdout;
  };

  const branch = run("git", "branch", "--show-current").trim();
  if (branch !== "main") throw new Error(`a release is made on main, not on ${branch || "a detached commit"}`);
  const dirty = run("git", "status", "--porcelain");
  if (dirty !== "") throw new Error(`the tree has changes:\n${dirty}`);
  const tags = run("git", "tag", "--list", "v*").split("\n").filter(Boolean);
  const { version: current } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly version: string;
  };
  checkVersion(version, current, tags);
  const changelog = join(root, "CHANGELOG.md");
  const text = moveUnreleased(readFileSync(changelog, "utf8"), version, date);

  let isKept = false;
  try {
    writeFileSync(changelog, text);
    for (const file of pinned) pinVersion(join(root, file), current, version);
    run("npm", "version", version, "--no-git-tag-version", "--allow-same-version", "--ignore-scripts");
    say("npm run check: format, lint, types, generated files, build, package");
    run("npm", "run", "--silent", "check");
    inspectPackage(run("npm", "pack", "--dry-run", "--json", "--ignore-scripts"), say);
    const left = run("git", "status", "--porcelain", "--", ".", ...changed.map((file) => `:!${file}`));
    if (left !== "") throw new Error(`the checks have changed other files:\n${left}`);
    if (isDryRun) return say(`dry run: ${version} can be released; nothing is kept`);
    run("git", "commit", "--quiet", "-m", `Release ${version}`, "--", ...changed);
    isKept = true;
    run("git", "tag", "--annotate", `v${version}`, "-m", `bkcache ${version}`);
    say(`committed and tagged v${version}; publish it with: git push --atomic origin main v${version}`);
  } finally {
    if (!isKept) run("git", "checkout", "--quiet", "HEAD", "--", ...changed);
  }
}

function pinVersion(file: string, current: string, version: string): void {
  const text = readFileSync(file, "utf8");
  writeFileSync(
    file,
    text.replaceAll(new RegExp(`(bkcache(?:/bake)?[:@]v?)${current.replaceAll(".", "\\.")}\\b`, "g"), `$1${version}`),
  );
}

function inspectPackage(json: string, say: (text: string) => void): void {
  const [packed] = JSON.parse(json) as readonly {
    readonly size: number;
    readonly unpackedSize: number;
    readonly files: readonly PackedFile[];
  }[];
  if (packed === undefined) throw new Error("npm pack has reported no package");
  const wrong = checkContent(packed.files);
  if (wrong.length > 0) throw new Error(`the package is not right:\n${wrong.join("\n")}`);
  say(`package: ${packed.files.length} files, ${kib(packed.size)} packed, ${kib(packed.unpackedSize)} unpacked`);
}

function kib(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`;
}
