import type { Command } from "commander";
import { convertBakeFiles } from "../../init/convert.ts";
import { configFileName, type Format, formats, writeConfig } from "../../init/write-config.ts";
import { defaultFormat, refuseExisting, writeInit } from "../../init/write-init.ts";
import type { CommandContext } from "../command.ts";

interface InitOptions {
  readonly fromBake?: readonly string[];
  readonly format?: Format;
  readonly force?: true;
  readonly stdout?: true;
}

export function define(command: Command, context: CommandContext): Command {
  return command
    .option("--from-bake <file...>", "convert these bake or compose files, merged as bake merges them")
    .addOption(
      command
        .createOption("--format <format>", "of the config (default: ts beside a package.json, else yaml)")
        .choices(formats),
    )
    .option("--stdout", "print the config and write nothing")
    .option("--force", "overwrite a config that exists")
    .option("--yes", "ask nothing")
    .action((options: InitOptions) => init(options, context));
}

async function init(options: InitOptions, context: CommandContext): Promise<void> {
  const { host } = context;
  const format = options.format ?? defaultFormat(host.cwd);
  if (!options.stdout) await refuseExisting(host, format, options.force === true);
  if (options.fromBake !== undefined) await convert(options.fromBake, format, options, context);
}

async function convert(
  files: readonly string[],
  format: Format,
  options: InitOptions,
  { host, reporter }: CommandContext,
): Promise<void> {
  const fileName = configFileName(format);
  const { config, comment, notices } = await convertBakeFiles(host, files, { fileName });
  const text = await writeConfig(config, { format, comment });
  for (const notice of notices) host.tell({ ...notice, level: "warning" });
  if (options.stdout) {
    reporter.result(text);
    return;
  }
  await writeInit(host, fileName, text);
  const count = Object.keys(config.targets ?? {}).length;
  const targets = `${count} target${count === 1 ? "" : "s"}`;
  host.tell({ level: "info", message: `${fileName}: created, with ${targets} of ${files.join(", ")}` });
  const isTaken = files.some((file) => file.replace(/^\.\//, "") === "docker-bake.hcl");
  host.tell({
    level: "info",
    message: isTaken
      ? "next: `bkcache generate --force` replaces docker-bake.hcl by what the config says; then `bkcache bake`"
      : "next: `bkcache generate` writes docker-bake.hcl; then `bkcache bake`",
  });
}
