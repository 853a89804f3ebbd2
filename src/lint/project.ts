import { statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { isRemote } from "../bake/location.ts";
import type { BakeTarget, CacheDirection, Plan, PlanTarget } from "../bake/model.ts";
import { showFile } from "../config/locate.ts";
import type { Path } from "../config/source-map.ts";
import { showText, type Text } from "../config/text.ts";
import { emptyScope } from "../dockerfile/expand.ts";
import type { LintFile, LintFinding, LintProject, LintTarget } from "../dockerfile/lint/rule.ts";
import { walkStages } from "../dockerfile/lint/walk.ts";
import type { Dockerfile } from "../dockerfile/model.ts";
import { parseDockerfile } from "../dockerfile/parse.ts";
import { reachedStages } from "../dockerfile/stages.ts";
import type { AbstractTargets } from "../source/built-targets.ts";
import { type DockerfileReader, readIfFile, scopeOf } from "../source/dockerfiles.ts";
import { platformsOf, wholeTarget } from "../source/target-mounts.ts";

export interface CollectedProject {
  readonly project: LintProject;
  /** Absolute paths of its files, in order. */
  readonly paths: readonly string[];
  /** Targets whose Dockerfile is missing, or lacks their stage. */
  readonly findings: readonly LintFinding[];
}

export interface CollectOptions {
  readonly read: DockerfileReader;
  /** Absolute folder that relative contexts start from. */
  readonly dir: string;
  /** Absolute folder that findings show files from. */
  readonly cwd: string;
  /** Nobody builds these: their Dockerfiles may be missing, and no step is theirs. */
  readonly abstract: AbstractTargets;
}

interface Found {
  readonly dockerfile: Dockerfile;
  readonly targets: LintTarget[];
  /** Of the contexts, absolute. */
  readonly folders: Set<string>;
}

/**
 * The Dockerfiles that targets of a plan are built from, with what the targets say of them. Those that are on another
 * machine, are written into the config, or depend on a variable are left out.
 */
export function collectTargets(
  plan: Plan,
  names: readonly string[],
  { read, dir, cwd, abstract }: CollectOptions,
): CollectedProject {
  const files = new Map<string, Found>();
  const findings: LintFinding[] = [];
  let isComplete = plan.external.length === 0 && names.length === Object.keys(plan.targets).length;
  for (const name of names) {
    const planned = plan.targets[name];
    if (planned === undefined) continue;
    const target = wholeTarget(planned);
    const found = read(target);
    const isAbstract = abstract.has(name);
    if (isAbstract && found.dockerfile === null) continue;
    if (found.dockerfile === null || found.path === null) {
      isComplete = false;
      const isMissing = found.dockerfile === null && found.isMissing === true;
      if (isMissing)
        findings.push(missing(["targets", name, "dockerfile"], `${found.reason}, which ${name} is built from`));
      continue;
    }
    const stages = stagesOf(target, found.dockerfile);
    if (stages === null) {
      if (isAbstract) continue;
      const message = `${relative(cwd, found.path)} has no stage ${JSON.stringify(target.target)}`;
      findings.push(missing(["targets", name, "target"], message));
      continue;
    }
    if (stages === undefined) isComplete = false;
    const file = files.get(found.path) ?? { dockerfile: found.dockerfile, targets: [], folders: new Set<string>() };
    const { context = "." } = target;
    if (typeof context === "string" && !isRemote(context))
      file.folders.add(resolve(dir, context.replace(/^cwd:\/\//, "")));
    if (stages !== undefined && !isAbstract && runsSteps(target))
      file.targets.push(lintTarget(name, target, { stages, planned }));
    files.set(found.path, file);
  }
  const paths = [...files.keys()];
  return {
    paths,
    findings,
    project: {
      project: plan.project,
      mounts: plan.mounts,
      isComplete,
      files: [...files].map(([path, { dockerfile, targets, folders }]) =>
        lintFile(showFile(path, cwd), dockerfile, targets, [...folders]),
      ),
    },
  };
}

/** Dockerfiles of which nobody says what is built from them. */
export function collectFiles(
  texts: readonly { readonly path: string; readonly text: string }[],
  { project, mounts, cwd }: Pick<LintProject, "mounts"> & { readonly project: string; readonly cwd: string },
): CollectedProject {
  const files = texts.map(({ path, text }) =>
    lintFile(showFile(path, cwd), parseDockerfile(text), [], [dirname(path), cwd]),
  );
  return {
    paths: texts.map(({ path }) => path),
    findings: [],
    project: { project, mounts, isComplete: false, files },
  };
}

function missing(path: Path, message: string): LintFinding {
  return { code: "BK6021", at: { path }, message, hint: "mend `context`, `dockerfile` or `target`" };
}

function lintFile(
  name: string,
  dockerfile: Dockerfile,
  targets: readonly LintTarget[],
  folders: readonly string[],
): LintFile {
  return {
    name,
    dockerfile,
    targets,
    readSource: createSourceReader(folders),
    walks: walkStages(dockerfile, sharedScope(targets)),
  };
}

/** Reads files of the contexts, of which the first that has one counts. @param folders absolute */
function createSourceReader(folders: readonly string[]): LintFile["readSource"] {
  return (path) => {
    for (const folder of folders) {
      const file = resolve(folder, path.replace(/^\/+/, ""));
      if (relative(folder, file).startsWith("..")) continue;
      if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return readIfFile(file);
    }
    return null;
  };
}

/** `call = "check"` and its kin read the Dockerfile and run nothing of it. */
function runsSteps({ call }: BakeTarget): boolean {
  return call === undefined || typeof call !== "string" || /^(?:build)?(?:,|$)/.test(call);
}

/** What is the same in all targets; an argument that differs is one that nobody can tell. */
function sharedScope(targets: readonly LintTarget[]): typeof emptyScope {
  const names = new Set(targets.flatMap(({ args }) => Object.keys(args)));
  const args = [...names].map((name) => {
    const values = new Set(targets.map(({ args }) => args[name]));
    const [value] = values;
    return [name, values.size === 1 && value !== undefined ? value : null] as const;
  });
  return { ...emptyScope, args: Object.fromEntries(args) };
}

/** Undefined where a variable names the stage, null where there is none of that name. */
function stagesOf(target: BakeTarget, dockerfile: Dockerfile): ReadonlySet<number> | null | undefined {
  const { target: stage } = target;
  if (stage !== undefined && typeof stage !== "string") return undefined;
  const reached = platformsOf(target).map((platform) => reachedStages(dockerfile, stage, scopeOf(target, platform)));
  if (reached.includes(null)) return null;
  return new Set(reached.flatMap((stages) => (stages ?? []).map(({ index }) => index)));
}

function lintTarget(
  name: string,
  target: BakeTarget,
  { stages, planned }: { readonly stages: ReadonlySet<number>; readonly planned: PlanTarget },
): LintTarget {
  const { args = {}, contexts = {}, context = ".", platforms, "no-cache-filter": filter } = target;
  const isList = platforms !== undefined && !("variable" in platforms);
  return {
    name,
    stages,
    mounts: planned.mounts,
    importsCache: hasSources(planned.cache.from),
    args: Object.fromEntries(
      Object.entries(args).map(([key, value]) => [key, typeof value === "string" ? value : null]),
    ),
    context: showText(context),
    contexts: Object.fromEntries(
      Object.entries(contexts).map(([key, value]: [string, Text]) => [key, showText(value)]),
    ),
    platformCount: isList ? platforms.length : 0,
    noCache: target["no-cache"] === true,
    noCacheFilter: filter === undefined || "variable" in filter ? [] : filter.map((stage) => showText(stage)),
  };
}

function hasSources(from: CacheDirection): boolean {
  return (from.kind === "policy" ? from.backends : from.entries).length > 0;
}
