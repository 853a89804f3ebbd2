/** Folders that the mounts of the bench are filled with. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { moduleDir } from "../../toolchain/locate.mjs";
import { makeTempDir } from "../../support/cleanup.ts";
import { findStateDir } from "../../support/buildkit.ts";
import { repositoryDir } from "../../support/toolchain.ts";
import { say } from "./row.ts";

export interface Tree {
  readonly root: string;
  /** Below the root, each with all that is in it. */
  readonly names: readonly string[];
  readonly files: number;
  readonly bytes: number;
}

/** Taken until one of them is passed. */
interface Bounds {
  readonly files?: number;
  readonly bytes?: number;
}

/** As a change of go.mod brings along. */
const lotSize = { files: 100, bytes: 3e6 };

/** The modules that the toolchain of the tests is built from, up to these bounds, and of those that are left `more` small lots. */
export function findModules(bounds: Bounds, more = 0): { readonly tree: Tree; readonly lots: readonly Tree[] } {
  const root = goEnv("GOMODCACHE");
  // Where the toolchain was built on another day its modules may be gone.
  if (!existsSync(join(root, "golang.org"))) download();
  const modules = [...listModules(root, "")].sort();
  const tree = take(root, modules, bounds);
  const lots: Tree[] = [];
  for (let next = tree.names.length; lots.length < more; next += lots.at(-1)?.names.length ?? 0) {
    const lot = take(root, modules.slice(next), lotSize);
    if (lot.names.length === 0) throw new Error("the machine has too few Go modules; run: npm run verify");
    lots.push(lot);
  }
  return { tree, lots };
}

/** Go's own cache of what it has compiled. */
export function findCompiled(bounds: Bounds): Tree {
  const root = goEnv("GOCACHE");
  const isFolder = (name: string) => /^[0-9a-f]{2}$/.test(name);
  return take(root, readdirSync(root).filter(isFolder).sort(), bounds);
}

/** The packages of this repository. */
export function findPackages(): Tree {
  const root = join(repositoryDir, "node_modules");
  return take(root, readdirSync(root).sort(), {});
}

/** Folders of one root with ten files of noise, a megabyte together. */
export function makeSmallTrees(count: number): readonly Tree[] {
  const root = makeTempDir("bench-small");
  const [files, bytes] = [10, 100_000];
  return Array.from({ length: count }, (_, folder) => {
    const name = `folder${folder}`;
    mkdirSync(join(root, name));
    for (let file = 0; file < files; file++) writeFileSync(join(root, name, `file${file}`), randomBytes(bytes));
    return { root, names: [name], files, bytes: files * bytes };
  });
}

/** A gigabyte in 50,000 files, half of it noise, and behind it `more` small lots as a change brings them along. */
export function makeLargeTree(more: number): { readonly tree: Tree; readonly lots: readonly Tree[] } {
  const root = makeTempDir("bench-large", findStateDir());
  const [perFolder, half] = [250, 10_000];
  const text = Buffer.alloc(half, "func main() { fmt.Println(42) }\n");
  const make = (name: string, files: number): Tree => {
    mkdirSync(join(root, name));
    for (let file = 0; file < files; file++) {
      writeFileSync(join(root, name, `file${file}`), Buffer.concat([randomBytes(half), text]));
    }
    return { root, names: [name], files, bytes: files * 2 * half };
  };
  const folders = Array.from({ length: 50_000 / perFolder }, (_, folder) => make(`folder${folder}`, perFolder));
  const sum = (count: (tree: Tree) => number) => folders.reduce((total, tree) => total + count(tree), 0);
  const names = folders.flatMap((tree) => tree.names);
  const tree = { root, names, files: sum(({ files }) => files), bytes: sum(({ bytes }) => bytes) };
  return { tree, lots: Array.from({ length: more }, (_, lot) => make(`lot${lot}`, lotSize.files)) };
}

function goEnv(name: string): string {
  return execFileSync("go", ["env", name], { cwd: tmpdir(), encoding: "utf8" }).trim();
}

function download(): void {
  say("downloading the modules of the toolchain");
  execFileSync("go", ["mod", "download"], { cwd: moduleDir, stdio: ["ignore", 2, 2] });
}

/** A module's folder has its version in its name. */
function* listModules(root: string, name: string): Generator<string> {
  for (const entry of readdirSync(join(root, name), { withFileTypes: true })) {
    const path = join(name, entry.name);
    if (!entry.isDirectory() || path === "cache") continue;
    if (entry.name.includes("@")) yield path;
    else yield* listModules(root, path);
  }
}

function take(root: string, names: readonly string[], { files = Infinity, bytes = Infinity }: Bounds): Tree {
  const taken = { root, names: [] as string[], files: 0, bytes: 0 };
  for (const name of names) {
    if (taken.files >= files || taken.bytes >= bytes) break;
    taken.names.push(name);
    const { count, size } = sizeOf(join(root, name));
    taken.files += count;
    taken.bytes += size;
  }
  return taken;
}

function sizeOf(path: string): { count: number; size: number } {
  const found = lstatSync(path);
  if (!found.isDirectory()) return { count: 1, size: found.isFile() ? found.size : 0 };
  const total = { count: 0, size: 0 };
  for (const name of readdirSync(path)) {
    const { count, size } = sizeOf(join(path, name));
    total.count += count;
    total.size += size;
  }
  return total;
}
