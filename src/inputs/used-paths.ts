import { posix } from "node:path";
import { expand, globalValues, lookupIn, stageEnvironments, type BuildScope } from "../dockerfile/expand.ts";
import { readCopy } from "../dockerfile/lint/copy.ts";
import type { Dockerfile, Instruction, Stage } from "../dockerfile/model.ts";
import { parseMountOption } from "../dockerfile/mount-option.ts";
import type { Lookup } from "../dockerfile/shell-words.ts";
import { createBaseOf } from "../dockerfile/stages.ts";

/** What a build takes from outside of its Dockerfile. */
export interface UsedSources {
  /** Paths of each context that is used, wildcards in them, from its root; `""` is the main one. Null is all of it. */
  readonly paths: ReadonlyMap<string, ReadonlySet<string> | null>;
  /** Images that stages are made from, and that files are copied or mounted from. */
  readonly images: readonly UsedImage[];
}

export interface UsedImage {
  /** As written. */
  readonly name: string;
  /** Variables replaced; null where they cannot be told. */
  readonly ref: string | null;
}

/** Frontends that read no more than the instructions name. */
const knownFrontend = /^(?:docker\.io\/)?docker\/dockerfile(?:-upstream)?(?::|@|$)/;

/**
 * What COPY, ADD, FROM and bind mounts of some stages name. Where that cannot be told it is all of the context, so that nothing that
 * a build may read is left out.
 * @param stages those that the build reaches
 */
export function findUsedSources(dockerfile: Dockerfile, stages: readonly Stage[], scope: BuildScope): UsedSources {
  const paths = new Map<string, Set<string> | null>();
  const images = new Map<string, UsedImage>();
  const { escape } = dockerfile;
  const contexts = new Map(scope.contexts.map((name) => [name.toLowerCase(), name]));
  const add = (context: string, path: string | null): void => {
    const known = paths.get(context);
    const clean = path === null ? "" : posix.resolve("/", path).slice(1);
    if (clean === "") paths.set(context, null);
    else if (known === undefined) paths.set(context, new Set([clean]));
    else known?.add(clean);
  };
  /** The context that a `from` names; null for a stage or an image. */
  const contextOf = (from: string | null): string | null => {
    if (from === null) return "";
    const named = contexts.get(from.toLowerCase());
    if (named !== undefined) return named;
    const isStage = /^\d+$/.test(from) || dockerfile.stages.some(({ name }) => name === from.toLowerCase());
    if (!isStage && from !== "scratch") images.set(from, { name: from, ref: from });
    return null;
  };

  const readInstruction = (instruction: Instruction, lookup: Lookup): void => {
    const { keyword, flags, trigger } = instruction;
    if (trigger !== null) readInstruction(trigger, lookup);
    if (keyword === "COPY" || keyword === "ADD") {
      const copy = readCopy(instruction, { workdir: null, lookup, escape });
      const from = copy === null ? null : contextOf(copy.from);
      if (copy === null || from === null) return;
      if (copy.sources.length < copy.sourceCount) add(from, null);
      const local = copy.sources.filter((source) => !source.startsWith("<<") && !isAddress(keyword, source));
      for (const source of local) add(from, source);
    }
    if (keyword !== "RUN") return;
    for (const { name, value } of flags) {
      const { mount } =
        name === "mount" && value !== null ? parseMountOption(value, { escape, lookup }) : { mount: null };
      if (mount?.type !== "bind") continue;
      const from = contextOf(mount.from ?? null);
      if (from !== null) add(from, mount.source ?? null);
    }
  };

  const { syntax } = dockerfile.directives;
  const isKnown = syntax === undefined || knownFrontend.test(syntax.trim());
  if (!isKnown || Object.hasOwn(scope.args, "BUILDKIT_SYNTAX"))
    for (const name of ["", ...scope.contexts]) add(name, null);

  const wanted = new Set(stages.map(({ index }) => index));
  const baseOf = createBaseOf(dockerfile, scope);
  const globals = lookupIn(globalValues(dockerfile, scope), "closed");
  for (const { stage, steps } of stageEnvironments(dockerfile, scope, baseOf)) {
    if (!wanted.has(stage.index)) continue;
    const ref = expand(stage.from, escape, globals);
    const named = contexts.get((ref ?? "").toLowerCase());
    if (named !== undefined) add(named, null);
    else if (baseOf(stage) === null && ref !== "scratch") images.set(stage.from, { name: stage.from, ref });
    for (const { instruction, lookup } of steps) readInstruction(instruction, lookup);
  }
  return { paths, images: [...images.values()] };
}

function isAddress(keyword: string, source: string): boolean {
  return keyword === "ADD" && /^(?:https?|git|ssh):\/\/|^[\w-]+@[\w.-]+:/.test(source);
}
