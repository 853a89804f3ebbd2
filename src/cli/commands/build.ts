import type { Command } from "commander";
import { describeOwnFlags } from "../../bake/own-flags.ts";
import { runBuild } from "../../run/build.ts";
import type { CommandContext } from "../command.ts";
import { asksForHelp } from "../help-flag.ts";
import { reportResult } from "../report/result.ts";

export function configure(command: Command, _context: CommandContext): Command {
  for (const [flag, text] of describeOwnFlags("build")) command.option(flag, text);
  return command.usage("[OPTIONS] PATH | URL | -").addHelpText(
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
