import { resolve } from "node:path";
import { BkcacheError } from "../diagnostics/error.ts";
import { findUnknownFlags, type FlagTable, isOn, optional, scanArgs, type Token, type UnknownFlag } from "./flags.ts";
import { type OwnFlags, takeOwnFlags, withOwnFlags } from "./own-flags.ts";

/** Flags of `buildx build`, its hidden and global ones included. */
export const buildFlags: FlagTable = {
  values: [
    "add-host",
    "allow",
    "annotation",
    "attest",
    "build-arg",
    "build-context",
    "builder",
    "cache-from",
    "cache-to",
    "call",
    "cgroup-parent",
    "cpu-period",
    "cpu-quota",
    "cpu-shares",
    "cpuset-cpus",
    "cpuset-mems",
    "file",
    "iidfile",
    "isolation",
    "label",
    "memory",
    "memory-swap",
    "metadata-file",
    "network",
    "no-cache-filter",
    "output",
    "platform",
    "policy",
    "print",
    "progress",
    "provenance",
    "resource",
    "sbom",
    "secret",
    "security-opt",
    "shm-size",
    "ssh",
    "tag",
    "target",
    "ulimit",
  ],
  switches: [
    "check",
    "compress",
    "debug",
    "force-rm",
    "help",
    "load",
    "no-cache",
    "pull",
    "push",
    "quiet",
    "rm",
    "squash",
  ],
  letters: { D: "debug", c: "cpu-shares", f: "file", h: "help", m: "memory", o: "output", q: "quiet", t: "tag" },
};

const table = withOwnFlags(buildFlags);

export interface BuildArgs {
  /** Flags that bkcache does not know, which are in `passthrough` too. */
  readonly unknown: readonly UnknownFlag[];
  readonly own: OwnFlags;
  /** As given: a folder, a URL, or `-`. */
  readonly context: string;
  /** Value of -f as given; `-` is standard input. */
  readonly file?: string;
  readonly target?: string;
  /** Values of --build-arg; without a value the environment's counts. */
  readonly buildArgs: Readonly<Record<string, string | null>>;
  /** Names of --build-context. */
  readonly buildContexts: readonly string[];
  /** Of all --platform flags, lists taken apart. */
  readonly platforms: readonly string[];
  /** Absolute. */
  readonly metadataFile?: string;
  readonly builder?: string;
  /** False where the command only asks about the build (--call, --check). */
  readonly isBuild: boolean;
  /** Value of --progress, which is quiet under --quiet. */
  readonly progress?: string;
  /** Entries of the user's own; they replace the policy for that direction and stay in `passthrough`. */
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
  /** Everything for buildx but the context, --builder and --metadata-file; in order. */
  readonly passthrough: readonly string[];
}

/**
 * Takes a command line of `bkcache build` apart. Flags that are not bkcache's own pass through as they are;
 * paths stay relative, since the build runs where the user is.
 * @throws BkcacheError BK1002 where a value or the context is missing, or there are two contexts.
 */
export function splitBuildArgs(argv: readonly string[], { cwd }: { readonly cwd: string }): BuildArgs {
  const { own, rest: scanned } = takeOwnFlags(scanArgs(argv, table));
  if (own.locked) {
    throw new BkcacheError({
      code: "BK1002",
      message: "--locked is a flag of bake: build reads no docker-bake.hcl",
      hint: "leave it out, or run `bkcache generate --check` before the build",
    });
  }
  const rest = withContext(scanned);
  const all: Record<string, (string | null)[]> = {};
  const positionals: string[] = [];
  const passthrough: string[] = [];
  for (const token of rest) {
    if (token.kind === "word") {
      positionals.push(token.text);
      continue;
    }
    (all[token.name] ??= []).push(token.value);
    if (token.name !== "builder" && token.name !== "metadata-file") passthrough.push(...token.raw);
  }
  const [context, ...more] = positionals;
  if ((context === undefined && !own.help) || more.length > 0) {
    throw new BkcacheError({
      code: "BK1002",
      message:
        context === undefined
          ? "no context given"
          : `one context is taken, and these are ${positionals.length}: ${positionals.join(" ")}`,
      hint: "bkcache build [FLAGS] PATH | URL | -",
    });
  }
  const values = (name: string) => (all[name] ?? []).filter((value) => value !== null);
  const last = (name: string) => values(name).at(-1);
  const isGiven = (name: string) => all[name] !== undefined && isOn(all[name]?.at(-1) ?? null);
  const call = (last("call") ?? last("print") ?? "build").split(",")[0];
  const metadataFile = last("metadata-file");
  return {
    unknown: findUnknownFlags(scanned, table),
    own,
    context: context ?? ".",
    ...optional("file", last("file")),
    ...optional("target", last("target")),
    buildArgs: Object.fromEntries(values("build-arg").map(splitArg)),
    buildContexts: values("build-context").map((value) => value.split("=")[0] ?? ""),
    platforms: values("platform")
      .flatMap((list) => list.split(","))
      .map((platform) => platform.trim())
      .filter(Boolean),
    ...optional("metadataFile", metadataFile ? resolve(cwd, metadataFile) : undefined),
    ...optional("builder", last("builder")),
    isBuild: !isGiven("check") && (call === "build" || call === ""),
    ...optional("progress", isGiven("quiet") ? "quiet" : last("progress")),
    cacheFrom: values("cache-from"),
    cacheTo: values("cache-to"),
    passthrough,
  };
}

function splitArg(text: string): readonly [string, string | null] {
  const at = text.indexOf("=");
  return at === -1 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

/** Without any other word, one that seemed to be the value of an unknown last flag must be the context. */
function withContext(tokens: readonly Token[]): readonly Token[] {
  const last = tokens.at(-1);
  if (last?.kind !== "flag" || last.raw.length !== 2 || tokens.some((token) => token.kind === "word")) return tokens;
  if (table.values.includes(last.name) || last.value === null) return tokens;
  const [flag = ""] = last.raw;
  return [...tokens.slice(0, -1), { ...last, value: null, raw: [flag] }, { kind: "word", text: last.value }];
}
