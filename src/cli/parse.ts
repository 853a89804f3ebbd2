import { Command, CommanderError } from "commander";
import { BkcacheError } from "../diagnostics/error.ts";
import { nearest } from "../diagnostics/nearest.ts";
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
      .showSuggestionAfterError(false)
      .configureOutput({ writeOut: (text) => context.reporter.result(text), writeErr: () => {} }),
    context,
  );
  try {
    await command.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    const message = error.message.replace(/^error: /, "").replaceAll("\n", " ");
    const isUnknown = error.code === "commander.unknownOption" || error.code === "commander.excessArguments";
    const guess = guessFor(message, command);
    throw new BkcacheError({
      code: isUnknown ? "BK1001" : "BK1002",
      message,
      hint: `${guess === undefined ? "" : `did you mean ${guess}? `}run \`${name} --help\` for what it takes`,
    });
  }
}

/** What an unknown flag, or a value that is none of the choices, may be meant for. */
function guessFor(message: string, command: Command): string | undefined {
  const flag = /^unknown option '--([^'=]*)/.exec(message)?.[1];
  if (flag !== undefined) {
    const known = command.options.flatMap(({ long }) => long?.slice(2) ?? []);
    const near = nearest(flag, known);
    const longer = known.filter((name) => name.endsWith(`-${flag}`));
    return (near === undefined ? longer : [near]).map((name) => `--${name}`).join(" or ") || undefined;
  }
  const [, value = "", choices] =
    /(?:argument|value) '(.*)' is invalid(?: for argument '.*')?\. Allowed choices are (.*)\.$/.exec(message) ?? [];
  return choices === undefined ? undefined : nearest(value, choices.split(", "));
}
