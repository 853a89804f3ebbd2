import { posix } from "node:path";
import { isCommandOf, type PresetName, presets } from "../config/presets.ts";
import type { Dockerfile, Instruction } from "../dockerfile/model.ts";
import { isToolSign, signs, toolLines } from "./signs.ts";

/**
 * The folder that a Dockerfile is built from: of its own and those above it the nearest that has most of what its COPY
 * lines name. Where they name nothing in particular, the lock files of the tools that it runs decide.
 */
export function contextOf(path: string, dockerfile: Dockerfile, files: readonly string[]): string {
  const sources = copiedSources(dockerfile);
  const named = sources.filter((source) => source !== ".");
  const candidates = foldersUp(posix.dirname(path));
  const isAll = sources.length > named.length;
  const wanted = [
    (base: string) => named.filter((source) => !isThere(posix.join(base, source), files)).length,
    (base: string) => (isAll ? missingSigns(base, dockerfile, files) : 0),
    (base: string) => (isAll && holdsOnlyDockerfiles(base, files) ? 1 : 0),
  ];
  let left = candidates;
  for (const missing of wanted) {
    const least = Math.min(...left.map(missing));
    left = left.filter((base) => missing(base) === least);
  }
  return left[0] ?? ".";
}

/** Whether the COPY lines say anything of the context at all. */
export function readsContext(dockerfile: Dockerfile): boolean {
  return copiedSources(dockerfile).length > 0;
}

/** The folder and those above it, nearest first. */
function foldersUp(folder: string): readonly string[] {
  return folder === "." ? ["."] : [folder, ...foldersUp(posix.dirname(folder))];
}

function isThere(path: string, files: readonly string[]): boolean {
  if (path === ".") return true;
  if (/[*?[]/.test(path)) {
    const pattern = path
      .replaceAll(/[.+^$()|{}\\]/g, "\\$&")
      .replaceAll("*", "[^/]*")
      .replaceAll("?", "[^/]");
    const matcher = patternOf(`^${pattern}(?:/|$)`);
    return matcher === null || files.some((file) => matcher.test(file));
  }
  return files.some((file) => file === path || file.startsWith(`${path}/`));
}

/** Null for brackets that are none. */
function patternOf(text: string): RegExp | null {
  try {
    return new RegExp(text);
  } catch {
    return null;
  }
}

/** Tools of the Dockerfile none of whose files the folder has. */
function missingSigns(base: string, dockerfile: Dockerfile, files: readonly string[]): number {
  const lines = toolLines(dockerfile);
  const within = base === "." ? files : files.filter((file) => file.startsWith(`${base}/`));
  const isTop = (file: string) => posix.dirname(file) === base;
  return Object.entries(signs).filter(([preset, names]) => {
    if (!lines.some((words) => isCommandOf(presets[preset as PresetName], words))) return false;
    // A file below the folder may be what a `cd` leads to, unless the folder is the top, which has everything below it.
    return !within.some((file) => isToolSign(file, names) && (base !== "." || isTop(file)));
  }).length;
}

/** Folders that are there for the Dockerfile's own sake, such as docker/ with an entry script, are nobody's context. */
function holdsOnlyDockerfiles(base: string, files: readonly string[]): boolean {
  if (!ofDockerfiles.test(posix.basename(base))) return false;
  const within = files.filter((file) => file.startsWith(`${base}/`));
  return within.every((file) =>
    /dockerfile|containerfile|compose|bake|entrypoint|\.(?:sh|conf|md|env|ya?ml)$/i.test(file),
  );
}

const ofDockerfiles =
  /^\.?(?:docker\w*|containers?|images?|build|packag(?:e|ing)|ci|circleci|github|gitlab|devcontainer|deploy\w*|hack|scripts?|infra|ops|release)$/i;

/** Paths in the context that COPY, ADD and bind mounts take, as far as they are plain. */
function copiedSources(dockerfile: Dockerfile): readonly string[] {
  return dockerfile.instructions.flatMap((instruction) => {
    const { keyword, flags, args, heredocs } = instruction;
    if (keyword === "RUN") return boundSources(instruction);
    if ((keyword !== "COPY" && keyword !== "ADD") || heredocs.length > 0) return [];
    if (flags.some(({ name }) => name === "from")) return [];
    const words = args.startsWith("[") ? jsonWords(args) : args.split(/\s+/);
    return words.slice(0, -1).flatMap(plainPath);
  });
}

function boundSources({ flags }: Instruction): readonly string[] {
  return flags.flatMap(({ name, value }) => {
    if (name !== "mount" || value === null || !/(?:^|,)type=bind(?:,|$)/.test(value) || /(?:^|,)from=/.test(value))
      return [];
    const [, source = "."] = /(?:^|,)(?:source|src)=([^,]*)/.exec(value) ?? [];
    return plainPath(source);
  });
}

function plainPath(word: string): readonly string[] {
  if (word === "" || /[$"'\\]|:\/\/|^git@/.test(word)) return [];
  return [posix.normalize(word.replace(/^\/+/, "") || ".").replace(/(?<=.)\/$/, "")];
}

function jsonWords(args: string): readonly string[] {
  try {
    return (JSON.parse(args) as unknown[]).map(String);
  } catch {
    return [];
  }
}
