import { relative } from "node:path";
import type { Command } from "commander";
import { BkcacheError } from "../../diagnostics/error.ts";
import { emitDockerfiles } from "../../generate/dockerfiles.ts";
import { requireProject } from "../../source/project.ts";
import type { CommandContext } from "../command.ts";
import { exitCodeOf } from "../../diagnostics/codes.ts";

interface ValidateOptions {
  readonly json?: true;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .option("--json", "print the findings as JSON")
    .option("--config <file>", "use this config instead of looking for one")
    .action((options: ValidateOptions) => validate(options, context));
}

async function validate(options: ValidateOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  try {
    const { valid, plan } = await requireProject(host, options.config);
    const { findings } = await emitDockerfiles(plan, valid.dir, { cwd: host.cwd });
    if (findings.length > 0) throw BkcacheError.of(findings);
    const file = relative(host.cwd, valid.file);
    if (options.json) reporter.json({ file, ok: true, errors: [], warnings: valid.warnings });
    else {
      const targets = Object.keys(plan.targets).length;
      const more = plan.bakeFiles === undefined ? "" : ` beside those of ${plan.bakeFiles.paths.join(", ")}`;
      host.tell({ level: "info", message: `${file} is valid: ${targets} target${targets === 1 ? "" : "s"}${more}` });
    }
  } catch (error) {
    if (!options.json || !(error instanceof BkcacheError)) throw error;
    reporter.json({ file: null, ok: false, errors: error.findings, warnings: [] });
    context.setExitCode(exitCodeOf(error.code));
  }
}
