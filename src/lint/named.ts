import { readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { findRequested } from "../bake/requested.ts";
import { projectName } from "../config/names.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { lintProject, withoutImplied } from "../dockerfile/lint/lint.ts";
import type { LintFinding } from "../dockerfile/lint/rule.ts";
import type { Host } from "../host/host.ts";
import { createDockerfileReader, readIfFile } from "../source/dockerfiles.ts";
import type { Project } from "../source/project.ts";
import { levelFor } from "./findings.ts";
import { collectFiles, collectTargets, type CollectedProject } from "./project.ts";
import type { Subject } from "./subject.ts";

/** What the rules find, but for those that are off, and in which Dockerfiles. */
export interface Linted {
  readonly collected: CollectedProject;
  readonly findings: readonly LintFinding[];
}

/**
 * Holds the rules against the Dockerfiles that a command line means.
 * @param names Dockerfiles, targets and groups; none for all that the config builds, or the Dockerfiles of the folder
 * @throws BkcacheError BK1002 for a name that is neither file, target nor group; BK6021 where there is no Dockerfile.
 */
export function lintNamed(host: Host, subject: Subject | null, names: readonly string[]): Linted {
  const collected = collectNamed(host, subject, names);
  const isUncertain = subject?.isUncertain === true;
  const missing = collected.findings.map((finding) => (isUncertain ? { ...finding, isUncertain } : finding));
  const found = [...lintProject(collected.project), ...missing];
  return { collected, findings: withoutImplied(found.filter((finding) => levelFor(finding, subject) !== "off")) };
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
