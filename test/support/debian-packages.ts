import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { toolchainDir } from "../toolchain/locate.mjs";

interface Packages {
  /** The release of Debian that has them. */
  readonly suite: string;
  readonly packages: readonly string[];
}

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Whether packages of any release of Debian can be had. */
export const hasDebian = process.platform === "linux" && process.getuid?.() === 0 && existsSync(keyring);

/**
 * Debian's packages, unpacked beside the toolchain and not installed: several versions can stand side by side, and
 * nothing of the machine changes.
 * @param name of the folder, such as `docker-engine/old`
 * @returns the folder, in which `usr/bin` is
 */
export function unpackDebian(name: string, { suite, packages }: Packages): string {
  const dir = join(dirname(dirname(toolchainDir())), name);
  if (existsSync(dir)) return dir;
  const parent = dirname(dir);
  mkdirSync(parent, { recursive: true });
  const staging = mkdtempSync(join(parent, ".unpacking-"));
  try {
    const root = join(staging, "root");
    download({ suite, packages }, staging);
    for (const file of readdirSync(staging).filter((each) => each.endsWith(".deb"))) {
      execFileSync("dpkg-deb", ["-x", join(staging, file), root]);
    }
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

/** With lists of its own: those of the machine need not have the release, and stay as they are. */
function download({ suite, packages }: Packages, dir: string): void {
  const sources = join(dir, "sources.list");
  writeFileSync(sources, `deb [signed-by=${keyring}] http://deb.debian.org/debian ${suite} main\n`);
  mkdirSync(join(dir, "lists", "partial"), { recursive: true });
  mkdirSync(join(dir, "archives", "partial"), { recursive: true });
  const settings = {
    "Dir::Etc::sourcelist": sources,
    "Dir::Etc::sourceparts": "-",
    "Dir::State::lists": join(dir, "lists"),
    "Dir::Cache": dir,
    // Its own user may not read a folder below the home of root.
    "APT::Sandbox::User": "root",
  };
  const options = Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  for (const args of [["update"], ["download", ...packages]]) {
    execFileSync("apt-get", ["-qq", ...options, ...args], { cwd: dir, stdio: ["ignore", "pipe", "pipe"] });
  }
}
