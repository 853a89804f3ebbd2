import { hash } from "node:crypto";
import { lstatSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { isRemote } from "../bake/location.ts";
import type { BakeTarget } from "../bake/model.ts";
import { showText } from "../config/text.ts";
import { reachedStages } from "../dockerfile/stages.ts";
import type { Dockerfile, Stage } from "../dockerfile/model.ts";
import { readIfThere } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import { createRedactor } from "../diagnostics/redact.ts";
import { type DockerfileReader, scopeOf } from "../source/dockerfiles.ts";
import { platformsOf } from "../source/target-mounts.ts";
import { createBreather } from "./breather.ts";
import { type ContextFiles, type FileBudget, openContextFiles, TooManyFiles } from "./context-files.ts";
import { createDigest, type Digest } from "./digest.ts";
import { createFileDigests } from "./file-digest.ts";
import { type GitIndex, openGitIndex } from "./git-index.ts";
import { createIgnore } from "./ignore.ts";
import { declaredArgs, listInstructions } from "./instructions.ts";
import { type KeptDigests, openKeptDigests } from "./kept-digests.ts";
import type { ContextInput, ImageInput, LinkedInput, TargetInputs } from "./model.ts";
import { listSettings } from "./settings.ts";
import { findUsedSources, type UsedSources } from "./used-paths.ts";

export interface InputsRequest {
  readonly project: string;
  /** Texts literal; arguments with them. */
  readonly targets: Readonly<Record<string, BakeTarget>>;
  readonly read: DockerfileReader;
  /** Folder that relative contexts start from; absolute. */
  readonly dir: string;
  readonly budget?: FileBudget;
  /** Folder for digests of files that git does not know, absolute; null where each is read. */
  readonly keepIn: string | null;
  /** When the build began for which it is described, in ms since the epoch; null where it has not. What changes after that is not known. */
  readonly builtSince?: () => number | null;
}

/** Of all contexts together: more than this takes seconds, and is rarely meant. */
const defaultBudget = { files: 200_000, bytes: 4 * 2 ** 30 };

/** What targets are made of. Each file is looked at once, between other work. */
export interface InputReader {
  /** @throws Error for a target that the definition does not have, and the reason of the host's signal */
  describe(name: string): Promise<TargetInputs>;
  /** To be called at the end: keeps for later runs what was read, of what was broken off as well. Never fails. */
  keep(): Promise<void>;
}

export function createInputReader(
  host: Pick<Host, "env" | "signal">,
  { project, targets, read, dir, budget = { ...defaultBudget }, keepIn, builtSince = () => null }: InputsRequest,
): InputReader {
  const breather = createBreather(host.signal);
  const digests = createFileDigests(breather);
  const redact = createRedactor(host.env);
  const repositories = new Map<string, GitIndex | null>();
  const kept = new Map<string, KeptDigests | null>();
  const contexts = new Map<string, ContextFiles>();
  const described = new Map<string, Promise<TargetInputs>>();

  const openContext = (root: string, ignoreText: string): ContextFiles => {
    const key = JSON.stringify([root, ignoreText]);
    let opened = contexts.get(key);
    if (opened === undefined) {
      // As git names its files.
      const real = realpathSync(root);
      let git = repositories.get(real);
      if (git === undefined) repositories.set(real, (git = openGitIndex(real, host.env)));
      const known = kept.get(real) ?? (keepIn === null ? null : openKeptDigests({ folder: keepIn, root: real }));
      kept.set(real, known);
      const ignore = createIgnore(ignoreText);
      opened = openContextFiles({ root: real, ignore, git, kept: known, digests, breather, budget });
      contexts.set(key, opened);
    }
    return opened;
  };

  /** Whether it may be another one than the build had: the build reads it sometime after it began. */
  const isYoung = (changed: number): boolean => {
    const since = builtSince();
    // The clock of a file system goes in steps: of the kernel's clock, 10 ms at most, or of seconds.
    const step = changed % 1000 === 0 ? 2_000 : 50;
    return since !== null && changed > since - step;
  };
  const describe = (name: string): Promise<TargetInputs> => {
    let found = described.get(name);
    if (found === undefined) described.set(name, (found = describeAnew(name)));
    return found;
  };

  const describeAnew = async (name: string): Promise<TargetInputs> => {
    const target = targets[name];
    if (target === undefined) throw new Error(`no target ${name} in the definition`);
    const digest = createDigest(project, name);
    const unknown: string[] = [];
    const { dockerfile, path, reason } = { path: null, reason: "", ...read(target) };
    if (dockerfile === null) unknown.push(reason);
    if (path !== null && isYoung(changedAt(path))) unknown.push("its Dockerfile changed while it was built");
    const stages = dockerfile === null ? [] : reached(dockerfile, target);
    const used = dockerfile === null ? null : usedBy(dockerfile, stages, target);
    const settings = listSettings(target, {
      digest,
      env: host.env,
      declared: dockerfile === null ? null : declaredArgs(dockerfile, stages),
      syntax: dockerfile?.directives["syntax"],
    });
    const instructions =
      dockerfile === null ? [] : listInstructions(dockerfile, { stages, digest, redact, isInline: path === null });
    const inputs: ContextInput[] = [];
    const linked: LinkedInput[] = [];
    for (const [context, place] of placesOf(target)) {
      if (used !== null && !used.paths.has(context)) continue;
      if (context !== "" && place.startsWith("target:")) {
        const parent = place.slice("target:".length);
        const { fingerprint, unknown: below } = await describe(parent);
        linked.push({ target: parent, fingerprint });
        unknown.push(...below);
        continue;
      }
      const found = await readContext(place, used?.paths.get(context) ?? null, context === "" ? path : null);
      if (typeof found === "string") unknown.push(found);
      inputs.push(contextInput(context, place, typeof found === "string" ? null : found, digest));
    }
    const images = (used?.images ?? []).map((image): ImageInput => {
      return { name: image.name, ref: digest("image", image.ref), resolved: image.ref };
    });
    const last = stages.at(-1);
    return withFingerprint({
      lastStage: last === undefined ? null : (last.name ?? `stage-${last.index}`),
      settings,
      instructions,
      contexts: inputs,
      linked,
      images,
      unknown: [...new Set(unknown)],
    });
  };

  /** The files of a context; null for one that is known by its name alone, a text where it is not known at all. */
  const readContext = async (
    place: string,
    paths: ReadonlySet<string> | null,
    dockerfile: string | null,
  ): Promise<ContextInput["files"] | string> => {
    if (place === "") return "the place of a context is not known";
    if (place === "-") return "the context comes on standard input";
    // A commit is what it is; a branch moves.
    if (isRemote(place)) return /#[0-9a-f]{40}(?::|$)/.test(place) ? null : "a context is not on this machine";
    const layout = place.startsWith("oci-layout://");
    if (!layout && /^[a-z][a-z-]*:\/\//.test(place.replace(/^cwd:\/\//, ""))) return null;
    if (layout) return "a context is a folder of images";
    const root = resolve(dir, place.replace(/^cwd:\/\//, ""));
    try {
      const ignoreFiles = [...(dockerfile === null ? [] : [`${dockerfile}.dockerignore`]), join(root, ".dockerignore")];
      const texts = ignoreFiles.map(readIfThere);
      const found = await openContext(root, texts.find((text) => text !== null) ?? "").find(paths);
      const isChanged = isYoung(Math.max(found.changedAt, ...ignoreFiles.map(changedAt)));
      return isChanged ? "files of a context changed while it was built" : found;
    } catch (error) {
      host.signal.throwIfAborted();
      if (error instanceof TooManyFiles) return `of the files of a context ${error.message}`;
      if (error instanceof Error && "code" in error) return `a context cannot be read (${String(error.code)})`;
      throw error;
    }
  };

  return {
    describe,
    async keep() {
      for (const each of kept.values()) await each?.save(!host.signal.aborted);
    },
  };
}

/** 0 for what is not there. */
function changedAt(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0;
}

function reached(dockerfile: Dockerfile, target: BakeTarget): readonly Stage[] {
  const { target: stage } = target;
  const all = platformsOf(target).flatMap(
    (platform) =>
      reachedStages(dockerfile, typeof stage === "string" ? stage : undefined, scopeOf(target, platform)) ??
      dockerfile.stages,
  );
  return [...new Set(all)].toSorted((a, b) => a.index - b.index);
}

/** Of all platforms together. */
function usedBy(dockerfile: Dockerfile, stages: readonly Stage[], target: BakeTarget): UsedSources {
  const all = platformsOf(target).map((platform) => findUsedSources(dockerfile, stages, scopeOf(target, platform)));
  const paths = new Map<string, Set<string> | null>();
  for (const [context, used] of all.flatMap((each) => [...each.paths])) {
    const known = paths.get(context);
    paths.set(context, used === null || known === null ? null : new Set([...(known ?? []), ...used]));
  }
  return { paths, images: all.flatMap(({ images }) => images) };
}

/** The contexts of a target, the main one under the empty name. */
function placesOf({ context = ".", contexts = {} }: BakeTarget): readonly (readonly [string, string])[] {
  const named = Object.entries(contexts).sort(([a], [b]) => (a < b ? -1 : 1));
  return [["", showText(context)], ...named.map(([name, place]) => [name, showText(place)] as const)];
}

function contextInput(name: string, place: string, files: ContextInput["files"], digest: Digest): ContextInput {
  return { name, digest: files === null ? digest("context", place) : digest("files", files.digest), files };
}

function withFingerprint(parts: Omit<TargetInputs, "fingerprint">): TargetInputs {
  const { settings, instructions, contexts, linked, images, unknown } = parts;
  const content = [
    settings.map(({ name, digest }) => [name, digest]),
    instructions.map(({ digest }) => digest),
    contexts.map(({ name, digest }) => [name, digest]),
    linked.map(({ target, fingerprint }) => [target, fingerprint]),
    images.map(({ name, ref }) => [name, ref]),
    unknown.length > 0,
  ];
  return { fingerprint: hash("sha256", JSON.stringify(content), "hex"), ...parts };
}
