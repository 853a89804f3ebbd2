import { appendFileSync } from "node:fs";
import type { Outcome } from "../../run/conclude.ts";
import { formatSummary, summarise, type Summary } from "../../outcome/summary.ts";
import type { CommandContext } from "../command.ts";

/** Says what a build took from the cache and gave to it; returns the exit code of the command. */
export function reportOutcome({ host, reporter }: CommandContext, { report, failures, strict }: Outcome): number {
  const summary = summarise(report);
  // Failures are findings with a code of their own, said below; in the table they would stand twice.
  const table = formatSummary({ ...summary, failures: [], notes: report.notes }, process.stderr.columns ?? 120);
  reporter.lines(table);
  const isFatal = strict && report.exitCode !== 0 && failures.length > 0;
  reporter.findings(failures, isFatal ? "error" : "warning");
  const file = host.env["GITHUB_STEP_SUMMARY"];
  if (host.env["GITHUB_ACTIONS"] === "true" && file) appendJobSummary(file, summary);
  return report.exitCode;
}

/** The table in the summary page of a GitHub Actions job. A page that cannot be written is no failure of the build. */
function appendJobSummary(file: string, { head, rows, mounts, failures, notes }: Summary): void {
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const lines = [
    "### bkcache",
    "",
    ...(rows.length === 0 ? [] : [row(head), row(head.map(() => "---"))]),
    ...rows.map(({ cells }) => row(cells)),
    "",
    ...[...mounts, ...failures, ...notes].map((text) => `- ${text}`),
    "",
  ];
  try {
    appendFileSync(file, `${lines.join("\n")}\n`);
  } catch {
    // A read-only or vanished file of the runner.
  }
}
