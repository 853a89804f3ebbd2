import { nearest } from "../../diagnostics/nearest.ts";
import { codes } from "../../diagnostics/codes.ts";
import type { Comment, Range } from "../model.ts";
import type { LintFile, LintFinding, LintProject } from "./rule.ts";
import { entryOf } from "./table.ts";

/** One `# bkcache-ignore CODE[,CODE] [reason]`, or `# bkcache-ignore-file` before the first instruction. */
interface Ignore {
  readonly comment: Comment;
  readonly codes: readonly string[];
  /** What it covers. */
  readonly range: Range;
}

/** The findings that no comment takes away, and one for every comment that takes none away. */
export function applyIgnores(project: LintProject, findings: readonly LintFinding[]): readonly LintFinding[] {
  const byFile = new Map(project.files.map((file) => [file, readIgnores(file)] as const));
  const used = new Set<string>();
  const kept = findings.filter(({ code, at }) => {
    if (!("file" in at)) return true;
    const matching = (byFile.get(at.file) ?? []).filter(
      ({ codes, range }) => codes.includes(code) && at.range.start >= range.start && at.range.start <= range.end,
    );
    for (const { comment } of matching) used.add(`${at.file.name}:${comment.line}:${code}`);
    return matching.length === 0;
  });
  for (const [file, ignores] of byFile) {
    for (const ignore of ignores) kept.push(...withoutEffect(project, file, ignore, used));
  }
  return kept;
}

function* withoutEffect(
  project: LintProject,
  file: LintFile,
  { comment, codes: named }: Ignore,
  used: ReadonlySet<string>,
): Iterable<LintFinding> {
  const at = { file, range: comment.range };
  if (named.length === 0) {
    yield { code: "BK6020", at, message: "the comment names no code", hint: "write `# bkcache-ignore BK6003 reason`" };
  }
  for (const code of named) {
    if (used.has(`${file.name}:${comment.line}:${code}`)) continue;
    if (!Object.hasOwn(codes, code)) {
      const near = nearest(code, Object.keys(codes));
      const hint = near === undefined ? {} : { hint: `did you mean ${near}?` };
      yield { code: "BK6020", at, message: `there is no code ${code}`, ...hint };
    } else if (project.mounts !== null || entryOf(code as keyof typeof codes)?.needsConfig !== true) {
      // What only a config can tell is not looked for without one.
      yield { code: "BK6020", at, message: `there is no ${code} to ignore here`, hint: "remove it from the comment" };
    }
  }
}

function readIgnores({ dockerfile }: LintFile): readonly Ignore[] {
  const first = dockerfile.instructions[0]?.range.start ?? dockerfile.text.length;
  const entireFile = { start: 0, end: dockerfile.text.length };
  const above = dockerfile.comments.flatMap((comment) =>
    comment.range.start < first ? parse(comment, "bkcache-ignore-file", entireFile) : [],
  );
  const own = dockerfile.instructions.flatMap((instruction) =>
    instruction.comments.flatMap((comment) => parse(comment, "bkcache-ignore", instruction.range)),
  );
  return [...above, ...own];
}

function parse(comment: Comment, word: string, range: Range): readonly Ignore[] {
  const [first, rest = ""] = comment.text.split(/\s+([^]*)/);
  if (first !== word) return [];
  const [list = ""] = /^(?:BK\w+[\s,]*)*/.exec(rest) ?? [];
  return [{ comment, codes: list.split(/[\s,]+/).filter(Boolean), range }];
}
