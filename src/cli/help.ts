import { commands } from "./commands.ts";

/** What `bkcache --help` prints; each command has help of its own. */
export function topLevelHelp(): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return `Usage: bkcache COMMAND [ARGUMENTS]

Makes BuildKit caches hit: one config declares targets, cache mounts and cache backends.

Commands:
${commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`).join("\n")}

Options:
  -h, --help     print this, or with a command what it takes
  -V, --version  print the version

Environment:
  BKCACHE=auto|off|read|read-write  use of the cache; beats the config, --cache beats both
  BUILDKIT_REMOTE_CACHE=URL         s3:// or gcs:// bucket to use where there is no config
  BUILDKIT_HOST=ADDRESS             the builder, as docker-container://NAME, unix://, tcp:// or ssh://
  BKCACHE_DEBUG=1                   print every command that is run, and stacks of internal errors
`;
}
