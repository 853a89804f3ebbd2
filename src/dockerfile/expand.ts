import type { Dockerfile, Escape, Instruction, Stage } from "./model.ts";
import { readArgs } from "./parse.ts";
import { lexWords, type Lookup } from "./shell-words.ts";
import { splitWords } from "./words.ts";

/** What a build gives a Dockerfile besides its text. */
export interface BuildScope {
  /** Build arguments by name; null for a value that nobody can tell yet. */
  readonly args: Readonly<Record<string, string | null>>;
  /** The platform that is built, as in `linux/arm64`; null where the builder decides. */
  readonly platform: string | null;
  /** Names of named contexts: one with the name of a stage takes its place. */
  readonly contexts: readonly string[];
}

/** A platform to read texts under where the builder decides. */
export const assumedPlatform = "linux/amd64";

/** A build that is given nothing. */
export const emptyScope: BuildScope = { args: {}, platform: null, contexts: [] };

const targetArgs = ["TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT"] as const;
const predefinedArgs = [
  ...targetArgs,
  "TARGETOSVERSION",
  "TARGETSTAGE",
  "BUILDPLATFORM",
  "BUILDOS",
  "BUILDOSVERSION",
  "BUILDARCH",
  "BUILDVARIANT",
] as const;

const archAliases: Readonly<Record<string, readonly [arch: string, variant: string]>> = {
  x86_64: ["amd64", ""],
  "x86-64": ["amd64", ""],
  aarch64: ["arm64", ""],
  armhf: ["arm", "v7"],
  armel: ["arm", "v6"],
  i386: ["386", ""],
};

function platformArgs(platform: string): Record<(typeof targetArgs)[number], string> {
  const [os = "", written = "", variantPart] = platform.toLowerCase().split("/");
  const [arch, aliasVariant] = archAliases[written] ?? [written, written === "arm" ? "v7" : ""];
  // v8 of arm64 and v1 of amd64 are what is meant without a variant.
  const isDefault = (arch === "arm64" && variantPart === "v8") || (arch === "amd64" && variantPart === "v1");
  const variant = isDefault ? "" : (variantPart ?? aliasVariant);
  return {
    TARGETPLATFORM: [os, arch, variant].filter(Boolean).join("/"),
    TARGETOS: os,
    TARGETARCH: arch,
    TARGETVARIANT: variant,
  };
}

/** Values by name; null for one that nobody can tell. */
type Values = ReadonlyMap<string, string | null>;

/** What a FROM sees: the platform's variables and the ARGs before the first FROM. */
export function globalValues(dockerfile: Dockerfile, scope: BuildScope): Values {
  const values = new Map<string, string | null>(predefinedArgs.map((name) => [name, null]));
  if (scope.platform !== null) for (const entry of Object.entries(platformArgs(scope.platform))) values.set(...entry);
  for (const name of predefinedArgs) if (Object.hasOwn(scope.args, name)) values.set(name, scope.args[name] ?? null);
  for (const { name, value } of dockerfile.globalArgs) {
    if (Object.hasOwn(scope.args, name)) values.set(name, scope.args[name] ?? null);
    else if (value !== null) values.set(name, expand(value, dockerfile.escape, lookupIn(values, "closed")));
  }
  return values;
}

/** `open`: a base image may set what is not among the values. */
export function lookupIn(values: Values, rest: "open" | "closed"): Lookup {
  return (name) => {
    const value = values.get(name);
    if (value !== undefined || rest === "closed") return value;
    // No image sets these; they are empty where a stage does not declare them.
    return (predefinedArgs as readonly string[]).includes(name) ? undefined : null;
  };
}

/** A text with its variables replaced and its quotes removed; null where nobody can tell. */
export function expand(text: string, escape: Escape, lookup: Lookup): string | null {
  return lexWords(text, { escape, lookup })?.text ?? null;
}

/** What the instructions of one stage see. */
export interface StageEnvironment {
  readonly stage: Stage;
  /** Each instruction with what it sees of ARG, ENV and the stages that this one is made from. */
  readonly steps: readonly { readonly instruction: Instruction; readonly lookup: Lookup }[];
  readonly after: Values;
  readonly rest: "open" | "closed";
}

export interface BaseOf {
  /** The stage that this one is made from; null for an image or scratch. */
  (stage: Stage): Stage | null;
}

/** Walks the stages in the order in which they stand. */
export function stageEnvironments(
  dockerfile: Dockerfile,
  scope: BuildScope,
  baseOf: BaseOf,
): readonly StageEnvironment[] {
  const globals = globalValues(dockerfile, scope);
  const environments: StageEnvironment[] = [];
  for (const stage of dockerfile.stages) {
    const base = baseOf(stage);
    const inherited = base === null ? undefined : environments[base.index];
    const from = expand(stage.from, dockerfile.escape, lookupIn(globals, "closed"));
    const rest = inherited?.rest ?? (from === "scratch" ? "closed" : "open");
    let values = inherited?.after ?? new Map<string, string | null>();
    const steps = stage.instructions.map((instruction) => {
      const lookup = lookupIn(values, rest);
      const set = assignments(instruction, dockerfile.escape, { scope, globals, lookup });
      if (set.length > 0) values = new Map([...values, ...set]);
      return { instruction, lookup };
    });
    environments.push({ stage, steps, after: values, rest });
  }
  return environments;
}

interface Surroundings {
  readonly scope: BuildScope;
  readonly globals: Values;
  readonly lookup: Lookup;
}

function assignments(
  instruction: Instruction,
  escape: Escape,
  { scope, globals, lookup }: Surroundings,
): readonly (readonly [string, string | null])[] {
  if (instruction.keyword === "ENV") {
    return readEnv(instruction.args, escape).map(([name, value]) => [name, expand(value, escape, lookup)]);
  }
  if (instruction.keyword !== "ARG") return [];
  return readArgs(instruction, escape).flatMap(({ name, value }): readonly (readonly [string, string | null])[] => {
    if (Object.hasOwn(scope.args, name)) return [[name, scope.args[name] ?? null]];
    if (value !== null) return [[name, expand(value, escape, lookup)]];
    const global = globals.get(name);
    return global === undefined ? [] : [[name, global]];
  });
}

/** `ENV A=1 B=2`, or `ENV A the rest`. Values as written. */
function readEnv(args: string, escape: Escape): readonly (readonly [string, string])[] {
  const words = splitWords(args, escape);
  if (words[0]?.includes("=") === false) {
    const [, name = "", value = ""] = /^(\S+)\s+([^]*)$/.exec(args) ?? [];
    return [[name, value]];
  }
  return words.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]);
}
