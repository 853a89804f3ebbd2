import { fixedText } from "../dockerfile/lint/lint.ts";
import type { LintFile, LintFinding, LintProject } from "../dockerfile/lint/rule.ts";
import { manageDockerfile } from "../dockerfile/manage.ts";
import { writeAtomically } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import { describeFinding, type LintedFinding } from "../lint/findings.ts";
import { lintNamed } from "../lint/named.ts";
import type { CollectedProject } from "../lint/project.ts";
import { openSubject } from "../lint/subject.ts";
import { readIfFile } from "../source/dockerfiles.ts";

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
  const subject = await openSubject(host, config);
  const fixed = new Set<string>();
  for (let round = 0; ; round += 1) {
    const { collected, findings } = lintNamed(host, subject, names);
    const changed = shouldFix && round < mostRounds ? await applyFixes(collected, findings) : [];
    for (const file of changed) fixed.add(file);
    if (changed.length > 0) continue;
    return {
      findings: findings.map((finding) => describeFinding(finding, subject)),
      files: collected.project.files.map(({ name }) => name),
      fixed: [...fixed],
    };
  }
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
