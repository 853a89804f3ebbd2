import { BkcacheError } from "../diagnostics/error.ts";
import { type FlagTable, isOn, type Token } from "./flags.ts";

interface OwnFlag {
  /** Long name, without dashes. */
  readonly name: string;
  /** What the help calls its value; null for a switch. */
  readonly value: string | null;
  /** Help text, null where the help is not for it. */
  readonly help: string | null;
  /** That of `build`, where it is another one. */
  readonly helpOfBuild?: string | null;
  readonly letter?: string;
}

/** Flags of `bkcache bake` and `bkcache build` that buildx does not have; parser, help and completion read this list. */
const ownFlags = {
  cache: {
    name: "cache",
    value: "use",
    help: "auto, off, read or read-write (default: auto, read-write in CI but for pull requests)",
    helpOfBuild: "auto, off, read or read-write",
  },
  readScope: {
    name: "read-scope",
    value: "scope",
    help: "scope to look for first; those of branch, base and default branch come after it",
  },
  writeScope: { name: "write-scope", value: "scope", help: "scope to write to, and to look for first" },
  locked: {
    name: "locked",
    value: null,
    help: "fail when docker-bake.hcl is not what the config says",
    helpOfBuild: null,
  },
  strict: { name: "strict", value: null, help: "a cache that fails is an error (exit code 3), not a warning" },
  report: {
    name: "report",
    value: "file",
    help: "write what was cached and what ran as JSON, also when the build fails",
  },
  config: {
    name: "config",
    value: "file",
    help: "use this config instead of looking for one",
    helpOfBuild: "take backends, cache policy and builder from this config",
  },
  help: { name: "help", value: null, help: null, letter: "h" },
} as const satisfies Readonly<Record<string, OwnFlag>>;

type Table = typeof ownFlags;

/** A switch is there always, a text where it was given. */
export type OwnFlags = {
  readonly [K in keyof Table as Table[K]["value"] extends null ? K : never]: boolean;
} & {
  readonly [K in keyof Table as Table[K]["value"] extends null ? never : K]?: string;
};

const entries = Object.entries<OwnFlag>(ownFlags);

/** Adds bkcache's own flags to those of a verb of buildx. */
export function withOwnFlags({ values, switches, letters }: FlagTable): FlagTable {
  const own = entries.map(([, flag]) => flag);
  return {
    values: [...values, ...own.filter(({ value }) => value !== null).map(({ name }) => name)],
    switches: [...switches, ...own.filter(({ value }) => value === null).map(({ name }) => name)],
    letters: { ...letters, ...Object.fromEntries(own.flatMap(({ letter, name }) => (letter ? [[letter, name]] : []))) },
  };
}

/** The own flags that the help of a verb lists, each as `--cache <use>` with its text. */
export function describeOwnFlags(verb: "bake" | "build"): readonly (readonly [flag: string, text: string])[] {
  return entries.flatMap(([, { name, value, help, helpOfBuild }]) => {
    const text = verb === "build" && helpOfBuild !== undefined ? helpOfBuild : help;
    return text === null ? [] : [[value === null ? `--${name}` : `--${name} <${value}>`, text] as const];
  });
}

export interface OwnSplit {
  readonly own: OwnFlags;
  /** The tokens that are not bkcache's own, in order. */
  readonly rest: readonly Token[];
}

/** Takes bkcache's own flags out; of one given twice the last counts. @throws BkcacheError BK1002. */
export function takeOwnFlags(tokens: readonly Token[]): OwnSplit {
  const found: Record<string, string | boolean> = {};
  for (const [key, { value }] of entries) if (value === null) found[key] = false;
  const rest = tokens.filter((token) => {
    const [key, flag] = entries.find(([, { name }]) => token.kind === "flag" && token.name === name) ?? [];
    if (token.kind === "word" || key === undefined || flag === undefined) return true;
    found[key] = flag.value === null ? isOn(token.value) : requireValue(token);
    return false;
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every key and its kind of value come from the table
  return { own: found as OwnFlags, rest };
}

function requireValue({ name, value }: Token & { readonly kind: "flag" }): string {
  if (value === null || value === "") throw new BkcacheError({ code: "BK1002", message: `--${name} needs a value` });
  if (name === "report" && value === "-") {
    throw new BkcacheError({
      code: "BK1002",
      message: "--report needs a file: standard output is buildx's own",
      hint: "name a file, and read it after the build",
    });
  }
  return value;
}
