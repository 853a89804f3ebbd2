import { createHash, hash } from "node:crypto";
import { type Dirent, lstatSync, readdirSync, readlinkSync, type Stats } from "node:fs";
import { posix } from "node:path";
import type { Breather } from "./breather.ts";
import type { FileDigests } from "./file-digest.ts";
import type { GitIndex } from "./git-index.ts";
import { advance, isComplete, type Progress, readPattern } from "./glob.ts";
import type { Ignore, Ignored } from "./ignore.ts";
import type { KeptDigests } from "./kept-digests.ts";

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
   * @throws what the file system throws, and TooManyFiles
   */
  find(paths: ReadonlySet<string> | null): Promise<FoundFiles>;
}

export interface FoundFiles {
  /** SHA-256 over all that is found, and by which folders. */
  readonly digest: string;
  /**
   * When the last of all that was looked at so far changed, in ms since the epoch: a file, or which ones a folder has that is
   * taken whole, but for the root.
   */
  readonly changedAt: number;
  /** In the order of their paths' code units. */
  list(): readonly ContextFile[];
}

/** A file by itself, or a folder with all below it, which many targets may have in common. */
interface Part {
  readonly path: string;
  readonly digest: string;
  readonly files: readonly ContextFile[];
}

interface ContextRequest {
  /** Absolute. */
  readonly root: string;
  readonly ignore: Ignore;
  readonly git: GitIndex | null;
  /** Of what git does not know. */
  readonly kept: KeptDigests | null;
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

const nothingIgnored: Ignored = { isIgnored: false, fitting: [] };
/** Characters that are hashed at once. */
const pieceLength = 16_384;
/** Links that lead to links. */
const maxLinks = 40;

export function openContextFiles({ root, ignore, git, kept, digests, breather, budget }: ContextRequest): ContextFiles {
  const folders = new Map<string, readonly Dirent[]>();
  const ignored = new Map<string, Ignored>();
  /** What was looked at by its own name, or lies in a tree that another may overlap. */
  const files = new Map<string, ContextFile>();
  /** Which of these is in `files` only once something else is looked at: mostly there is but one tree. */
  const unlisted: Part[] = [];
  const trees = new Map<string, Promise<Part>>();
  let changedAt = 0;

  /** Once more after something was read: what was read may be younger than the look before it. */
  const look = (absolute: string): Stats => {
    const stats = lstatSync(absolute);
    if (stats.ctimeMs > changedAt) changedAt = stats.ctimeMs;
    return stats;
  };
  const readFolder = (path: string): readonly Dirent[] => {
    let found = folders.get(path);
    if (found === undefined) folders.set(path, (found = readdirSync(`${root}/${path}`, { withFileTypes: true })));
    return found;
  };
  const testIgnored = (path: string, parent: Ignored | undefined): Ignored => {
    if (ignore.isEmpty) return nothingIgnored;
    let found = ignored.get(path);
    if (found === undefined) ignored.set(path, (found = ignore.test(path, parent)));
    return found;
  };
  /** Mostly at once: a promise for each of thousands of files takes longer than what it waits for. */
  const read = (path: string, entry: Dirent): ContextFile | Promise<ContextFile> => {
    const known = files.size === 0 ? undefined : files.get(path);
    if (known !== undefined) return known;
    budget.files -= 1;
    if (budget.files < 0) throw new TooManyFiles("there are too many files");
    const absolute = `${root}/${path}`;
    if (entry.isSymbolicLink()) {
      const id = readlinkSync(absolute);
      look(absolute);
      return { path, mode: 0o777, kind: "link", id };
    }
    const stats = look(absolute);
    const mode = stats.mode & 0o7777;
    if (entry.isDirectory()) return { path, mode, kind: "folder", id: "" };
    const id = git?.idOf(absolute, stats) ?? kept?.idOf(path, stats) ?? readId(path, stats);
    if (typeof id === "string") return { path, mode, kind: "file", id };
    return id.then((found) => ({ path, mode, kind: "file", id: found }));
  };
  const readId = (path: string, stats: Stats): string | Promise<string> => {
    const absolute = `${root}/${path}`;
    budget.bytes -= stats.size;
    if (budget.bytes < 0) throw new TooManyFiles("they are too large");
    const keepId = (id: string): string => {
      look(absolute);
      kept?.add(path, stats, id);
      return id;
    };
    const id = digests.of(absolute, stats.size);
    return typeof id === "string" ? keepId(id) : id.then(keepId);
  };

  /** All that is left of a folder, which is among it where it is not kept out, or where something below it is let in again. */
  const collect = async (folder: string, above: Ignored | undefined, into: ContextFile[]): Promise<void> => {
    const entries = readdirSync(`${root}/${folder}`, { withFileTypes: true });
    // The run itself writes into the root: its report, a cache, what the build puts out.
    if (folder !== "") look(`${root}/${folder}`);
    for (const entry of entries) {
      if (!isKept(entry)) continue;
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const state = testIgnored(path, above);
      if (entry.isDirectory() && state.isIgnored) {
        const before = into.length;
        if (ignore.hasExceptions) await collect(path, state, into);
        if (into.length > before) into.push(await read(path, entry));
      } else if (!state.isIgnored) {
        const file = read(path, entry);
        into.push(file instanceof Promise ? await file : file);
        if (entry.isDirectory()) await collect(path, state, into);
      }
      const rest = breather.pause();
      if (rest !== undefined) await rest;
    }
  };
  const collectTree = async (folder: string, state: Ignored | undefined): Promise<Part> => {
    const all: ContextFile[] = [];
    await collect(folder, state, all);
    const part = { path: folder, digest: digestOf(all.sort(byPath)), files: all };
    unlisted.push(part);
    return part;
  };
  const listTrees = (): void => {
    for (const part of unlisted.splice(0)) for (const file of part.files) files.set(file.path, file);
  };
  const readTree = (folder: string, state: Ignored | undefined): Promise<Part> => {
    let tree = trees.get(folder);
    if (tree === undefined) {
      listTrees();
      trees.set(folder, (tree = collectTree(folder, state)));
    }
    return tree;
  };
  const readAlone = async (path: string, entry: Dirent): Promise<ContextFile> => {
    listTrees();
    const file = await read(path, entry);
    files.set(path, file);
    return file;
  };

  return {
    async find(paths) {
      const parts = new Map<string, Part>();
      const add = (file: ContextFile): void => {
        const key = `file ${file.path}`;
        if (!parts.has(key)) parts.set(key, { path: file.path, digest: digestOf([file]), files: [file] });
      };
      /** Where links lead to, which are followed where they are named. */
      const waiting = [...(paths ?? [""])];
      const seen = new Set(waiting);
      const follow = (path: string, rest: string): void => {
        const target = posix.resolve("/", posix.dirname(path), readlinkSync(`${root}/${path}`));
        const next = posix.join(target, rest).slice(1);
        if (!seen.has(next) && seen.size < (paths?.size ?? 0) + maxLinks) waiting.push(next);
        seen.add(next);
      };
      const visit = async (folder: string, progress: readonly Progress[], above: Ignored | undefined) => {
        for (const entry of readFolder(folder)) {
          const next = advance(progress, entry.name);
          if (next.length === 0 || !isKept(entry)) continue;
          const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
          const state = testIgnored(path, above);
          const isNamed = next.some(isComplete);
          if (entry.isDirectory() && isNamed) {
            const isOpen = !state.isIgnored || ignore.hasExceptions;
            const tree = isOpen ? await readTree(path, state) : null;
            if (!state.isIgnored || (tree !== null && tree.files.length > 0)) add(await readAlone(path, entry));
            if (tree !== null) parts.set(`folder ${path}`, tree);
          } else if (entry.isDirectory()) {
            if (!state.isIgnored || ignore.hasExceptions) await visit(path, next, state);
          } else if (!state.isIgnored) {
            if (isNamed) add(await readAlone(path, entry));
            if (entry.isSymbolicLink()) for (const each of next) follow(path, restOf(each));
          }
          await breather.pause();
        }
      };
      for (let next = waiting.splice(0); next.length > 0; next = waiting.splice(0)) {
        if (next.includes("")) parts.set("folder ", await readTree("", undefined));
        const begun = next.filter((path) => path !== "").map((path) => ({ pattern: readPattern(path), next: 0 }));
        if (begun.length > 0) await visit("", begun, undefined);
      }
      const sorted = [...parts].sort(([a], [b]) => (a < b ? -1 : 1));
      return {
        changedAt,
        digest: hash("sha256", JSON.stringify(sorted.map(([key, { digest }]) => [key, digest])), "hex"),
        list() {
          const all = new Map(sorted.flatMap(([, part]) => part.files.map((file) => [file.path, file] as const)));
          return [...all.values()].sort(byPath);
        },
      };
    },
  };
}

/** Sockets, pipes and devices are not sent. */
function isKept(entry: Dirent): boolean {
  return entry.isFile() || entry.isDirectory() || entry.isSymbolicLink();
}

function byPath(a: ContextFile, b: ContextFile): number {
  return a.path < b.path ? -1 : 1;
}

/** In pieces: one text of all lines outlives them, and is copied by each look for what is still used. */
function digestOf(files: readonly ContextFile[]): string {
  const sum = createHash("sha256");
  let lines = "";
  for (const { path, mode, kind, id } of files) {
    lines += `${kind} ${mode} ${JSON.stringify(path)} ${JSON.stringify(id)}\n`;
    if (lines.length < pieceLength) continue;
    sum.update(lines);
    lines = "";
  }
  return sum.update(lines).digest("hex");
}

/** What is left of a pattern behind a link; of one with wildcards there, all below it. */
function restOf({ pattern, next }: Progress): string {
  const rest = pattern.slice(next);
  return rest.every((part) => typeof part === "string") ? rest.join("/") : "";
}
