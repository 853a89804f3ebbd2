import { projectFolder } from "../../config/project-folder.ts";
import { docsUrl } from "../../diagnostics/docs.ts";
import type { Command } from "commander";
import type { LintedFinding } from "../../lint/findings.ts";
import { lint } from "../../run/lint.ts";
import type { CommandContext } from "../command.ts";
import { exitCodes } from "../../diagnostics/exit-codes.ts";
import { toSarif } from "../report/sarif.ts";

interface LintFlags {
  readonly fix?: true;
  readonly quiet?: true;
  readonly json?: true;
  readonly sarif?: true;
  readonly strict?: true;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .argument("[dockerfile|target...]", "Dockerfiles, targets or groups (default: all that the config builds)")
    .option("--fix", "mend what can be mended without changing the image, and look again")
    .option("--strict", "exit 1 for warnings too")
    .option("--quiet", "print findings alone, and no summary")
    .option("--json", "print the findings as JSON")
    .option("--sarif", "print them as SARIF 2.1.0, for code scanning")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
Without a config it looks at the Dockerfiles of the folder. Needs no builder. \`rules\` of the config change levels, and a comment
\`# bkcache-ignore CODE reason\` above an instruction, or \`# bkcache-ignore-file CODE reason\` above all, takes findings away.
\`bkcache explain CODE\` says more of one; all of them, with examples: ${docsUrl("lint.md")}
Exit code: 1 where a finding has the level error.
`,
    )
    .action((names: readonly string[], flags: LintFlags) => runLint(names, flags, context));
}

async function runLint(names: readonly string[], flags: LintFlags, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  const { findings, files, fixed } = await lint(host, { names, config: flags.config, shouldFix: flags.fix === true });
  const errors = findings.filter(({ level }) => level === "error");
  const warnings = findings.filter(({ level }) => level === "warn");
  for (const file of fixed) host.tell({ level: "info", message: `${file}: mended` });
  if (flags.sarif) reporter.json(toSarif(findings, { cwd: host.cwd, root: projectFolder(host.cwd) }));
  else if (flags.json) reporter.json({ version: 1, findings: findings.map(toRecord) });
  else {
    reporter.findings(errors, "error");
    reporter.findings(warnings, "warning");
    const left =
      flags.fix && findings.length > 0 ? `; --fix leaves ${findings.length === 1 ? "it" : "them"} to you` : "";
    const message = `${count(files.length, "Dockerfile")}: ${summaryOf(errors, warnings)}${left}`;
    if (!flags.quiet) host.tell({ level: "info", message });
  }
  if (errors.length > 0 || (flags.strict && warnings.length > 0)) context.setExitCode(exitCodes.negative);
}

function summaryOf(errors: readonly LintedFinding[], warnings: readonly LintedFinding[]): string {
  const all = [...errors, ...warnings];
  if (all.length === 0) return "nothing found";
  const fixable = all.filter(({ isFixable }) => isFixable).length;
  const mend = fixable === 0 ? "" : `; \`bkcache lint --fix\` mends ${fixable}`;
  return `${count(errors.length, "error")}, ${count(warnings.length, "warning")}${mend}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** What `--json` prints of a finding: all keys always, null for what is not known. */
function toRecord({ code, level, message, hint, span, end, isFixable }: LintedFinding): object {
  return {
    code,
    level: level === "error" ? "error" : "warning",
    file: span.file,
    line: span.line,
    column: span.column,
    endLine: end?.line ?? null,
    endColumn: end?.column ?? null,
    message,
    hint: hint ?? null,
    fixable: isFixable,
  };
}
