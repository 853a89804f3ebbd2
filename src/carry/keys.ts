import { createHash } from "node:crypto";
import { glob, readFile, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { compareNames } from "../config/names.ts";
import { projectFolder } from "../config/project-folder.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { isMissing } from "../host/files.ts";
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
    const read = await readKey(mount.keyFiles, dir);
    if ("key" in read) keys.set(mount, read.key);
    else findings.push(unusable(mount, read.reason));
  }
  return { of: (mount) => keys.get(mount) ?? null, findings };
}

function unusable({ name }: CarriedMount, reason: string): Diagnostic {
  return {
    code: "BK5055",
    message: `the snapshot of the mount ${name} has no name of its own: ${reason}`,
    hint: "the newest snapshot is taken; `key` counts from the folder of the config",
  };
}

/** The hash over names and contents of the files, or why there is none. */
async function readKey(
  patterns: readonly string[],
  dir: string,
): Promise<{ readonly key: string } | { readonly reason: string }> {
  const hash = createHash("sha256");
  let isEmpty = true;
  try {
    const project = await realpath(projectFolder(dir));
    for (const file of await findFiles(patterns, dir)) {
      const path = join(dir, file);
      // The hash stands in a name that others can read: it must not tell them of files that are not the project's.
      const real = await realpathIfThere(path);
      if (real === null) continue;
      if (!real.startsWith(project.endsWith(sep) ? project : `${project}${sep}`)) {
        return { reason: `${file} leads out of the project` };
      }
      const content = await readIfThere(real, file);
      // It has gone since it was found.
      if (content === null) continue;
      if (typeof content === "string") return { reason: content };
      hash.update(`${file}\0${content.length}\0`).update(content);
      isEmpty = false;
    }
  } catch (error) {
    return { reason: `${patterns.join(", ")} cannot be looked for: ${messageOf(error)}` };
  }
  if (isEmpty) return { reason: `none of its files exists: ${patterns.join(", ")}` };
  return { key: hash.digest("hex").slice(0, 32) };
}

async function realpathIfThere(path: string): Promise<string | null> {
  return realpath(path).catch(nullIfMissing);
}

/** A text is the reason why it cannot be read. */
async function readIfThere(path: string, file: string): Promise<Buffer | string | null> {
  try {
    return await readFile(path);
  } catch (error) {
    return isMissing(error) ? null : `${file} cannot be read: ${messageOf(error)}`;
  }
}

function nullIfMissing(error: unknown): null {
  if (isMissing(error)) return null;
  throw error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
