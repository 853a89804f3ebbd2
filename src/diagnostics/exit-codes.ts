/** Exit codes of every command; `bake` and `build` pass buildx's own code through besides. */
export const exitCodes = {
  ok: 0,
  negative: 1,
  usage: 2,
  cache: 3,
  internal: 70,
  interrupted: 130,
} as const;

/** For the help and docs/errors.md. */
export const exitCodeHelp = {
  ok: "all is done; caches that failed were warned of",
  negative:
    "asked for and not so: a stale file under --check, an error of lint, a snapshot that is damaged or not there",
  usage: "wrong usage or config, or a builder that cannot do what the config needs; nothing was built",
  cache: "a cache that failed: under --strict, or where the command is about the cache itself, such as `mounts save`",
  internal: "a fault of bkcache",
  interrupted: "interrupted by SIGINT or SIGTERM",
} as const satisfies Record<keyof typeof exitCodes, string>;
