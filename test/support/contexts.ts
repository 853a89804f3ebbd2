import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { pathWith } from "./toolchain.ts";

/*
 * Folders that stand in for base images where no registry can be reached. Each has the layout of the official
 * image, as far as the examples copy from it.
 */

/** As `busybox:musl`: a static /bin/busybox. */
export function makeBusyboxContext(dir: string): string {
  const found = findProgram("busybox");
  mkdirSync(join(dir, "bin"), { recursive: true });
  copyFileSync(found, join(dir, "bin", "busybox"));
  return dir;
}

/**
 * As `golang`: /usr/local/go, without what no build reads (tests, the sources of the tools), and the certificates that this
 * machine trusts.
 */
export function makeGoContext(dir: string): string {
  const goRoot = execFileSync("go", ["env", "GOROOT"], { cwd: tmpdir(), encoding: "utf8" }).trim();
  const target = join(dir, "usr", "local", "go");
  for (const name of ["VERSION", "go.env", "bin", "src", "pkg/include", "pkg/tool"]) {
    placeTree(join(goRoot, name), join(target, name), (path) => isNeeded(path.slice(goRoot.length + 1)));
  }
  const certificates = join(dir, "etc", "ssl", "certs");
  mkdirSync(certificates, { recursive: true });
  copyFileSync(
    process.env["SSL_CERT_FILE"] || "/etc/ssl/certs/ca-certificates.crt",
    join(certificates, "ca-certificates.crt"),
  );
  return dir;
}

const unneededTools = new Set(["cgo", "cover", "fix", "preprofile"]);

function isNeeded(path: string): boolean {
  if (path === "src/cmd" || path.endsWith("/testdata") || path.endsWith("_test.go")) return false;
  return !(path.startsWith("pkg/tool/") && unneededTools.has(basename(path)));
}

/** As `node:slim`: /usr/local/bin/node with the libraries that it loads, npm, and a shell. */
export function makeNodeContext(dir: string): string {
  const target = join(dir, "usr", "local");
  mkdirSync(join(target, "bin"), { recursive: true });
  place(process.execPath, join(target, "bin", "node"));
  copyLibraries(process.execPath, dir);
  // busybox is the program that it is called as.
  for (const path of ["bin/sh", "usr/bin/env"]) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    copyFileSync(findProgram("busybox"), join(dir, path));
  }
  mkdirSync(join(dir, "tmp"));
  const npm = join(dirname(realpathSync(findProgram("npm"))), "..");
  cpSync(npm, join(target, "lib", "node_modules", "npm"), { recursive: true });
  symlinkSync("../lib/node_modules/npm/bin/npm-cli.js", join(target, "bin", "npm"));
  return dir;
}

/** Copies what a program loads to the same places below a folder. */
export function copyLibraries(program: string, root: string): void {
  for (const [library] of execFileSync("ldd", [program], { encoding: "utf8" }).matchAll(/\/\S+/g)) {
    mkdirSync(dirname(join(root, library)), { recursive: true });
    copyFileSync(realpathSync(library), join(root, library));
  }
}

function findProgram(name: string): string {
  const found = pathWith("/bin")
    .split(":")
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${name} is not installed; run: node test/toolchain/install.mjs`);
  return found;
}

/** Follows links: a packaged Go spreads its root over several folders. */
function placeTree(from: string, to: string, isWanted: (path: string) => boolean): void {
  if (!isWanted(from) || !existsSync(from)) return;
  if (!statSync(from).isDirectory()) {
    mkdirSync(dirname(to), { recursive: true });
    place(realpathSync(from), to);
    return;
  }
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) placeTree(join(from, name), join(to, name), isWanted);
}

/** A second name for the same bytes where the file system allows it, else a copy. */
function place(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
