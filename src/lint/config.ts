import { lintProject, withoutImplied } from "../dockerfile/lint/lint.ts";
import type { LintFinding } from "../dockerfile/lint/rule.ts";
import { abstractTargets } from "../source/built-targets.ts";
import { createDockerfileReader, createTextReader } from "../source/dockerfiles.ts";
import type { Project } from "../source/project.ts";
import { describeFinding, type LintedFinding, levelFor } from "./findings.ts";
import { createPlaces } from "./places.ts";
import { type CollectedProject, collectTargets } from "./project.ts";

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
  return withoutImplied(kept).map((finding) => describeFinding(finding, subject));
}
