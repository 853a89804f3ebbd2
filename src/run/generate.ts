import { join, relative } from "node:path";
import { emitBakeFile, formatVersion, isBkcacheFile } from "../bake/emit.ts";
import type { Plan } from "../bake/model.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import { readIfThere, writeAtomically } from "../host/files.ts";

/** Name of the committed file; it stands beside the config. */
const bakeFileName = "docker-bake.hcl";

export interface GeneratedFile {
  /** Absolute. */
  readonly path: string;
  readonly content: string;
  /** What is on disk now; null where there is no file. */
  readonly before: string | null;
}

export type FileState = "unchanged" | "created" | "updated";

/** emit: what `generate` would write, beside what is there. No bake file where existing ones are the source. */
export function emitFiles(plan: Plan, dir: string): readonly GeneratedFile[] {
  if (plan.bakeFiles !== undefined) return [];
  const path = join(dir, bakeFileName);
  return [{ path, content: emitBakeFile(plan), before: readIfThere(path) }];
}

export function stateOf(file: GeneratedFile): FileState {
  if (file.before === null) return "created";
  return file.before === file.content ? "unchanged" : "updated";
}

/**
 * Whether a stale file differs only in the header of another bkcache version: it means the same, so
 * `--check` warns and does not fail.
 */
export function differsInVersionOnly(file: GeneratedFile): boolean {
  if (file.before === null || !isBkcacheFile(file.before)) return false;
  return bodyOf(file.before) === bodyOf(file.content) && !file.before.startsWith(firstLine(file.content));
}

function firstLine(text: string): string {
  return text.slice(0, text.indexOf("\n") + 1);
}

/** All but the leading comment, which is where versions stand. */
function bodyOf(text: string): string {
  return text.replace(/^(#[^\n]*\n)+/, "");
}

/**
 * write: puts the files on disk, each whole or not at all; a file whose bytes are right is not touched.
 * @throws BkcacheError BK3002 where a file is not bkcache's own, unless `force`; BK3003 where writing fails.
 */
export async function writeFiles(
  files: readonly GeneratedFile[],
  options: { readonly force: boolean; readonly cwd: string },
): Promise<void> {
  const foreign = files.filter((file) => file.before !== null && !isBkcacheFile(file.before));
  if (!options.force && foreign.length > 0) {
    throw BkcacheError.of(
      foreign.map((file) => ({
        code: "BK3002" as const,
        message: `${relative(options.cwd, file.path)} exists and was not written by bkcache (format ${formatVersion})`,
        hint: "keep it as the source with `bake: docker-bake.hcl` in the config, or overwrite it with --force",
      })),
    );
  }
  for (const file of files) {
    if (stateOf(file) !== "unchanged") await writeAtomically(file.path, file.content);
  }
}
