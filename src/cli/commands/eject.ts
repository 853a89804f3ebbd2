import { unlink } from "node:fs/promises";
import type { Command } from "commander";
import { BkcacheError } from "../../diagnostics/error.ts";
import { readIfThere, writeAtomically } from "../../host/files.ts";
import { type EjectedCache, ejectBakeFile, ejectDockerfile, lossesOf, showPath } from "../../init/eject.ts";
import { createDockerfileReader } from "../../source/dockerfiles.ts";
import { planAllTargets } from "../../source/bake-files.ts";
import { emitFiles, refuseForeign } from "../../generate/write.ts";
import { requireProject } from "../../source/project.ts";
import type { CommandContext } from "../command.ts";

const uses = ["off", "read", "read-write"] as const;

interface EjectOptions {
  readonly cache?: (typeof uses)[number];
  readonly dryRun?: true;
  readonly deleteConfig?: true;
  readonly force?: true;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .addOption(
      command
        .createOption("--cache <use>", "what the bake file does with the cache (default: what `committed` says)")
        .choices(uses),
    )
    .option("--dry-run", "write nothing; print what would change")
    .option("--delete-config", "delete the config as well")
    .option("--force", "overwrite a docker-bake.hcl that bkcache did not write")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      "\nThe bake file and the Dockerfiles become plain files that bkcache does not write again; flags of mounts stay.\n",
    )
    .action((options: EjectOptions) => eject(options, context));
}

interface EjectedFile {
  readonly path: string;
  readonly content: string;
  readonly before: string | null;
}

async function eject(options: EjectOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  const project = await requireProject(host, options.config);
  const { valid } = project;
  const plan = await planAllTargets(host, project);
  const isOwn = valid.config.bake !== undefined;
  if (isOwn && options.cache !== undefined) {
    throw new BkcacheError({
      code: "BK1002",
      message: `--cache ${options.cache} has no file to go to: the bake file of this config is your own`,
      hint: "write cache-from and cache-to there",
    });
  }
  const use: EjectedCache = options.cache ?? null;
  const { files: generated, findings } = await emitFiles(plan, valid.dir, { cwd: host.cwd, hasBakeFile: !isOwn });
  if (findings.length > 0) throw BkcacheError.of(findings);
  refuseForeign(generated, { force: options.force === true, cwd: host.cwd });
  const files = new Map<string, EjectedFile>();
  for (const file of generated) {
    const content = file.kind === "bake" ? ejectBakeFile(plan, use) : ejectDockerfile(file.content);
    files.set(file.path, { path: file.path, before: file.before, content });
  }
  const readDockerfile = createDockerfileReader(valid.dir);
  for (const { attributes } of Object.values(plan.targets)) {
    const found = readDockerfile(attributes);
    if (found.dockerfile === null || found.path === null || files.has(found.path)) continue;
    const before = found.dockerfile.text;
    files.set(found.path, { path: found.path, before, content: ejectDockerfile(before) });
  }
  if (isOwn && [...files.values()].every(({ before, content }) => before === content)) {
    host.tell({
      level: "info",
      code: "BK1015",
      message: "the bake file of this config is your own, and no Dockerfile of its targets speaks of bkcache",
    });
  }
  for (const file of files.values()) {
    if (file.before === file.content) continue;
    const name = showPath(file.path, host.cwd);
    if (options.dryRun) {
      const { createTwoFilesPatch } = await import("diff");
      const old = file.before === null ? "/dev/null" : `a/${name}`;
      reporter.result(createTwoFilesPatch(old, `b/${name}`, file.before ?? "", file.content, "", "", { context: 3 }));
    } else {
      await writeAtomically(file.path, file.content);
      host.tell({ level: "info", message: `${name}: ejected` });
    }
    if (readIfThere(`${file.path}.hbs`) !== null) {
      host.tell({ level: "info", message: `${name}.hbs: no longer needed; ${name} is the source now` });
    }
  }
  const config = showPath(valid.file, host.cwd);
  if (options.deleteConfig && !options.dryRun) {
    await unlink(valid.file);
    host.tell({ level: "info", message: `${config}: deleted` });
  } else {
    host.tell({
      level: "info",
      message: `${config}: no longer needed; delete it, or \`bkcache generate --force\` takes it up again`,
    });
  }
  for (const message of lossesOf(plan, isOwn ? "own" : use)) host.tell({ level: "info", message: `lost: ${message}` });
}
