import { relative } from "node:path";
import type { Command } from "commander";
import { exitCodeOf } from "../../diagnostics/codes.ts";
import { BkcacheError } from "../../diagnostics/error.ts";
import { validateConfigFiles } from "../../run/validate.ts";
import type { CommandContext } from "../command.ts";

interface ValidateOptions {
  readonly json?: true;
  readonly quiet?: true;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .option("--json", "print the findings as JSON")
    .option("--quiet", "say only what is wrong")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
Checks the config as a whole, the comments of its mounts in Dockerfiles, and that the files that it names are there. Needs
neither builder nor bucket. Exit code: 0 where a bake could begin, with warnings too; 2 where it could not.
`,
    )
    .action((options: ValidateOptions) => validate(options, context));
}

async function validate(options: ValidateOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  try {
    const { project, errors, warnings } = await validateConfigFiles(host, options.config);
    if (errors.length > 0) throw BkcacheError.of(errors);
    const { valid, plan, warnings: ofConfig } = project;
    const file = relative(host.cwd, valid.file);
    if (options.json) {
      reporter.json({ version: 1, file, ok: true, errors: [], warnings: [...ofConfig, ...warnings] });
      return;
    }
    reporter.findings(warnings, "warning");
    if (options.quiet) return;
    const targets = Object.keys(plan.targets).length;
    const more = plan.bakeFiles === undefined ? "" : ` beside those of ${plan.bakeFiles.paths.join(", ")}`;
    host.tell({ level: "info", message: `${file} is valid: ${targets} target${targets === 1 ? "" : "s"}${more}` });
  } catch (error) {
    if (!options.json || !(error instanceof BkcacheError)) throw error;
    reporter.json({ version: 1, file: null, ok: false, errors: error.findings, warnings: [] });
    context.setExitCode(exitCodeOf(error.code));
  }
}
