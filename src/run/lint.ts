import { readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { findRequested } from "../bake/requested.ts";
import { projectName } from "../config/names.ts";
import { levelOf } from "../config/rules/levels.ts";
import { formatPath, printable, spanOfOffset } from "../config/source-map.ts";
import { BkcacheError, type Diagnostic, type Span } from "../diagnostics/error.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { fixedText, lintProject, withoutImplied } from "../dockerfile/lint/lint.ts";
import type { LintFile, LintFinding, LintProject } from "../dockerfile/lint/rule.ts";
import { manageDockerfile } from "../dockerfile/manage.ts";
import { writeAtomically } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import { createDockerfileReader, createTextReader, readIfFile } from "../source/dockerfiles.ts";
import { abstractTargets } from "../source/built-targets.ts";
import { createPlaces } from "../lint/places.ts";
import { openSubject, type Subject } from "../lint/subject.ts";
import { collectFiles, collectTargets, type CollectedProject } from "../lint/project.ts";
import type { Project } from "../source/project.ts";

export interface LintedFinding extends Diagnostic {
  readonly level: "error" | "warn";
  readonly span: Span;
  /** Behind the last character, from 1; absent where the config is at fault. */
  readonly end?: { readonly line: number; readonly column: number };
  readonly isFixable: boolean;
}

export interface LintResult {
  readonly findings: readonly LintedFinding[];
  /** The Dockerfiles that were looked at, as findings show them. */
  readonly files: readonly string[];
  /** Those of them that were changed. */
  readonly fixed: readonly string[];
}

export interface LintOptions {
  /** Dockerfiles, targets and groups; none for all that the config builds, or the Dockerfiles of the folder. */
  readonly names: readonly string[];
  readonly config: string | undefined;
  readonly shouldFix: boolean;
}

/** One fix can show the next; more rounds than these would be a fault of a rule. */
const mostRounds = 5;

/**
 * What the rules find in Dockerfiles, after mending what can be mended.
 * @throws BkcacheError BK1002 for a name that is neither file, target nor group; BK6021 where there is no Dockerfile.
 */
export async function lint(host: Host, { names, config, shouldFix }: LintOptions): Promise<LintResult> {
  const project = await openSubject(host, config);
  const collect = (): CollectedProject => collectNamed(host, project, names);
  const fixed = new Set<string>();
  for (let round = 0; ; round += 1) {
    const collected = collect();
    const isUncertain = project?.isUncertain === true;
    const missing = collected.findings.map((finding) => (isUncertain ? { ...finding, isUncertain } : finding));
    const found = [...lintProject(collected.project), ...missing];
    const kept = withoutImplied(found.filter((finding) => levelFor(finding, project) !== "off"));
    const changed = shouldFix && round < mostRounds ? await applyFixes(collected, kept) : [];
    for (const file of changed) fixed.add(file);
    if (changed.length > 0) continue;
    return {
      findings: kept.map((finding) => describe(finding, project)),
      files: collected.project.files.map(({ name }) => name),
      fixed: [...fixed],
    };
  }
}

/** The findings in the Dockerfiles of a config, for commands that do something else. */
export function lintConfig(project: Project, cwd: string): readonly LintedFinding[] {
  return collectConfig(project, cwd, (collected) => lintProject(collected.project));
}

/** Targets of a config whose Dockerfile is missing, or lacks their stage. */
export function findMissingDockerfiles(project: Project, cwd: string): readonly LintedFinding[] {
  return collectConfig(project, cwd, ({ findings }) => findings);
}

function collectConfig(
  project: Project,
  cwd: string,
  find: (collected: CollectedProject) => readonly LintFinding[],
): readonly LintedFinding[] {
  const { plan, valid } = project;
  const read = createDockerfileReader(valid.dir);
  const subject = {
    ...project,
    abstract: abstractTargets(project),
    placeOf: createPlaces(project, { cwd, readText: createTextReader() }),
  };
  const collected = collectTargets(plan, Object.keys(plan.targets), {
    read,
    dir: valid.dir,
    cwd,
    abstract: subject.abstract,
  });
  const kept = find(collected).filter((finding) => levelFor(finding, { valid }) !== "off");
  return withoutImplied(kept).map((finding) => describe(finding, subject));
}

function collectNamed(host: Host, project: Subject | null, names: readonly string[]): CollectedProject {
  const { cwd } = host;
  const known = (name: string) => project !== null && isName(project, name);
  const files = names.filter((name) => !known(name)).map((name) => resolve(cwd, name));
  if (project === null || project.unread !== undefined) {
    const paths = names.length === 0 ? (project?.unread ?? dockerfilesIn(cwd)) : files;
    if (paths.length === 0) {
      throw new BkcacheError({
        code: "BK6021",
        message: `${cwd} has neither a bkcache config nor a Dockerfile`,
        hint: "name the Dockerfiles, or run it where one of them is",
      });
    }
    const { project: name, mounts } = project?.plan ?? { project: projectName(basename(cwd)), mounts: null };
    return collectFiles(
      paths.map((path) => ({ path, text: readDockerfile(path, project) })),
      { project: name, mounts, cwd },
    );
  }
  const { plan, valid, abstract, isUncertain = false } = project;
  const options = { read: createDockerfileReader(valid.dir), dir: valid.dir, cwd, abstract };
  const all = collectTargets(plan, Object.keys(plan.targets), options);
  if (names.length === 0) return isUncertain ? { ...all, project: { ...all.project, isComplete: false } } : all;
  // A Dockerfile is judged with all targets that are built from it.
  const { targets } = findRequested(plan, names.filter(known));
  const asked = targets.length === 0 ? null : collectTargets(plan, targets, options);
  const wanted = new Set([...files, ...(asked?.paths ?? [])]);
  const others = files.filter((path) => !all.paths.includes(path));
  const texts = others.map((path) => ({ path, text: readDockerfile(path, project) }));
  const bare = collectFiles(texts, { project: plan.project, mounts: null, cwd });
  const isWanted = (_: unknown, index: number) => wanted.has(all.paths[index] ?? "");
  return {
    paths: [...all.paths.filter(isWanted), ...bare.paths],
    findings: asked?.findings ?? [],
    project: {
      ...all.project,
      isComplete: false,
      files: [...all.project.files.filter(isWanted), ...bare.project.files],
    },
  };
}

function isName({ plan }: Project, name: string): boolean {
  return findRequested(plan, [name]).unknown.length === 0;
}

/** A device or pipe, which may never end. */
function isSpecial(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === false;
  } catch {
    // Reading it says why.
    return false;
  }
}

