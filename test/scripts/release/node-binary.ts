import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { cachedDir } from "../../toolchain/locate.mjs";

/** The first line of Node with long-term support whose executables hold a folder (`useVfs`, since 26.9). */
const version = "26.12.1";

/** Machines by the names that Node has for them, each with the integrity of its package on npm. */
const packages = {
  x64: "sha512-jk5LMAmgHlPlPMWpsUrSOqNaEZG+11UNd35hWQ+p5/XGaelWuTqJ69IcAy/5xtPPN4d5ZRBNOGB6gLMCh2kL9A==",
  arm64: "sha512-8Oxs6Y7rDcKufVIM/zYRSwytj46WOrZk7yFCLTKDcs17bBjAeD9HMAqo97hMfMyxozIud0S4vZCs5WB/3iavNQ==",
} as const;

export type Arch = keyof typeof packages;

/** Path of Node for Linux on such a machine, in the user's cache; npm brings it the first time. */
export function findNode(arch: Arch): string {
  const name = `node-linux-${arch}`;
  const dir = cachedDir(`${name}-${version}`);
  const found = join(dir, "package", "bin", "node");
  if (existsSync(found)) return found;
  mkdirSync(dirname(dir), { recursive: true });
  const staging = mkdtempSync(join(dirname(dir), ".node-"));
  try {
    execFileSync("npm", ["pack", "--silent", "--pack-destination", staging, `${name}@${version}`], { stdio: "pipe" });
    const [packed] = readdirSync(staging);
    if (packed === undefined) throw new Error(`npm pack has left no file of ${name}`);
    const integrity = `sha512-${createHash("sha512")
      .update(readFileSync(join(staging, packed)))
      .digest("base64")}`;
    if (integrity !== packages[arch]) throw new Error(`${name}@${version} has the integrity ${integrity}`);
    execFileSync("tar", ["-x", "-z", "-f", join(staging, packed), "-C", staging]);
    rmSync(join(staging, packed));
    // Another process may have been faster.
    if (!existsSync(found)) renameSync(staging, dir);
    return found;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}
