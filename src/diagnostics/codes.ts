/** A family of codes; the docs page has one chapter for each. */
export type CodeFamily = "usage" | "config" | "output" | "builder" | "store" | "internal";

export interface CodeDefinition {
  readonly title: string;
  /** What the code means and what to do, in one or two sentences; the docs page prints it. */
  readonly help: string;
  /** Set where `rules:` may change the level; the value is the level without a rule. */
  readonly level?: "error" | "warn";
}

/**
 * Every code that bkcache can print. `BK1xxx` usage, `2xxx` config, `3xxx` emit and write,
 * `4xxx` buildx and BuildKit, `5xxx` store, `9xxx` internal. A code is never given a new meaning.
 */
export const codes = {
  // --- 1xxx usage
  BK1001: {
    title: "unknown command or flag",
    help: "Run `bkcache --help`, or `bkcache COMMAND --help`, for what exists.",
  },
  BK1002: { title: "bad value of a flag", help: "The message names the flag and the values that it takes." },

  // --- 2xxx config
  BK2001: {
    title: "no config found",
    help: "Run `bkcache init`, name a file with `--config`, or set BUILDKIT_REMOTE_CACHE to build without one.",
  },
  BK2002: {
    title: "config cannot be read",
    help: "The file is missing, not readable, or not of a kind that bkcache loads.",
  },
  BK2003: { title: "config is not valid YAML or JSON", help: "The message carries the place; mend the syntax there." },
  BK2004: {
    title: "config module failed",
    help: "The TypeScript or JavaScript config threw, or does not export a config as its default.",
  },
  BK2010: {
    title: "unknown key",
    help: "The key does not exist at this place. BuildKit and bake would ignore it without a word.",
  },
  BK2011: { title: "wrong type", help: "The value has another type than the key takes." },
  BK2012: { title: "value not allowed", help: "The value is outside of what the key takes." },
  BK2013: { title: "missing key", help: "The object lacks a key that it must have." },

  // --- 3xxx emit and write
  BK3001: { title: "generated file is stale", help: "Run `bkcache generate` and commit the result." },
  BK3002: {
    title: "file not written by bkcache",
    help: "Name the file under `bake:` to keep it as the source, or pass --force to overwrite it.",
  },
  BK3003: { title: "file cannot be written", help: "Check the folder's rights and free space." },

  // --- 4xxx buildx and BuildKit
  BK4001: {
    title: "buildx not found",
    help: "Install Docker with buildx, or put `docker-buildx` or `buildx` on PATH.",
  },

  // --- 5xxx store
  BK5001: {
    title: "no credentials",
    help: "The backend is left out of this run; give credentials in the environment, or use --strict to stop.",
  },

  // --- 9xxx internal
  BK9001: {
    title: "internal error",
    help: "A fault of bkcache: report it with the stack that `BKCACHE_DEBUG=1` prints.",
  },
} as const satisfies Record<string, CodeDefinition>;

export type Code = keyof typeof codes;
