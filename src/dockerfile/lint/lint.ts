import type { Code } from "../../diagnostics/codes.ts";
import { applyIgnores } from "./ignore.ts";
import type { Edit, LintFile, LintFinding, LintProject } from "./rule.ts";
import { lintRules } from "./table.ts";

/** All that the rules find and no comment ignores; those of a Dockerfile by place, those of the config at the end. */
export function lintProject(project: LintProject): readonly LintFinding[] {
  const found: LintFinding[] = [];
  for (const { check } of Object.values(lintRules)) found.push(...check(project));
  return applyIgnores(project, found).toSorted(
    (a, b) => orderOf(project, a) - orderOf(project, b) || startOf(a) - startOf(b) || compare(a.code, b.code),
  );
}

/** Without the mounts that no RUN uses yet since a finding says where to write their markers. */
export function withoutImplied<Finding extends LintFinding>(findings: readonly Finding[]): readonly Finding[] {
  const wanted = new Set(findings.flatMap(({ mounts = [] }) => mounts));
  return findings.filter(({ code, at }) => code !== "BK6004" || "file" in at || !wanted.has(String(at.path[1])));
}

function orderOf({ files }: LintProject, { at }: LintFinding): number {
  return "file" in at ? files.indexOf(at.file) : files.length;
}

function startOf({ at }: LintFinding): number {
  return "file" in at ? at.range.start : 0;
}

function compare(a: Code, b: Code): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The text of a Dockerfile with the edits of its findings done; of edits that overlap, the first. */
export function fixedText(file: LintFile, findings: readonly LintFinding[]): string {
  const edits = findings
    .flatMap(({ at, edits = [] }) => ("file" in at && at.file === file ? edits : []))
    .toSorted((a, b) => a.start - b.start || a.end - b.end);
  const done: Edit[] = [];
  for (const edit of edits) {
    const last = done.at(-1);
    const isNew = last === undefined || edit.start > last.end || (edit.start === last.end && edit.start > last.start);
    if (isNew) done.push(edit);
  }
  return done.reduceRight(
    (text, { start, end, text: replacement }) => text.slice(0, start) + replacement + text.slice(end),
    file.dockerfile.text,
  );
}
