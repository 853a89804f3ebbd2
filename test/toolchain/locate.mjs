// Where the pinned programs live. Plain JavaScript without dependencies: it also runs on Node 20, before anything is installed.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const moduleDir = fileURLToPath(new URL(".", import.meta.url));

/** The packages of the programs by their names, which are the last elements of the `tool` lines. */
export function toolPackages() {
  const [, block = ""] = /^tool \(\n([^)]*)\)/m.exec(readFileSync(join(moduleDir, "go.mod"), "utf8")) ?? [];
  const paths = block.split("\n").map((line) => line.trim());
  return Object.fromEntries(paths.filter((path) => path !== "").map((path) => [path.split("/").at(-1), path]));
}

/** The version that go.mod pins for a module, such as `v1.2.3`. */
export function moduleVersion(modulePath) {
  for (const line of readFileSync(join(moduleDir, "go.mod"), "utf8").split("\n")) {
    const [name, version] = line
      .trim()
      .replace(/^require /, "")
      .split(/\s+/);
    if (name === modulePath && version !== undefined) return version;
  }
  throw new Error(`go.mod has no ${modulePath}`);
}

/** The folder of the programs. go.sum names every source byte, so its digest names the result. */
export function toolchainDir() {
  return folderOf("go.sum", "");
}

/** The folder of the packages from PyPI, whose digests are in requirements.txt. */
export function pythonDir() {
  return folderOf("requirements.txt", "python-");
}

function folderOf(pins, prefix) {
  const key = createHash("sha256")
    .update(readFileSync(join(moduleDir, pins)))
    .digest("hex")
    .slice(0, 16);
  return cachedDir(`${prefix}${key}`);
}

/** A folder of the user's cache for what is fetched once. The name changes with what is in it. */
export function cachedDir(name) {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "bkcache", "toolchain", name);
}
