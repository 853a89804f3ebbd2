import { resolve } from "node:path";
import { findUnknownFlags, type FlagTable, isOn, optional, scanArgs, type Token, type UnknownFlag } from "./flags.ts";
import { isRemote } from "./location.ts";
import { type Override, parseOverride, showOverride, withAbsolutePaths } from "./override.ts";
import { type OwnFlags, takeOwnFlags, withOwnFlags } from "./own-flags.ts";

/** Flags of `buildx bake`, its hidden and global ones included. */
export const bakeFlags: FlagTable = {
  values: [
    "allow",
    "builder",
    "call",
    "file",
    "jobs",
    "list",
    "metadata-file",
    "policy",
    "progress",
    "provenance",
    "sbom",
    "set",
    "var",
  ],
  switches: ["check", "debug", "help", "list-targets", "list-variables", "load", "no-cache", "print", "pull", "push"],
  letters: { D: "debug", f: "file", h: "help", j: "jobs" },
};

const table = withOwnFlags(bakeFlags);

/** What bake is asked to do; only `build` builds. */
type BakeMode = "build" | "print" | "list" | "call";

export interface BakeArgs {
  readonly own: OwnFlags;
  readonly targets: readonly string[];
  /** A definition that comes from git or a URL, and the context given with it. */
  readonly remote: { readonly definition: string; readonly context: string | null } | null;
  /** Values of -f in order; paths absolute unless the definition is remote. */
  readonly files: readonly string[];
  readonly builder?: string;
  /** Absolute. */
  readonly metadataFile?: string;
  /** Paths in them are absolute. */
  readonly sets: readonly Override[];
  readonly mode: BakeMode;
  /** Value of --progress. */
  readonly progress?: string;
  /** Long names with dashes of all of bake's flags that were given. */
  readonly flags: readonly string[];
  /** All --set and --var, which change the definition, as arguments in order; paths in them are absolute. */
  readonly overrides: readonly string[];
  /** The --var among them. */
  readonly variables: readonly string[];
  /** Flags that bkcache does not know, which are in `passthrough` too. */
  readonly unknown: readonly UnknownFlag[];
  /** Everything else for bake but targets, the remote definition, -f, --builder and --metadata-file; in order. */
  readonly passthrough: readonly string[];
}

export interface SplitOptions {
  /** Where the user is: relative paths count from here. */
  readonly cwd: string;
}

/**
 * Takes a command line of `bkcache bake` apart. Flags that are not bkcache's own pass through as they are,
 * but for relative paths, which are made absolute, since bake runs in the config's folder.
 * @throws BkcacheError BK1002 for a value that is missing.
 */
export function splitBakeArgs(argv: readonly string[], { cwd }: SplitOptions): BakeArgs {
  const { own, rest } = takeOwnFlags(scanArgs(argv, table));
  const positionals = rest.flatMap((token) => (token.kind === "word" ? [token.text] : []));
  const urls = positionals.slice(0, 2).findIndex((word) => !isRemote(word));
  const remoteCount = urls === -1 ? Math.min(positionals.length, 2) : urls;
  const [definition, context] = positionals.slice(0, remoteCount);

  const files: string[] = [];
  const sets: Override[] = [];
  const overrides: string[] = [];
  const variables: string[] = [];
  const passthrough: string[] = [];
  const single: Record<string, string | null> = {};
  const flags = new Set<string>();
  for (const token of rest) {
    if (token.kind === "word") continue;
    const { name, value } = token;
    flags.add(`${name.length === 1 ? "-" : "--"}${name}`);
    single[name] = value;
    if (value === null) passthrough.push(...token.raw);
    else if (name === "file") files.push(definition === undefined ? absoluteFile(value, cwd) : value);
    else if (name === "set") {
      const override = parseOverride(value);
      if (override === null) overrides.push(...token.raw);
      else {
        const moved = withAbsolutePaths(override, cwd);
        sets.push(moved);
        overrides.push(...replaceValue(token, showOverride(moved)));
      }
    } else if (name === "var") {
      overrides.push(...token.raw);
      variables.push(...token.raw);
    } else if (name === "allow") {
      passthrough.push(...replaceValue(token, absoluteAllow(value, cwd)));
    } else if (name !== "builder" && name !== "metadata-file") passthrough.push(...token.raw);
  }

  const metadataFile = single["metadata-file"];
  const given = (name: string) => (typeof single[name] === "string" ? single[name] : undefined);
  return {
    own,
    targets: positionals.slice(remoteCount),
    remote: definition === undefined ? null : { definition, context: context ?? null },
    files,
    ...optional("builder", given("builder")),
    ...optional("metadataFile", metadataFile ? resolve(cwd, metadataFile) : undefined),
    sets,
    overrides,
    variables,
    mode: modeOf(single),
    ...optional("progress", given("progress")),
    flags: [...flags],
    unknown: findUnknownFlags(rest, table),
    passthrough,
  };
}

/** bake looks at --list first, then at --print; a call is what is left. */
function modeOf(single: Readonly<Record<string, string | null>>): BakeMode {
  const isGiven = (name: string) => single[name] !== undefined && isOn(single[name]);
  if (single["list"] || isGiven("list-targets") || isGiven("list-variables")) return "list";
  if (isGiven("print")) return "print";
  const call = single["call"]?.split(",")[0] ?? "build";
  return isGiven("check") || (call !== "build" && call !== "") ? "call" : "build";
}

function absoluteFile(file: string, cwd: string): string {
  return file === "" || file === "-" || file.startsWith("cwd://") || isRemote(file) ? file : resolve(cwd, file);
}

function absoluteAllow(value: string, cwd: string): string {
  const [, key, path] = /^(fs(?:\.read|\.write)?)=(.+)$/s.exec(value) ?? [];
  return key === undefined || path === undefined || path === "*" ? value : `${key}=${resolve(cwd, path)}`;
}

function replaceValue(token: Token & { kind: "flag" }, value: string): readonly string[] {
  return token.value === value ? token.raw : [`--${token.name}`, value];
}
