#!/usr/bin/env node
// Installs what the tests and the demo run against. Plain JavaScript without dependencies, runs on Node 20.
// Safe to repeat and to run twice at once: programs are built aside and appear by one rename.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pythonDir, moduleDir, moduleVersion, toolchainDir, toolPackages } from "./locate.mjs";

/** Package of Debian by the program that it is wanted for. */
const packages = { runc: "runc", busybox: "busybox-static", openssl: "openssl", zstd: "zstd" };
const allPackages = { ...packages, pip3: "python3-pip" };

/** Set for the installer that runs under the lock. */
const lockedMark = "BKCACHE_TOOLCHAIN_LOCKED";

/** A reason for people: shown without a stack. */
class InstallError extends Error {}

function say(text) {
  process.stderr.write(`toolchain: ${text}\n`);
}

function findProgram(name) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** True where no program interpreter is asked for (ELF64 little-endian: no PT_INTERP header). */
export function isStatic(path) {
  const file = readFileSync(path);
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46) return false;
  const offset = Number(file.readBigUInt64LE(32));
  const size = file.readUInt16LE(54);
  const count = file.readUInt16LE(56);
  for (let i = 0; i < count; i += 1) if (file.readUInt32LE(offset + i * size) === 3) return false;
  return true;
}

function isMissing(program) {
  const path = findProgram(program);
  if (path === undefined) return true;
  return program === "busybox" && !isStatic(path);
}

/** Installs Debian's packages of these programs, where they are missing. */
export function installPrograms(programs = Object.keys(packages)) {
  const wanted = programs.filter(isMissing).map((program) => allPackages[program]);
  if (wanted.length === 0) return;
  const names = wanted.join(" ");
  if (findProgram("apt-get") === undefined) throw new InstallError(`missing: ${names}; install them (no apt-get here)`);
  if (process.getuid?.() !== 0) throw new InstallError(`missing: ${names}; run as root: apt-get install ${names}`);
  say(`installing Debian packages: ${names}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // Another apt may be at work (a fresh machine updates itself): wait for its lock instead of failing.
  const wait = ["-o", "DPkg::Lock::Timeout=300", "-qq"];
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...wanted]]) {
    const { status, stdout, stderr } = spawnSync("apt-get", [...wait, ...args], { env, encoding: "utf8" });
    if (status === 0) continue;
    process.stderr.write(`${stdout ?? ""}${stderr ?? ""}`);
    throw new InstallError(`apt-get ${args[0]} failed; install ${names} by hand`);
  }
}

function findMissing(dir, tools) {
  return tools.filter((name) => !existsSync(join(dir, name)));
}

function buildPrograms(dir, tools) {
  const missing = findMissing(dir, tools);
  if (missing.length === 0) return;
  if (findProgram("go") === undefined)
    throw new InstallError("Go is not installed; get 1.26 or later from https://go.dev/dl/");
  mkdirSync(dir, { recursive: true });
  const staging = mkdtempSync(join(dirname(dir), ".building-"));
  try {
    const buildkit = moduleVersion("github.com/moby/buildkit");
    const buildx = moduleVersion("github.com/docker/buildx");
    say(`building ${missing.join(", ")} (BuildKit ${buildkit}, buildx ${buildx}); the first time takes some minutes`);
    // bkcache's version gates read what BuildKit and buildx say of themselves.
    const flags = [
      "-s -w",
      `-X github.com/moby/buildkit/version.Version=${buildkit}`,
      `-X github.com/docker/buildx/version.Version=${buildx}`,
    ].join(" ");
    const paths = toolPackages();
    const args = ["build", "-trimpath", "-gcflags=all=-dwarf=false", "-ldflags", flags, "-o", `${staging}/`];
    const { status } = spawnSync("go", [...args, ...missing.map((name) => paths[name])], {
      cwd: moduleDir,
      // Without cgo the programs are the same on every machine and need no C compiler. A workspace or flags of
      // the caller's are none of this module's business. A compiler that collects its garbage later, and describes
      // nothing to debuggers, takes four fifths of the time.
      env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-mod=readonly -buildvcs=false", GOGC: "400" },
      stdio: ["ignore", 2, 2],
    });
    if (status !== 0) throw new InstallError("go build failed, see above");
    const unbuilt = findMissing(staging, missing);
    if (unbuilt.length > 0) throw new InstallError(`go build made no ${unbuilt.join(", ")}`);
    for (const name of missing) renameSync(join(staging, name), join(dir, name));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/**
 * Two builds at once take more than twice as long, so the second waits for the first and finds its result. The
 * kernel drops the lock with the process that holds it.
 */
function buildAlone(dir, tools) {
  if (findProgram("flock") === undefined || process.env[lockedMark] !== undefined) return buildPrograms(dir, tools);
  const lock = join(dirname(dir), ".lock");
  mkdirSync(dirname(lock), { recursive: true });
  const isBusy = spawnSync("flock", ["--nonblock", lock, "true"]).status !== 0;
  if (isBusy) say("another installer is at work: waiting for it");
  const { status } = spawnSync("flock", [lock, process.execPath, fileURLToPath(import.meta.url), ...tools], {
    env: { ...process.env, [lockedMark]: "1" },
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) throw new InstallError("not installed, see above");
}

/** Builds those of the programs that are missing. */
function installTools(tools) {
  const dir = toolchainDir();
  if (findMissing(dir, tools).length > 0) {
    const start = Date.now();
    buildAlone(dir, tools);
    if (process.env[lockedMark] === undefined) say(`took ${Math.round((Date.now() - start) / 1000)} s`);
  }
}

/** Installs the AWS CLI from PyPI, into a folder of its own. */
function installPythonPackages() {
  const dir = pythonDir();
  if (existsSync(dir)) return;
  installPrograms(["pip3"]);
  say("installing the AWS CLI and the schemas of CI services and Kubernetes");
  mkdirSync(dirname(dir), { recursive: true });
  const staging = mkdtempSync(join(dirname(dir), ".installing-"));
  try {
    const pins = ["--require-hashes", "--no-deps", "--only-binary=:all:", "-r", join(moduleDir, "requirements.txt")];
    const args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", staging, ...pins];
    // Debian's pip refuses to touch what is its own, which this does not.
    const env = { ...process.env, PIP_BREAK_SYSTEM_PACKAGES: "1", PIP_ROOT_USER_ACTION: "ignore" };
    const { status } = spawnSync("python3", args, { env, stdio: ["ignore", 2, 2] });
    if (status !== 0) throw new InstallError("pip install failed, see above");
    renameSync(staging, dir);
  } catch (error) {
    // Another installer may have been first.
    if (!existsSync(dir)) throw error;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/**
 * Installs what is missing of these programs: Debian's by their names in `packages`, those of go.mod by their own; and the
 * packages from PyPI, where all are wanted.
 */
export function installToolchain({ programs = Object.keys(packages), tools } = {}) {
  installPrograms(programs);
  installTools(tools ?? Object.keys(toolPackages()));
  if (tools === undefined) installPythonPackages();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const tools = process.argv.slice(2);
    installToolchain(tools.length === 0 ? {} : { tools });
  } catch (error) {
    if (!(error instanceof InstallError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
