import type { Command } from "commander";
import { restoreNamed } from "../../../run/mounts/restore.ts";
import type { CommandContext } from "../../command.ts";
import { type MoveOptions, reportMoved } from "./moved.ts";

interface RestoreOptions extends MoveOptions {
  readonly force?: true;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .argument("[mount|target...]", "mounts, targets or groups (default: the mounts of all targets)")
    .option("--force", "replace what the builder has")
    .option("--read-scope <scope>", "as for bake: scope to look into first; the default scope comes after it")
    .option("--write-scope <scope>", "as for bake: looked into first, where --read-scope names no other")
    .option("--json", "print what became of each mount as JSON")
    .option("--builder <builder>", "restore to this builder")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
A mount that the builder has is left alone without --force. Waits while another build runs on the builder.
Exit code: 0 also where there is nothing to restore; 3 where a mount was not restored.
`,
    )
    .action(async (names: readonly string[], options: RestoreOptions) => {
      const restored = await restoreNamed(context.host, {
        names,
        config: options.config,
        builder: options.builder,
        force: options.force === true,
        scopes: { readScope: options.readScope, writeScope: options.writeScope },
      });
      reportMoved(restored, { json: options.json === true, labels: outcomes }, context);
    });
}

const outcomes = {
  restored: "restored",
  present: "on the builder already",
  absent: "nothing to restore",
  skipped: "not restored",
  failed: "failed",
} as const;
