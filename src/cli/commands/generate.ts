import { relative } from "node:path";
import type { Command } from "commander";
import type { Plan } from "../../bake/model.ts";
import { BkcacheError } from "../../diagnostics/error.ts";
import type { Host } from "../../host/host.ts";
import type { GeneratedFile } from "../../generate/file.ts";
import { differsInVersionOnly, emitBake, emitFiles, stateOf, writeFiles } from "../../generate/write.ts";
import { type Project, requireProject } from "../../source/project.ts";
import type { CommandContext } from "../command.ts";
import { exitCodes } from "../../diagnostics/exit-codes.ts";

interface GenerateOptions {
  readonly check?: true;
  readonly stdout?: true;
  readonly force?: true;
  readonly quiet?: true;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .option("--check", "write nothing; print what differs and exit 1 when a file is stale")
    .option("--stdout", "print the bake file and write nothing")
    .option("--force", "overwrite a docker-bake.hcl, or a Dockerfile that has a template, that bkcache did not write")
    .option("--quiet", "say only what is wrong")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      "\nNeeds no builder, and no Dockerfile for the bake file. In Dockerfiles that are there, the RUNs below a\n`# bkcache: MOUNT...` comment get the flags of those mounts.\n",
    )
    .action((options: GenerateOptions) => generate(options, context));
}

async function generate(options: GenerateOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  const project = await requireProject(host, options.config);
  const { bakeFiles } = project.plan;
  if (bakeFiles !== undefined) {
    const source = bakeFiles.paths.join(", ");
    host.tell({ level: "info", message: `no docker-bake.hcl is generated: \`bake\` keeps ${source} as the source` });
  }
  if (options.stdout) {
    if (bakeFiles === undefined) reporter.result(emitBake(project.plan, project.valid.dir).content);
    return;
  }
  const planned = { ...project, plan: await planAllTargets(host, project) };
  await emit(planned, { ...options, hasBakeFile: bakeFiles === undefined }, context);
  const { lintConfig } = await import("../../lint/config.ts");
  reporter.findings(lintConfig(planned, host.cwd), "warning");
}

/** The plan with the targets of existing bake files, which only bake can tell. */
async function planAllTargets(host: Host, project: Project): Promise<Plan> {
  const { bakeFiles, mounts } = project.plan;
  // Without mounts there are no flags to keep in step, and nobody needs buildx.
  if (bakeFiles === undefined || Object.keys(mounts).length === 0) return project.plan;
  const { planAllTargets } = await import("../../source/bake-files.ts");
  return planAllTargets(host, project);
}

async function emit(
  { plan, valid }: Project,
  options: GenerateOptions & { readonly hasBakeFile: boolean },
  context: CommandContext,
): Promise<void> {
  const { host, reporter } = context;
  const { files, findings } = await emitFiles(plan, valid.dir, { cwd: host.cwd, hasBakeFile: options.hasBakeFile });
  if (findings.length > 0) throw BkcacheError.of(findings);
  const name = (file: GeneratedFile) => relative(host.cwd, file.path);
  if (!options.check) {
    await writeFiles(files, { force: options.force === true, cwd: host.cwd });
    if (options.quiet) return;
    for (const file of files) host.tell({ level: "info", message: `${name(file)}: ${stateOf(file)}` });
    return;
  }
  let current = 0;
  for (const file of files) {
    if (stateOf(file) === "unchanged") {
      current += 1;
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
  if (!options.quiet) host.tell({ level: "info", message: `${current} of ${files.length} generated files up to date` });
}
