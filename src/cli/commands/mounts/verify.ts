import type { Command } from "commander";
import { verifyMounts } from "../../../run/mounts/verify.ts";
import { showBytes } from "../../../diagnostics/units.ts";
import type { CommandContext } from "../../command.ts";
import { exitCodes } from "../../../diagnostics/exit-codes.ts";
import { formatTable, outputWidth } from "../../report/table.ts";

interface VerifyOptions {
  readonly json?: true;
  readonly level?: string;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .argument("[mount...]", "names or ids of mounts (default: all snapshots of the bucket's prefix)")
    .option("--json", "print the result as JSON")
    .option("--level <level>", "look into the place of this level of trust instead of the run's own")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
Reads every pack once and checks its digest. Exit code: 1 where a snapshot cannot be restored. A bake passes such a
snapshot over when it restores, and makes a whole one when it saves.
`,
    )
    .action((names: readonly string[], options: VerifyOptions) => verify(names, options, context));
}

async function verify(names: readonly string[], options: VerifyOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  const { place, snapshots, broken, packs, bytes } = await verifyMounts(host, {
    names,
    config: options.config,
    level: options.level,
  });
  if (options.json) {
    reporter.json({
      version: 1,
      place,
      snapshots,
      packs,
      bytes,
      broken: broken.map(({ name, ref, objectKey, finding: { code, message } }) => ({
        name,
        ...(ref ?? { mount: null, scope: null, key: null }),
        objectKey,
        code,
        message,
      })),
    });
  } else {
    const rows = broken.map(({ name, ref, finding: { code, message } }) => [
      name,
      ref?.scope ?? "-",
      ref?.key ?? "-",
      `${code} ${message}`,
    ]);
    const columns = [
      { head: "BROKEN", least: 10 },
      { head: "SCOPE", least: 6 },
      { head: "KEY", least: 8 },
      { head: "WHY", least: 20 },
    ];
    const read = `${place}: read ${packs} packs (${showBytes(bytes)}) of ${snapshots} snapshots`;
    reporter.result(
      `${[...(rows.length === 0 ? [] : [...formatTable(columns, rows, outputWidth()), ""]), `${read}; ${broken.length} cannot be restored`].join("\n")}\n`,
    );
  }
  if (broken.length > 0) context.setExitCode(exitCodes.negative);
}
