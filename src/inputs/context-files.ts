import { type Dirent, lstatSync, readdirSync, readlinkSync, type Stats } from "node:fs";
import { join, posix } from "node:path";
import type { Breather } from "./breather.ts";
import type { FileDigests } from "./file-digest.ts";
import type { GitIndex } from "./git-index.ts";
import { advance, isComplete, type Progress, readPattern } from "./glob.ts";
import type { Ignore, Ignored } from "./ignore.ts";

/** One file, folder or link of a context. */
export interface ContextFile {
  /** From the root of the context. */
  readonly path: string;
  /** Permission bits, which BuildKit counts as contents. */
  readonly mode: number;
  readonly kind: "file" | "folder" | "link";
  /** Of a file the id of its contents, of a link its target, of a folder empty. */
  readonly id: string;
}

/** The files of one folder as an ignore file leaves them, each looked at once. */
export interface ContextFiles {
  /**
   * @param paths as COPY names them; null for all
   * @returns in the order of their paths' code units
   * @throws what the file system throws, and TooManyFiles
   */
  list(paths: ReadonlySet<string> | null): Promise<readonly ContextFile[]>;
}

interface ContextRequest {
  /** Absolute. */
  readonly root: string;
  readonly ignore: Ignore;
  readonly git: GitIndex | null;
  readonly digests: FileDigests;
  readonly breather: Breather;
  /** How much of all contexts of a run may be looked at. */
  readonly budget: FileBudget;
}

/** What is left for all contexts of a run. */
export interface FileBudget {
  files: number;
  /** Of those whose contents are read. */
  bytes: number;
}

export class TooManyFiles extends Error {}

/** Links that lead to links. */
const maxLinks = 40;

export function openContextFiles({ root, ignore, git, digests, breather, budget }: ContextRequest): ContextFiles {
  const folders = new Map<string, readonly Dirent[]>();
  const ignored = new Map<string, Ignored>();
  const files = new Map<string, ContextFile>();

  const readFolder = (path: string): readonly Dirent[] => {
    let found = folders.get(path);
    if (found === undefined) folders.set(path, (found = readdirSync(join(root, path), { withFileTypes: true })));
    return found;
  };
  const testIgnored = (path: string, parent: Ignored | undefined): Ignored => {
    let found = ignored.get(path);
    if (found === undefined) ignored.set(path, (found = ignore.test(path, parent)));
    return found;
  };
  const read = async (path: string, entry: Dirent): Promise<ContextFile> => {
    const known = files.get(path);
    if (known !== undefined) return known;
    budget.files -= 1;
    if (budget.files < 0) throw new TooManyFiles("there are too many files");
    const absolute = join(root, path);
    const stats = lstatSync(absolute);
    const mode = stats.mode & 0o7777;
    const file: ContextFile = entry.isDirectory()
      ? { path, mode, kind: "folder", id: "" }
      : entry.isSymbolicLink()
        ? { path, mode: 0o777, kind: "link", id: readlinkSync(absolute) }
        : { path, mode, kind: "file", id: await idOf(absolute, stats) };
    files.set(path, file);
    return file;
  };
  const idOf = async (path: string, stats: Stats): Promise<string> => {
    const known = git?.idOf(path, stats) ?? null;
    if (known !== null) return known;
    budget.bytes -= stats.size;
    if (budget.bytes < 0) throw new TooManyFiles("they are too large");
    return digests.of(path, stats.size);
  };

  return {
    async list(paths) {
      const found = new Map<string, ContextFile>();
      /** Where links lead to, which are followed where they are named. */
      const waiting = [...(paths ?? [])];
      const seen = new Set(waiting);
      const follow = (path: string, rest: string): void => {
        const target = posix.resolve("/", posix.dirname(path), readlinkSync(join(root, path)));
        const next = posix.join(target, rest).slice(1);
        if (!seen.has(next) && seen.size < (paths?.size ?? 0) + maxLinks) waiting.push(next);
        seen.add(next);
      };
      const visit = async (folder: string, progress: readonly Progress[] | null, above: Ignored | undefined) => {
        for (const entry of readFolder(folder)) {
          const name = entry.name;
          const next = progress && advance(progress, name);
          if (next?.length === 0) continue;
          if (!entry.isFile() && !entry.isDirectory() && !entry.isSymbolicLink()) continue;
          const path = folder === "" ? name : `${folder}/${name}`;
          const state = testIgnored(path, above);
          const isNamed = next === null || next.some(isComplete);
          if (isNamed && !state.isIgnored && !found.has(path)) found.set(path, await read(path, entry));
          if (entry.isSymbolicLink() && next !== null && !state.isIgnored) {
            for (const each of next) follow(path, restOf(each));
          } else if (entry.isDirectory() && (!state.isIgnored || ignore.hasExceptions)) {
            const before = found.size;
            await visit(path, isNamed ? null : next, state);
            // A folder that is kept out comes with what is let in again below it.
            if (isNamed && state.isIgnored && found.size > before) found.set(path, await read(path, entry));
          }
          await breather.pause();
        }
      };
      if (paths === null) await visit("", null, undefined);
      for (let next = waiting.splice(0); next.length > 0; next = waiting.splice(0)) {
        const begun = next.map((path) => ({ pattern: readPattern(path), next: 0 }));
        await (next.includes("") ? visit("", null, undefined) : visit("", begun, undefined));
      }
      return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    },
  };
}

/** What is left of a pattern behind a link; of one with wildcards there, all below it. */
function restOf({ pattern, next }: Progress): string {
  const rest = pattern.slice(next);
  return rest.every((part) => typeof part === "string") ? rest.join("/") : "";
}
