import { join, relative } from "node:path";
import { emitBakeFile, formatVersion, isBkcacheFile } from "../bake/emit.ts";
import type { Plan } from "../bake/model.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { readIfThere, writeAtomically } from "../host/files.ts";
import { type EmitDockerfileOptions, emitDockerfiles } from "./dockerfiles.ts";
import type { GeneratedFile } from "./file.ts";

/** Name of the committed file; it stands beside the config. */
const bakeFileName = "docker-bake.hcl";

export type FileState = "unchanged" | "created" | "updated";

/** emit: the bake file that `generate` would write, beside what is there. */
export function emitBake(plan: Plan, dir: string): GeneratedFile {
  const path = join(dir, bakeFileName);
  const before = readCommitted(path);
  return {
    kind: "bake",
    path,
    content: emitBakeFile(plan),
    before,
    isForeign: before !== null && !isBkcacheFile(before),
  };
}

function readCommitted(path: string): string | null {
  try {
    return readIfThere(path);
  } catch (cause) {
    throw new BkcacheError({
      code: "BK3004",
      message: `cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: "remove what stands there, and run `bkcache generate` again",
      cause,
    });
  }
}

export interface EmittedFiles {
  readonly files: readonly GeneratedFile[];
  /** What is wrong in a Dockerfile; nothing may be written then. */
  readonly findings: readonly Diagnostic[];
}

export interface EmitOptions extends EmitDockerfileOptions {
  /** False where existing bake files are the source: those are never written. */
  readonly hasBakeFile: boolean;
}

/** emit: the bake file, and the Dockerfiles that have markers or templates. */
export async function emitFiles(
  plan: Plan,
  dir: string,
  { hasBakeFile, ...options }: EmitOptions,
): Promise<EmittedFiles> {
  const { files, findings } = await emitDockerfiles(plan, dir, options);
  return { files: hasBakeFile ? [emitBake(plan, dir), ...files] : files, findings };
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
  if (file.kind !== "bake" || file.before === null || file.isForeign) return false;
  return bodyOf(file.before) === bodyOf(file.content) && !file.before.startsWith(firstLine(file.content));
}

function firstLine(text: string): string {
  return text.slice(0, text.indexOf("\n") + 1);
}

/** All but the leading comment, which is where versions stand. */
function bodyOf(text: string): string {
  return text.replace(/^(#[^\n]*\n)+/, "");
}

/** @throws BkcacheError BK3002 where a file is not bkcache's own, unless `force` */
export function refuseForeign(
  files: readonly GeneratedFile[],
  options: { readonly force: boolean; readonly cwd: string },
): void {
  const foreign = files.filter((file) => file.isForeign);
  if (options.force || foreign.length === 0) return;
  throw BkcacheError.of(foreign.map((file) => describeForeign(file, relative(options.cwd, file.path))));
}

/**
 * write: puts the files on disk, each whole or not at all; a file whose bytes are right is not touched.
 * @throws BkcacheError as `refuseForeign`; BK3003 where writing fails.
 */
export async function writeFiles(
  files: readonly GeneratedFile[],
  options: { readonly force: boolean; readonly cwd: string },
): Promise<void> {
  refuseForeign(files, options);
  for (const file of files) {
    if (stateOf(file) !== "unchanged") await writeAtomically(file.path, file.content);
  }
}

function describeForeign({ kind }: GeneratedFile, name: string): Diagnostic {
  if (kind === "dockerfile") {
    return {
      code: "BK3002",
      message: `${name} exists and was not written by bkcache from its template`,
      hint: `overwrite it with --force, or rename ${name}.hbs`,
    };
  }
  return {
    code: "BK3002",
    message: `${name} exists and was not written by bkcache (format ${formatVersion})`,
    hint: "keep it as the source with `bake: docker-bake.hcl` in the config, or overwrite it with --force",
  };
}
