// What must be there before TypeScript can run: packages, toolchain, dist. Plain JavaScript without dependencies, runs on Node 20.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installPrograms, installToolchain } from "../toolchain/install.mjs";

export const root = fileURLToPath(new URL("../../", import.meta.url));
const binDir = join(root, "node_modules", ".bin");
/** The Node of the project, whatever the system's is. */
export const devNode = join(binDir, "node");

const start = Date.now();

/** One plain line with the time since the start. */
export function say(text) {
  process.stderr.write(`[${((Date.now() - start) / 1000).toFixed(1).padStart(6)} s] ${text}\n`);
}

/** The environment in which the project's own programs come first. */
export function devEnv() {
  return { ...process.env, PATH: [binDir, process.env.PATH].join(delimiter) };
}

/** npm itself must not run on a Node that it is about to replace. */
function systemEnv() {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.endsWith("node_modules/.bin"));
  return { ...process.env, PATH: folders.join(delimiter) };
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages;
}

/** True where node_modules of a folder holds exactly what its package-lock.json names; optional packages may be left out. */
function isInstalled(dir) {
  const installedFile = join(dir, "node_modules/.package-lock.json");
  if (!existsSync(installedFile) || !existsSync(devNode)) return false;
  const wanted = readPackages(join(dir, "package-lock.json"));
  const installed = readPackages(installedFile);
  const isSame = (name) => installed[name]?.version === wanted[name]?.version;
  return (
    Object.keys(installed).every(isSame) &&
    Object.keys(wanted).every((name) => name === "" || wanted[name].optional === true || isSame(name)) &&
    spawnSync(devNode, ["--version"]).status === 0
  );
}

function npm(dir, ...args) {
  // At level `error` npm keeps quiet about the engines of packages that only ever run on the project's own Node.
  const quiet = ["--loglevel=error", "--no-audit", "--no-fund"];
  return spawnSync("npm", [...args, ...quiet], { cwd: dir, env: systemEnv(), encoding: "utf8" });
}

/** The npm packages. */
export function installPackages() {
  if (isInstalled(root)) return say("npm packages are installed");
  say("installing npm packages (npm ci)");
  installFrom(root);
  if (!existsSync(devNode)) fail("npm left no node in node_modules/.bin; allowScripts in package.json lets it install");
}

/** The packages of the generator of the docs' site, none of which runs anything when it is installed. */
export function installDocsPackages() {
  const dir = join(root, "docs");
  if (!isInstalled(dir)) installFrom(dir, "--ignore-scripts");
}

function installFrom(dir, ...flags) {
  let result = npm(dir, "ci", ...flags);
  if (result.status !== 0 && /^npm error Missing: /m.test(result.stderr ?? "")) {
    // npm ci insists on the optional binaries of every other platform, which not every registry carries; npm
    // install leaves them out and still takes each version and digest from the lock file.
    say("npm ci misses optional packages of other platforms here: npm install --no-save");
    result = npm(dir, "install", "--no-save", ...flags);
  }
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}`);
    fail(`the npm packages of ${dir} cannot be installed`);
  }
}

/** Ends the script with one line. */
export function fail(text) {
  say(text);
  process.exit(1);
}

/** What dist is made of. */
const buildInputs = [
  "package.json",
  "package-lock.json",
  "tsdown.config.ts",
  "tsconfig.json",
  "schemas",
  "src",
  "templates",
];

/** False where a file or folder that dist is made of has changed after the last build. */
function isBuilt() {
  const built = join(root, "dist", "bin.js");
  if (!existsSync(built)) return false;
  const { mtimeMs } = statSync(built);
  const isOlder = (path) => statSync(path).mtimeMs < mtimeMs;
  return buildInputs.every((input) => {
    const path = join(root, input);
    const isFolder = statSync(path).isDirectory();
    return (
      isOlder(path) && (!isFolder || readdirSync(path, { recursive: true }).every((name) => isOlder(join(path, name))))
    );
  });
}

/** False where it fails. */
export function buildIfStale() {
  return isBuilt() || build();
}

export function build() {
  say("building dist");
  const { status } = spawnSync("npm", ["run", "--silent", "build"], {
    cwd: root,
    env: devEnv(),
    stdio: ["ignore", 2, 2],
  });
  return status === 0;
}

/** Installs what the checks need, and the unit tests; what an earlier run installed is used again. */
export function prepareChecks() {
  installPackages();
  orFail(() => installPrograms());
}

/** Besides, what runs with real servers needs. */
export function prepare() {
  installPackages();
  say("installing the toolchain (BuildKit, buildx, servers) where it is missing");
  orFail(() => installToolchain());
}

function orFail(install) {
  try {
    install();
  } catch (error) {
    fail(`toolchain: ${error.message}`);
  }
}

/** Runs a TypeScript script on the project's Node; signals reach it, and its exit code is this one's. */
export async function hand(script) {
  const child = spawn(devNode, [join(root, "test", "scripts", script), ...process.argv.slice(2)], {
    env: devEnv(),
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((resolve) => {
    child.on("error", () => resolve(1));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
