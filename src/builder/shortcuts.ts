/**
 * Whether what buildx would be started for may be found without it: its version from an earlier run, its notes of builders, a
 * daemon's socket of this machine, processes that the Docker engine starts, its plugin without docker; and digests of files
 * from an earlier run. `BKCACHE_SHORTCUTS=off` sends every question to buildx and reads every file, which tells whether a
 * shortcut is at fault.
 */
export function mayTakeShortcuts(env: Readonly<Record<string, string | undefined>>): boolean {
  return env["BKCACHE_SHORTCUTS"] !== "off";
}