function readDockerfile(path: string, project: Project | null): string {
  const text = isSpecial(path) ? null : readIfFile(path);
  if (text !== null) return text;
  const name = basename(path);
  const near =
    project === null
      ? undefined
      : nearest(name, [...Object.keys(project.plan.targets), ...Object.keys(project.plan.groups)]);
  throw new BkcacheError({
    code: "BK1002",
    message: project === null ? `${name} is no Dockerfile` : `${name} is neither a Dockerfile nor a target or group`,
    hint: near === undefined ? "name a file, or run `bkcache lint` alone for all of them" : `did you mean ${near}?`,
  });
}

const dockerfileName = /^(?:Dockerfile|Containerfile)(?:\..+)?$|\.(?:Dockerfile|Containerfile)$/i;

function dockerfilesIn(dir: string): readonly string[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isFile() && dockerfileName.test(entry.name) && !/\.(?:dockerignore|hbs)$/.test(entry.name))
    .map((entry) => join(dir, entry.name))
    .toSorted();
}

async function applyFixes(
  { project, paths }: CollectedProject,
  findings: readonly LintFinding[],
): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const [index, file] of project.files.entries()) {
    const path = paths[index];
    // One that is made from a template is mended there.
    if (path === undefined || readIfFile(`${path}.hbs`) !== null) continue;
    const text = mendedText(project, file, findings);
    if (text !== file.dockerfile.text && (await writeAtomically(path, text))) changed.push(file.name);
  }
  return changed;
}

/** With the flags that new markers ask for; without those markers where they could not get them. */
function mendedText(project: LintProject, file: LintFile, findings: readonly LintFinding[]): string {
  const text = fixedText(file, findings);
  const { mounts, project: name } = project;
  const isMarked = findings.some(
    ({ code, at, edits = [] }) => code === "BK6003" && "file" in at && at.file === file && edits.length > 0,
  );
  if (mounts === null || !isMarked) return text;
  const managed = manageDockerfile(text, { file: file.name, project: name, mounts });
  if (managed.findings.length === 0) return managed.text;
  return fixedText(
    file,
    findings.filter(({ code }) => code !== "BK6003"),
  );
}

function levelFor(
  { code, isUncertain = false }: LintFinding,
  project: Pick<Project, "valid"> | null,
): "error" | "warn" | "off" {
  const rules = project?.valid.config.rules ?? {};
  const level = levelOf(code, rules);
  return level === "error" && isUncertain && !Object.hasOwn(rules, code) ? "warn" : level;
}

function describe(finding: LintFinding, project: Pick<Subject, "valid" | "placeOf"> | null): LintedFinding {
  const { code, at, message, hint, edits = [] } = finding;
  const base = {
    code,
    level: levelFor(finding, project) === "error" ? ("error" as const) : ("warn" as const),
    message: printable(message),
    ...(hint === undefined ? {} : { hint: printable(hint) }),
    isFixable: edits.length > 0,
  };
  if (!("file" in at)) {
    if (project === null) throw new Error(`no config has ${formatPath(at.path)}`);
    return { ...base, path: printable(formatPath(at.path)), span: project.placeOf(at.path) };
  }
  const { name, dockerfile } = at.file;
  const end = spanOfOffset(dockerfile.text, name, at.range.end);
  return {
    ...base,
    span: spanOfOffset(dockerfile.text, name, at.range.start),
    end: { line: end.line, column: end.column },
  };
}
