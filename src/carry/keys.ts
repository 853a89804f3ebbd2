import { createHash } from "node:crypto";
import { glob, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { compareNames } from "../config/names.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import type { CarriedMount } from "./find.ts";

export interface MountKeys {
  /** The key of the snapshot that fits these files; null where any snapshot does. */
  readonly of: (mount: CarriedMount) => string | null;
  readonly findings: readonly Diagnostic[];
}

/** Hashes the files that name the snapshots. @param dir folder that they count from, absolute */
export async function readKeys(mounts: readonly CarriedMount[], dir: string): Promise<MountKeys> {
  const keys = new Map<CarriedMount, string>();
  const findings: Diagnostic[] = [];
  for (const mount of mounts) {
    if (mount.keyFiles.length === 0) continue;
    const files = await findFiles(mount.keyFiles, dir);
    if (files.length === 0) {
      findings.push({
        code: "BK5055",
        message: `none of the files that name the snapshot of the mount ${mount.name} exists: ${mount.keyFiles.join(", ")}`,
        hint: "the newest snapshot is taken; `key` counts from the folder of the config",
      });
      continue;
    }
    const hash = createHash("sha256");
    for (const file of files) {
      const content = await readFile(join(dir, file));
      hash.update(`${file}\0${content.length}\0`).update(content);
    }
    keys.set(mount, hash.digest("hex").slice(0, 32));
  }
  return { of: (mount) => keys.get(mount) ?? null, findings };
}

async function findFiles(patterns: readonly string[], dir: string): Promise<readonly string[]> {
  const found = new Set<string>();
  for await (const name of glob(patterns, { cwd: dir })) {
    const isFile = await stat(join(dir, name)).then(
      (stats) => stats.isFile(),
      () => false,
    );
    if (isFile) found.add(name.replaceAll("\\", "/"));
  }
  return [...found].sort(compareNames);
}
