import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { toolchainDir } from "../toolchain/locate.mjs";

interface Packages {
  /** The release of Debian that has them. */
  readonly suite: string;
  readonly packages: readonly string[];
  /** Whether all that they need comes with them, as far as the machine's own C library does not have to be it. */
  readonly isComplete?: boolean;
}

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Whether packages of any release of Debian can be had. */
export const hasDebian = process.platform === "linux" && process.getuid?.() === 0 && existsSync(keyring);

/**
 * Debian's packages, unpacked beside the toolchain and not installed: several versions can stand side by side, and
 * nothing of the machine changes.
 * @param name of the folder, such as `docker/old`
 * @returns the folder, in which `usr/bin` is
 */
export function unpackDebian(name: string, wanted: Packages): string {
  const dir = join(dirname(dirname(toolchainDir())), name);
  if (existsSync(dir)) return dir;
  const parent = dirname(dir);
  mkdirSync(parent, { recursive: true });
  const staging = mkdtempSync(join(parent, ".unpacking-"));
  try {
    const root = join(staging, "root");
    for (const file of download(wanted, staging)) execFileSync("dpkg-deb", ["-x", file, root]);
    try {
      renameSync(root, dir);
    } catch (error) {
      // Another test run was first, and its result is as good.
      if (!existsSync(dir)) throw error;
    }
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return dir;
}

/** A program of the machine's loader takes the machine's C library and no other. */
const ofMachine = /^libc6_/;

/**
 * With lists of its own: those of the machine need not have the release, and stay as they are.
 * @returns paths of the packages
 */
function download({ suite, packages, isComplete = false }: Packages, dir: string): readonly string[] {
  const sources = join(dir, "sources.list");
  writeFileSync(sources, `deb [signed-by=${keyring}] http://deb.debian.org/debian ${suite} main\n`);
  mkdirSync(join(dir, "lists", "partial"), { recursive: true });
  mkdirSync(join(dir, "archives", "partial"), { recursive: true });
  // Of a machine without packages: all that is needed is missing there.
  const status = join(dir, "status");
  writeFileSync(status, "");
  const settings = {
    "Dir::Etc::sourcelist": sources,
    "Dir::Etc::sourceparts": "-",
    "Dir::State::lists": join(dir, "lists"),
    "Dir::Cache": dir,
    ...(isComplete && { "Dir::State::status": status }),
    // Its own user may not read a folder below the home of root.
    "APT::Sandbox::User": "root",
  };
  const options = Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  const get = isComplete ? ["install", "--yes", "--download-only", "--no-install-recommends"] : ["download"];
  for (const args of [["update"], [...get, ...packages]]) {
    execFileSync("apt-get", ["-qq", ...options, ...args], { cwd: dir, stdio: ["ignore", "pipe", "pipe"] });
  }
  const found = isComplete ? join(dir, "archives") : dir;
  return readdirSync(found)
    .filter((file) => file.endsWith(".deb") && !ofMachine.test(file))
    .map((file) => join(found, file));
}
