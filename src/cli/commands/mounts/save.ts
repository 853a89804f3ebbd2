import type { Command } from "commander";
import { saveNamed } from "../../../run/mounts/save.ts";
import type { CommandContext } from "../../command.ts";
import { type MoveOptions, reportMoved } from "./moved.ts";

interface SaveOptions extends MoveOptions {
  readonly overwrite?: true;
  readonly cache?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .argument("[mount|target...]", "mounts, targets or groups (default: the mounts of all targets)")
    .option("--read-scope <scope>", "as for bake: scope whose newest snapshot the save may build on")
    .option("--write-scope <scope>", "as for bake: scope to write to, and to build on first")
    .option("--overwrite", "replace a snapshot with the same key")
    .option("--cache <use>", "as for bake; read-write allows it for a pull request")
    .option("--json", "print what became of each mount as JSON")
    .option("--builder <builder>", "save from this builder")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
Reads what changed since the snapshot before and writes that. Waits while another build runs on the builder.
Exit code: 0 also where nothing changed; 3 where a mount was not saved.
`,
    )
    .action(async (names: readonly string[], options: SaveOptions) => {
      const saved = await saveNamed(context.host, {
        names,
        config: options.config,
        builder: options.builder,
        cache: options.cache,
        overwrite: options.overwrite === true,
        scopes: { readScope: options.readScope, writeScope: options.writeScope },
      });
      reportMoved(saved, { json: options.json === true, labels: outcomes }, context);
    });
}

const outcomes = {
  saved: "saved",
  unchanged: "unchanged",
  unused: "not on the builder",
  skipped: "not saved",
  failed: "failed",
} as const;
