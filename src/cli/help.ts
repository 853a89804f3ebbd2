import { docsUrl } from "../diagnostics/docs.ts";
import { exitCodeHelp, exitCodes } from "../diagnostics/exit-codes.ts";
import { type CommandEntry, type GroupEntry, isShown } from "./command.ts";
import { commands } from "./commands.ts";

/** What `bkcache --help` prints; each command has help of its own. */
export function topLevelHelp(): string {
  return `Usage: bkcache COMMAND [ARGUMENTS]

Makes BuildKit caches hit: one config declares targets, cache mounts and cache backends.

Commands:
${commandLines(commands)}

Options:
  -h, --help     print this, or with a command what it takes
  -v, --version  print the version

Environment:
  BKCACHE=auto|off|read|read-write  use of the cache; beats the config, --cache beats both
  BUILDKIT_REMOTE_CACHE=URL         s3:// or gcs:// bucket to use where there is no config
  BUILDKIT_HOST=ADDRESS             the builder, as docker-container://NAME, unix://, tcp:// or ssh://
  BKCACHE_DEBUG=1                   print every command that is run, and stacks of internal errors
  BKCACHE_SHORTCUTS=off             ask buildx and read files where bkcache knows without

Exit codes (bake and build end with that of buildx where it was at work):
${exitCodeLines()}

Messages have a code, such as BK5007: \`bkcache explain BK5007\` prints what it means.
Documentation: ${docsUrl("")}
`;
}

/** What `bkcache mounts --help` prints; each command below has help of its own. */
export function groupHelp({ name, summary, subcommands }: GroupEntry): string {
  return `Usage: bkcache ${name} COMMAND [ARGUMENTS]

${summary}

Commands:
${commandLines(subcommands)}

Options:
  -h, --help  print this, or with a command what it takes
`;
}

function exitCodeLines(): string {
  const names = Object.keys(exitCodeHelp) as (keyof typeof exitCodeHelp)[];
  return names.map((name) => `  ${String(exitCodes[name]).padEnd(3)}  ${exitCodeHelp[name]}`).join("\n");
}

function commandLines(all: readonly CommandEntry[]): string {
  const entries = all.filter(isShown);
  const width = Math.max(...entries.map((entry) => entry.name.length));
  return entries.map((entry) => `  ${entry.name.padEnd(width)}  ${entry.summary}`).join("\n");
}
