import type { Command } from "commander";
import { runBuild } from "../../run/build.ts";
import type { CommandContext } from "../command.ts";
import { asksForHelp } from "../help-flag.ts";
import { reportResult } from "../report/result.ts";

export function define(command: Command, _context: CommandContext): Command {
  return command
    .usage("[OPTIONS] PATH | URL | -")
    .option("--cache <use>", "auto, off, read or read-write")
    .option("--read-scope <name>", "scope to look for first; the default scope comes after it")
    .option("--write-scope <name>", "scope to write to, and to look for first")
    .option("--strict", "a cache that fails is an error (exit code 3), not a warning")
    .option("--report <file>", "write what was cached and what ran as JSON, also when the build fails")
    .option("--config <file>", "take backends, cache policy and builder from this config")
    .addHelpText(
      "after",
      `
Every flag of docker buildx build passes through as it is: -t, -f, --target, --build-arg, --platform, --secret, --ssh,
--push, --load and the rest. The cache comes from the config, or without one from BUILDKIT_REMOTE_CACHE:
  BUILDKIT_REMOTE_CACHE=s3://bucket/prefix/ bkcache build . -t my-go-app
Exit code: buildx's own; 2 what is wrong before the build; 3 a cache failure under --strict; 130 interrupted.
`,
    );
}

export async function run(args: readonly string[], context: CommandContext): Promise<number | null> {
  if (asksForHelp(args)) return null;
  return reportResult(context, await runBuild(context.host, args));
}
