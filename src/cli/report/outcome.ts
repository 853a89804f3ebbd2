import { appendFileSync } from "node:fs";
import { readCi } from "../../ci/ci.ts";
import type { Outcome } from "../../build/conclude.ts";
import { summarise, type Summary } from "../../outcome/summary.ts";
import type { CommandContext } from "../command.ts";
import { plainLine } from "./plain.ts";
import { cut, formatTable } from "./table.ts";

/** Says what a build took from the cache and gave to it; returns the exit code of the command. */
export function reportOutcome(
  { host, reporter }: CommandContext,
  { report, failures, strict }: Outcome,
  { isQuiet = false }: { readonly isQuiet?: boolean } = {},
): number {
  const summary = summarise(report);
  // Failures are findings with a code of their own, said below; in the table they would stand twice.
  const width = process.stderr.columns || 120;
  const table = formatSummary({ ...summary, failures: [], closing: [] }, width);
  const isFolded = readCi(host.env).service === "GitLab" && table.length > 0;
  if (!isQuiet) {
    if (isFolded) reporter.section("bkcache", "bkcache: what came from the cache", table);
    else reporter.lines(table);
    reporter.lines(formatLine(summary.closing, width));
  }
  const isFatal = strict && report.exitCode !== 0 && failures.length > 0;
  reporter.findings(failures, isFatal ? "error" : "warning");
  const file = host.env["GITHUB_STEP_SUMMARY"];
  if (host.env["GITHUB_ACTIONS"] === "true" && file) appendJobSummary(file, summary);
  return report.exitCode;
}

/** Lines of at most `width` columns; the longest texts are cut, never wrapped. */
export function formatSummary(
  { head, rows, relay, mounts, failures, notes, closing }: Summary,
  width: number,
): readonly string[] {
  // Names of targets and sources may be of any length.
  const columns = head.map((each, index) => (index === 0 || index === 2 ? { head: each, least: 8 } : { head: each }));
  const cells = rows.map((row) => row.cells);
  const [headLine = "", ...lines] = rows.length === 0 ? [] : formatTable(columns, cells, width);
  const table = rows.flatMap(({ below }, index) => [lines[index] ?? "", ...below.map((text) => `  ${text}`)]);
  return [...(rows.length === 0 ? [] : [headLine]), ...table, ...relay, ...mounts, ...failures, ...notes]
    .map((text) => cut(text.trimEnd(), width))
    .concat(formatLine(closing, width));
}

/** Parts of one line, which goes on below where the terminal is too narrow: none of them is to be lost. */
function formatLine(parts: readonly string[], width: number): readonly string[] {
  const wrapped = parts.reduce<readonly string[]>((lines, part) => {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 2 + part.length < width) return [...lines.slice(0, -1), `${line}, ${part}`];
    return line === undefined ? [part] : [...lines.slice(0, -1), `${line},`, `  ${part}`];
  }, []);
  return wrapped.map((text) => cut(text, width));
}

/** The table in the summary page of a GitHub Actions job. A page that cannot be written is no failure of the build. */
function appendJobSummary(file: string, summary: Summary): void {
  const { head, rows, relay, mounts, failures, notes, closing } = summary;
  const row = (cells: readonly string[]) =>
    `| ${cells.map((cell) => plainLine(cell).replaceAll("|", "\\|")).join(" | ")} |`;
  const lines = [
    "### bkcache",
    "",
    ...(closing.length === 0 ? [] : [plainLine(closing.join(", ")), ""]),
    ...(rows.length === 0 ? [] : [row(head), row(head.map(() => "---"))]),
    ...rows.map(({ cells }) => row(cells)),
    "",
    ...[...relay, ...mounts, ...failures, ...notes].map((text) => `- ${plainLine(text)}`),
    "",
  ];
  try {
    appendFileSync(file, `${lines.join("\n")}\n`);
  } catch {
    // A read-only or vanished file of the runner.
  }
}
