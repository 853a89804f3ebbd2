import type { Command } from "commander";
import { runBake } from "../../run/bake.ts";
import { asksForHelp } from "../help-flag.ts";
import { reportResult } from "../report/result.ts";
import type { CommandContext } from "../command.ts";

export function define(command: Command, _context: CommandContext): Command {
  return command
    .usage("[OPTIONS] [TARGET...]")
    .option("--cache <use>", "auto, off, read or read-write (default: auto, read-write in CI but for pull requests)")
    .option("--read-scope <name>", "scope to look for first; the default scope comes after it")
    .option("--write-scope <name>", "scope to write to, and to look for first")
    .option("--locked", "fail when docker-bake.hcl is not what the config says")
    .option("--strict", "a cache that fails is an error (exit code 3), not a warning")
    .option("--report <file>", "write what was cached and what ran as JSON, also when the build fails")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
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
