import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Arch, findNode } from "./node-binary.ts";

/** Machines by the names that container platforms have for them. */
const arches = { amd64: "x64", arm64: "arm64" } as const satisfies Record<string, Arch>;

export interface ExecutableOptions {
  /** The top of the repository, `dist` built. */
  readonly root: string;
  readonly out: string;
  readonly platforms?: readonly (keyof typeof arches)[];
}

/**
 * Writes `bkcache-linux-ARCH` for each machine, and `SHA256SUMS` as `sha256sum --check` reads it: Node with all of `dist` inside,
 * which is what the package on npm has. Returns the files.
 */
export async function buildExecutables({ root, out, platforms = ["amd64", "arm64"] }: ExecutableOptions) {
  mkdirSync(out, { recursive: true });
  const staging = mkdtempSync(join(tmpdir(), "bkcache-executable-"));
  try {
    const dist = join(root, "dist");
    // What is for programs that import bkcache is of no use inside.
    const files = globSync("**/*", { cwd: dist, exclude: ["**/*.mjs", "**/*.mts"] }).filter((file) =>
      /\.(?:js|cjs|json|txt)$/.test(file),
    );
    const assets = Object.fromEntries(
      files.filter((file) => file !== "bin.js").map((file) => [file, join(dist, file)]),
    );
    // The one that makes the blob is of the same version as the one that reads it.
    const builder = findNode(process.arch === "arm64" ? "arm64" : "x64");
    const built: string[] = [];
    for (const platform of platforms) {
      const output = resolve(out, `bkcache-linux-${platform}`);
      const config = join(staging, `${platform}.json`);
      const settings = {
        main: join(dist, "bin.js"),
        output,
        executable: findNode(arches[platform]),
        useVfs: true,
        assets,
      };
      writeFileSync(config, JSON.stringify({ ...settings, disableExperimentalSEAWarning: true }));
      execFileSync(builder, ["--build-sea", config], { stdio: ["ignore", "pipe", "inherit"] });
      built.push(output);
    }
    const sums = await Promise.all(
      built.map(async (file) => `${await sha256(file)}  ${file.slice(resolve(out).length + 1)}\n`),
    );
    writeFileSync(join(out, "SHA256SUMS"), sums.join(""));
    return built;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
