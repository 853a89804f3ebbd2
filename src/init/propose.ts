import { posix } from "node:path";
import { compareNames, projectName, targetName } from "../config/names.ts";
import type { Backend, Config, Target } from "../config/schema.gen.ts";
import { parseDockerfile } from "../dockerfile/parse.ts";
import { proposeMounts } from "./propose-mounts.ts";

export interface FoundDockerfile {
  /** Relative to the folder, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** What a folder holds, as far as a config depends on it. */
export interface Found {
  readonly folder: string;
  /** Relative, with slashes. */
  readonly files: readonly string[];
  readonly dockerfiles: readonly FoundDockerfile[];
  /** Names that bake reads by itself, in the order in which it merges them; compose files only with `build:`. */
  readonly bakeFiles: readonly string[];
}

export interface Proposal {
  readonly config: Config;
  readonly comment: readonly string[];
  /** Mounts that no RUN has yet, by Dockerfile: names of `mounts`. */
  readonly unmounted: Readonly<Record<string, readonly string[]>>;
}

/** A config that builds what the folder builds now. `remote` is the bucket that all machines share. */
export function proposeConfig(found: Found, remote: Backend | null): Proposal {
  const backends: Record<string, Backend> = { disk: { type: "local", path: "~/.cache/bkcache" } };
  if (remote !== null) backends["remote"] = remote;
  const names = Object.keys(backends);
  const mounts: Record<string, NonNullable<Config["mounts"]>[string]> = {};
  const unmounted: Record<string, readonly string[]> = {};
  for (const { path, text } of found.dockerfiles) {
    const proposed = proposeMounts(parseDockerfile(text), found.files);
    for (const { name, mount } of proposed) mounts[name] ??= mount;
    const open = proposed.filter(({ isMounted }) => !isMounted).map(({ name }) => name);
    if (open.length > 0) unmounted[path] = open;
  }
  const config: Config = {
    project: projectName(found.folder),
    ...(found.bakeFiles.length > 0 && {
      bake: found.bakeFiles.length === 1 ? String(found.bakeFiles[0]) : [...found.bakeFiles],
    }),
    backends,
    cache: { read: names, write: names },
    ...(Object.keys(mounts).length > 0 && { mounts }),
    ...(found.bakeFiles.length === 0 && { targets: proposeTargets(found) }),
  };
  return { config, comment: remote === null ? bucketHint : [], unmounted };
}

const bucketHint = [
  "The cache stays on this machine. To share it, declare a bucket and name it after disk in cache.read and cache.write:",
  "  remote: { type: s3, url: s3://BUCKET/PREFIX/, region: REGION }",
];

function proposeTargets(found: Found): Record<string, Target> {
  const targets: Record<string, Target> = {};
  for (const { path, text } of found.dockerfiles) {
    const context = contextOf(path, text, found.files);
    const inContext = context === "." ? path : posix.relative(context, path);
    const target: Record<string, string> = {};
    if (context !== ".") target["context"] = context;
    if (inContext !== "Dockerfile") target["dockerfile"] = inContext;
    const short = shortName(path);
    const parts = posix.dirname(path).split("/");
    const long = targetName((parts.at(-1) === short ? parts : [...parts, short]).join("-").replace(/^\.-/, ""));
    let name = Object.hasOwn(targets, short) ? long : short;
    for (let i = 2; Object.hasOwn(targets, name); i += 1) name = `${long}-${i}`;
    targets[name] = target;
  }
  return Object.fromEntries(Object.entries(targets).toSorted(([a], [b]) => compareNames(a, b)));
}

/** `api/Dockerfile` is api, `Dockerfile.worker` and `worker.Dockerfile` are worker, and the one at the top is app. */
function shortName(path: string): string {
  const name = posix.basename(path);
  const [, after] = /^(?:Dockerfile|Containerfile)\.(.+)$/i.exec(name) ?? [];
  const [, before] = /^(.+)\.(?:dockerfile|containerfile)$/i.exec(name) ?? [];
  const folder = posix.dirname(path);
  return targetName(after ?? before ?? (folder === "." ? "app" : posix.basename(folder)));
}

/**
 * The Dockerfile's own folder, unless it copies what only the top has: with the context left out, both are common.
 */
function contextOf(path: string, text: string, files: readonly string[]): string {
  const folder = posix.dirname(path);
  if (folder === ".") return ".";
  const sources = copiedSources(text);
  const missing = (base: string) => sources.filter((source) => !isThere(posix.join(base, source), files)).length;
  return missing(folder) > missing(".") ? "." : folder;
}

function isThere(path: string, files: readonly string[]): boolean {
  if (path === ".") return true;
  const wildcard = path.search(/[*?[]/);
  if (wildcard !== -1) return files.some((file) => file.startsWith(path.slice(0, wildcard)));
  return files.some((file) => file === path || file.startsWith(`${path}/`));
}

/** Paths in the context that COPY and ADD take, as far as they are plain. */
function copiedSources(text: string): readonly string[] {
  return parseDockerfile(text).instructions.flatMap((instruction) => {
    const { keyword, flags, args, heredocs } = instruction;
    if ((keyword !== "COPY" && keyword !== "ADD") || heredocs.length > 0) return [];
    if (flags.some(({ name }) => name === "from")) return [];
    const words = args.startsWith("[") ? jsonWords(args) : args.split(/\s+/);
    return words
      .slice(0, -1)
      .filter((word) => !/[$"'\\]|:\/\//.test(word))
      .map((word) => posix.normalize(word.replace(/^\/+/, "")).replace(/(?<=.)\/$/, ""));
  });
}

function jsonWords(args: string): readonly string[] {
  try {
    return (JSON.parse(args) as unknown[]).map(String);
  } catch {
    return [];
  }
}
