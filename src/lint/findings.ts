import { levelOf } from "../config/rules/levels.ts";
import { formatPath, printable, spanOfOffset } from "../config/source-map.ts";
import type { Diagnostic, Span } from "../diagnostics/error.ts";
import type { LintFinding } from "../dockerfile/lint/rule.ts";
import type { Project } from "../source/project.ts";
import type { Subject } from "./subject.ts";

/** What a rule found, as the user reads it. */
export interface LintedFinding extends Diagnostic {
  readonly level: "error" | "warn";
  readonly span: Span;
  /** Behind the last character, from 1; absent where the config is at fault. */
  readonly end?: { readonly line: number; readonly column: number };
  readonly isFixable: boolean;
}

/** As the config says; what is uncertain is no error unless the config says so of its rule. */
export function levelFor(
  { code, isUncertain = false }: LintFinding,
  project: Pick<Project, "valid"> | null,
): "error" | "warn" | "off" {
  const rules = project?.valid.config.rules ?? {};
  const level = levelOf(code, rules);
  return level === "error" && isUncertain && !Object.hasOwn(rules, code) ? "warn" : level;
}

/** @param project null where there is no config, so that nothing is at fault in it */
export function describeFinding(
  finding: LintFinding,
  project: Pick<Subject, "valid" | "placeOf"> | null,
): LintedFinding {
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
