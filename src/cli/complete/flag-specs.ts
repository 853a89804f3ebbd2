import type { Command } from "commander";
import { bakeFlags } from "../../bake/argv.ts";
import { buildFlags } from "../../bake/build-argv.ts";
import { describeOwnFlags } from "../../bake/own-flags.ts";
import { cacheUses } from "../../cache/use.ts";
import { codes } from "../../diagnostics/codes.ts";
import { kinds as rightKinds } from "../../iam/kinds.ts";

/** What may stand at a place of a command line. */
export type Kind = "target" | "group" | "mount" | "scope" | "level" | "backend" | "builder" | "file" | "folder";

export interface Values {
  /** Fixed values. */
  readonly choices: readonly string[];
  readonly kinds: readonly Kind[];
}

export interface FlagSpec {
  /** As typed, with dashes. */
  readonly names: readonly string[];
  readonly description: string;
  /** Null for a switch. */
  readonly value: (Values & { readonly isList: boolean }) | null;
}

/** What a command takes. */
export interface CommandSpec {
  readonly flags: readonly FlagSpec[];
  /** Arguments; the last stands for all that follow where it is a list. */
  readonly args: readonly (Values & { readonly isList: boolean })[];
}

const kinds: Readonly<Record<string, readonly Kind[]>> = {
  target: ["target", "group"],
  mount: ["mount"],
  scope: ["scope"],
  level: ["level"],
  backend: ["backend"],
  builder: ["builder"],
  file: ["file"],
  dockerfile: ["file"],
};

const fixed: Readonly<Record<string, readonly string[]>> = {
  use: cacheUses,
  kind: rightKinds,
  code: Object.keys(codes).toSorted(),
};

/** What a placeholder of the help stands for, such as `<mount|target...>`. */
function valuesOf(placeholder: string, choices: readonly string[] = []): Values & { readonly isList: boolean } {
  const names = placeholder.replace(/\.\.\.$/, "").split("|");
  return {
    choices: choices.length > 0 ? choices : names.flatMap((name) => fixed[name] ?? []),
    kinds: names.flatMap((name) => kinds[name] ?? []),
    isList: placeholder.endsWith("..."),
  };
}

const help: FlagSpec = { names: ["--help", "-h"], description: "print what it takes", value: null };

/** Read from the definition that parses the command line. */
export function specOf(command: Command): CommandSpec {
  const flags = command.options.map((option): FlagSpec => {
    const placeholder = /[<[](.*)[>\]]/.exec(option.flags)?.[1];
    return {
      names: [option.long, option.short].filter((name) => name !== undefined),
      description: option.description,
      value: placeholder === undefined ? null : valuesOf(placeholder, option.argChoices),
    };
  });
  const args = command.registeredArguments.map((argument) => ({
    ...valuesOf(argument.name(), argument.argChoices),
    isList: argument.variadic,
  }));
  return { flags: [...flags, help], args };
}

/** Values of buildx's flags, where they are few or on this machine; of both verbs. */
const buildxValues: Readonly<Record<string, Partial<Values>>> = {
  allow: { choices: ["network.host", "security.insecure", "device", "ssh", "fs.read=", "fs.write="] },
  builder: { kinds: ["builder"] },
  call: { choices: ["build", "check", "outline", "targets"] },
  file: { kinds: ["file"] },
  iidfile: { kinds: ["file"] },
  list: { choices: ["targets", "variables"] },
  "metadata-file": { kinds: ["file"] },
  network: { choices: ["default", "host", "none"] },
  output: {
    choices: ["type=docker", "type=image", "type=local,dest=", "type=oci,dest=", "type=registry", "type=tar,dest="],
  },
  platform: { choices: ["linux/amd64", "linux/arm64"] },
  progress: { choices: ["auto", "plain", "tty", "quiet", "rawjson"] },
  provenance: { choices: ["true", "false", "mode=min", "mode=max"] },
  sbom: { choices: ["true", "false"] },
};

/** bkcache's own flags and those of buildx, which pass through. */
export function specOfVerb(verb: "bake" | "build"): CommandSpec {
  const table = verb === "bake" ? bakeFlags : buildFlags;
  const letterOf = (name: string) => Object.keys(table.letters).filter((letter) => table.letters[letter] === name);
  const names = (name: string) => [`--${name}`, ...letterOf(name).map((letter) => `-${letter}`)];
  const own = describeOwnFlags(verb).map(([flag, description]): FlagSpec => {
    const [name = "", placeholder] = flag.split(/ <|>/);
    return { names: [name], description, value: placeholder === undefined ? null : valuesOf(placeholder) };
  });
  const ofBuildx = [
    ...table.values.map((name): FlagSpec => {
      const { choices = [], kinds: places = [] } = buildxValues[name] ?? {};
      return { names: names(name), description: "", value: { choices, kinds: places, isList: false } };
    }),
    ...table.switches.map((name): FlagSpec => ({ names: names(name), description: "", value: null })),
  ];
  // bkcache sets the entries of the cache by itself.
  const hidden = new Set(["--help", "--list-targets", "--list-variables", "--cache-from", "--cache-to", "--print"]);
  const isOffered = ({ names: [name = ""] }: FlagSpec) =>
    verb === "bake" ? name !== "--help" && !name.startsWith("--list-") : !hidden.has(name);
  const what: Values =
    verb === "bake" ? { choices: [], kinds: ["target", "group"] } : { choices: [], kinds: ["folder"] };
  return { flags: [...own, ...ofBuildx.filter(isOffered), help], args: [{ ...what, isList: verb === "bake" }] };
}
