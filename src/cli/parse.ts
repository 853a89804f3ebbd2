import { Command, CommanderError } from "commander";
import { BkcacheError } from "../diagnostics/error.ts";
import type { CommandContext, CommandModule } from "./command.ts";

interface ParsedCommand {
  readonly module: CommandModule;
  /** What the user types to call it. */
  readonly name: string;
  readonly summary: string;
}

/**
 * Runs a command whose flags are bkcache's own, or prints its help.
 * @throws BkcacheError BK1001 or BK1002 for arguments that it does not take.
 */
export async function parseAndRun(
  { module, name, summary }: ParsedCommand,
  args: readonly string[],
  context: CommandContext,
): Promise<void> {
  const command = module.configure(
    new Command(name)
      .description(summary)
      .exitOverride()
      .configureOutput({ writeOut: (text) => context.reporter.result(text), writeErr: () => {} }),
    context,
  );
  try {
    await command.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    const isUnknown = error.code === "commander.unknownOption" || error.code === "commander.excessArguments";
    throw new BkcacheError({
      code: isUnknown ? "BK1001" : "BK1002",
      message: error.message.replace(/^error: /, "").replaceAll("\n", " "),
      hint: `run \`${name} --help\` for what it takes`,
    });
  }
}
