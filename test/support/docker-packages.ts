import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { toolchainDir } from "../toolchain/locate.mjs";

/** "old": Docker 20.10 with the BuildKit 0.8 of its time. "current": Docker 26.1. */
export type EngineAge = "old" | "current";

interface Packaged {
  /** The release of Debian that has it. */
  readonly suite: string;
  readonly packages: readonly string[];
}

/** Neither needs more than that on a Debian machine. */
const packaged: Readonly<Record<EngineAge, Packaged>> = {
  old: { suite: "bookworm", packages: ["docker.io", "containerd", "libdevmapper1.02.1"] },
  current: { suite: "trixie", packages: ["docker.io", "containerd"] },
};

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Engines run as root, and come from Debian. */
export const canRunEngine = process.platform === "linux" && process.getuid?.() === 0 && existsSync(keyring);

/**
 * Debian's packages of an engine, unpacked beside the toolchain and not installed: two of different age can run side by
 * side, and nothing of the machine changes.
 * @returns the folder, in which `usr/bin` and `usr/sbin` are
 */
export function unpackEngine(age: EngineAge): string {
  const parent = join(dirname(dirname(toolchainDir())), "docker-engine");
  const dir = join(parent, age);
  if (existsSync(dir)) return dir;
  mkdirSync(parent, { recursive: true });
  const staging = mkdtempSync(join(parent, ".unpacking-"));
  try {
    const root = join(staging, "root");
    download(packaged[age], staging);
    for (const name of readdirSync(staging).filter((each) => each.endsWith(".deb"))) {
      execFileSync("dpkg-deb", ["-x", join(staging, name), root]);
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
function download({ suite, packages }: Packaged, dir: string): void {
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
