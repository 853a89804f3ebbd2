import { resolve } from "node:path";
import type { Command } from "commander";
import { BkcacheError } from "../../../diagnostics/error.ts";
import { writeStream } from "../../../host/write-stream.ts";
import { exportMount } from "../../../run/mounts/export.ts";
import { showBytes, showCount } from "../../../diagnostics/units.ts";
import type { CommandContext } from "../../command.ts";
import { pipeToOutput } from "../../report/output.ts";
import { showAge } from "../../report/table.ts";

interface ExportOptions {
  readonly output: string;
  readonly readScope?: string;
  readonly key?: string;
  readonly json?: true;
  readonly level?: string;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .argument("<mount>", "name or id of a mount")
    .requiredOption("-o, --output <file>", "where the archive goes; - is standard output")
    .option("--read-scope <scope>", "take a snapshot of this scope (default: the newest of all scopes)")
    .option("--key <key>", "take the snapshot with this key")
    .option("--json", "print what was written as JSON")
    .option("--level <level>", "look into the place of this level of trust instead of the run's own")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
Writes a tar archive with modes, owners and times, as \`tar -t\` and \`tar -x\` read it. Needs no builder.
Exit code: 1 where there is no such snapshot; 3 where it cannot be read.
`,
    )
    .action((word: string, options: ExportOptions) => write(word, options, context));
}

async function write(word: string, options: ExportOptions, { host, reporter }: CommandContext): Promise<void> {
  const isOutput = options.output === "-";
  if (isOutput && options.json) throw refuse("--json and the archive both want standard output", "name a file with -o");
  if (isOutput && process.stdout.isTTY) {
    throw refuse("an archive is nothing for a terminal", "name a file with -o, or pipe it into tar -t");
  }
  const { config, level, readScope: scope, key } = options;
  const path = resolve(host.cwd, options.output);
  const exported = await exportMount(host, { config, level, word, scope, key }, (archive) =>
    isOutput ? pipeToOutput(archive) : writeStream(path, archive),
  );
  const { savedAt, ...rest } = exported;
  if (options.json) {
    reporter.json({ version: 1, file: path, ...rest, savedAt: new Date(savedAt).toISOString() });
    return;
  }
  const { name, files, bytes } = exported;
  const snapshot = `${exported.scope}, key ${exported.key}, ${showAge(host.now() - savedAt)} old`;
  host.tell({
    level: "info",
    message: `${isOutput ? "standard output" : options.output}: ${showCount(files, "file")}, ${showBytes(bytes)} of ${name} (${snapshot})`,
  });
}

function refuse(message: string, hint: string): BkcacheError {
  return new BkcacheError({ code: "BK1002", message, hint });
}
