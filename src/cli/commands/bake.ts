import type { Command } from "commander";
import { describeOwnFlags } from "../../bake/own-flags.ts";
import { runBake } from "../../run/bake.ts";
import { asksForHelp } from "../help-flag.ts";
import { reportResult } from "../report/result.ts";
import type { CommandContext } from "../command.ts";

export function configure(command: Command, _context: CommandContext): Command {
  for (const [flag, text] of describeOwnFlags("bake")) command.option(flag, text);
  return command.usage("[OPTIONS] [TARGET...]").addHelpText(
    "after",
    `
Without a target it builds the group or target "default".
Every flag of docker buildx bake passes through as it is: --push, --load, --set, --var, --progress, --builder, -f (files
on top of the config) and the rest. Exit code: buildx's own; 2 what is wrong before the build; 3 a cache failure under
--strict; 130 interrupted.
`,
  );
}

export async function run(args: readonly string[], context: CommandContext): Promise<number | null> {
  if (asksForHelp(args)) return null;
  return reportResult(context, await runBake(context.host, args));
}
