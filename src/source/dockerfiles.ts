import { relative, resolve } from "node:path";
import { isRemote } from "../bake/location.ts";
import type { BakeTarget } from "../bake/model.ts";
import { showText } from "../config/text.ts";
import type { BuildScope } from "../dockerfile/expand.ts";
import type { Dockerfile } from "../dockerfile/model.ts";
import { parseDockerfile } from "../dockerfile/parse.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import { readIfThere } from "../host/files.ts";

/** Where the Dockerfile of a target is. */
type DockerfilePlace =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "inline"; readonly text: string }
  /** Not on this machine, or nobody can tell; the reason is for people. */
  | { readonly kind: "elsewhere"; readonly reason: string };

type FoundDockerfile =
  | { readonly dockerfile: Dockerfile; /** Absolute; null for `dockerfile-inline`. */ readonly path: string | null }
  | {
      readonly dockerfile: null;
      readonly reason: string;
      /** It should be on this machine, and is not. */ readonly isMissing?: true;
    };

/** Reads each Dockerfile once. */
export type DockerfileReader = (target: BakeTarget) => FoundDockerfile;

/** The text of a file; null where there is none. */
export type ReadText = (path: string) => string | null;

/** Reads each file once: all that a run does rests on the same text. */
export function createTextReader(): ReadText {
  const texts = new Map<string, string | null>();
  return (path) => {
    let text = texts.get(path);
    if (text === undefined) texts.set(path, (text = readIfFile(path)));
    return text;
  };
}

/** @param dir absolute folder that relative contexts start from */
export function createDockerfileReader(dir: string, readText: ReadText = readIfFile): DockerfileReader {
  const read = new Map<string, Dockerfile | null>();
  return (target) => {
    const place = placeOfDockerfile(target, dir);
    if (place.kind === "elsewhere") return { dockerfile: null, reason: place.reason };
    if (place.kind === "inline") return { dockerfile: parseDockerfile(place.text), path: null };
    const { path } = place;
    let dockerfile = read.get(path);
    if (dockerfile === undefined) {
      const text = readText(path);
      dockerfile = text === null ? null : parseDockerfile(text);
      read.set(path, dockerfile);
    }
    if (dockerfile !== null) return { dockerfile, path };
    return { dockerfile: null, reason: `${relative(dir, path)} does not exist`, isMissing: true };
  };
}

/** A folder that is called Dockerfile is no Dockerfile. @throws BkcacheError BK3004 for a file that cannot be read. */
export function readIfFile(path: string): string | null {
  try {
    return readIfThere(path);
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    if (["EISDIR", "ENOTDIR"].includes(reason)) return null;
    throw new BkcacheError({
      code: "BK3004",
      message: `cannot read ${path} (${reason})`,
      hint: "check the rights of the file and its folders, and where links lead; the build could not read it either",
      cause,
    });
  }
}

export function placeOfDockerfile(target: BakeTarget, dir: string): DockerfilePlace {
  const { context = ".", dockerfile = "Dockerfile", "dockerfile-inline": inline } = target;
  if (inline !== undefined && inline !== "") {
    if (typeof inline === "string") return { kind: "inline", text: inline };
    return elsewhere("dockerfileInline holds a variable");
  }
  if (typeof dockerfile !== "string") return elsewhere(`the path ${showText(dockerfile)} holds a variable`);
  if (context === "-" || dockerfile === "-") return elsewhere("the context on standard input is an archive");
  // buildx takes these two for themselves, whatever the context is.
  if (/^https?:\/\//.test(dockerfile)) return elsewhere(`${dockerfile} is not a file`);
  if (dockerfile.startsWith("cwd://")) return file(resolve(dir, dockerfile.slice("cwd://".length)));
  if (typeof context !== "string") return elsewhere(`the context ${showText(context)} holds a variable`);
  if (isRemote(context) || /^[a-z][a-z-]*:\/\//.test(context.replace(/^cwd:\/\//, ""))) {
    return elsewhere(`the context ${context} is not a folder`);
  }
  return file(resolve(dir, context.replace(/^cwd:\/\//, ""), dockerfile === "" ? "Dockerfile" : dockerfile));
}

function file(path: string): DockerfilePlace {
  return { kind: "file", path };
}

function elsewhere(reason: string): DockerfilePlace {
  return { kind: "elsewhere", reason };
}

/** What a target gives its Dockerfile, for one of its platforms. */
export function scopeOf({ args = {}, contexts = {} }: BakeTarget, platform: string | null): BuildScope {
  return {
    args: Object.fromEntries(Object.entries(args).map(([name, value]) => [name, literalOf(value)])),
    platform,
    contexts: Object.keys(contexts),
  };
}

/** An argument without a value comes from the environment. */
function literalOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
