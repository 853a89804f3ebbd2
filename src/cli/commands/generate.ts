import { relative } from "node:path";
import type { Command } from "commander";
import { differsInVersionOnly, emitFiles, type GeneratedFile, stateOf, writeFiles } from "../../run/generate.ts";
import { type Project, requireProject } from "../../run/project.ts";
import type { CommandContext } from "../command.ts";
import { exitCodes } from "../exit-code.ts";

interface GenerateOptions {
  readonly check?: true;
  readonly stdout?: true;
  readonly force?: true;
  readonly config?: string;
}

export function define(command: Command, context: CommandContext): Command {
  return command
    .option("--check", "write nothing; print what differs and exit 1 when a file is stale")
    .option("--stdout", "print the bake file and write nothing")
    .option("--force", "overwrite a docker-bake.hcl that bkcache did not write")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText("after", "\nNeeds no builder, no Dockerfile and no context: the config alone decides the bytes.\n")
    .action((options: GenerateOptions) => generate(options, context));
}

async function generate(options: GenerateOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  const project = await requireProject(host, options.config);
  await emit(project, options, context);
  if (options.stdout) return;
  const { lintConfig } = await import("../../run/lint.ts");
  reporter.findings(lintConfig(project, host.cwd), "warning");
}

async function emit({ plan, valid }: Project, options: GenerateOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  const files = emitFiles(plan, valid.dir);
  if (plan.bakeFiles !== undefined) {
    const source = plan.bakeFiles.paths.join(", ");
    host.tell({ level: "info", message: `no docker-bake.hcl is generated: \`bake\` keeps ${source} as the source` });
  }
  if (options.stdout) {
    for (const file of files) reporter.result(file.content);
    return;
  }
  const name = (file: GeneratedFile) => relative(host.cwd, file.path);
  if (!options.check) {
    await writeFiles(files, { force: options.force === true, cwd: host.cwd });
    for (const file of files) host.tell({ level: "info", message: `${name(file)}: ${stateOf(file)}` });
    return;
  }
  for (const file of files) {
    if (stateOf(file) === "unchanged") {
      host.tell({ level: "info", message: `${name(file)}: up to date` });
    } else if (differsInVersionOnly(file)) {
      host.tell({
        level: "warning",
        code: "BK3001",
        message: `${name(file)} was written by another version of bkcache and means the same`,
        hint: "run `bkcache generate` when it suits you",
      });
    } else {
      const { createTwoFilesPatch } = await import("diff");
      const label = name(file);
      const old = file.before === null ? "/dev/null" : `a/${label}`;
      reporter.result(createTwoFilesPatch(old, `b/${label}`, file.before ?? "", file.content, "", "", { context: 3 }));
      reporter.findings(
        [
          {
            code: "BK3001",
            message: `${label} ${file.before === null ? "does not exist" : "is stale"}`,
            hint: "run `bkcache generate` and commit the result",
          },
        ],
        "error",
      );
      context.setExitCode(exitCodes.negative);
    }
  }
}
