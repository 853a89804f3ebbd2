import { posix } from "node:path";
import {
  calledCommands,
  isCalledCommandOf,
  type MountPreset,
  type PresetName,
  presetNames,
  presets,
} from "../../config/presets.ts";
import type { MountUse } from "./mount-use.ts";
import type { PlacedCommand } from "./outputs.ts";
import { isWithin, touches } from "./paths.ts";
import type { Step } from "./walk.ts";

/** What a step runs that has a cache folder of its own. */
export interface ToolRun {
  readonly name: PresetName;
  readonly preset: MountPreset;
  readonly command: PlacedCommand;
  /** The tool and what it does, as `calledCommands` has it. */
  readonly called: readonly string[];
}

interface StepTools {
  /** By the place of the preset in the table, then by that of the command. */
  readonly runs: readonly ToolRun[];
  readonly first: readonly ToolRun[];
}

const known = new WeakMap<Step, StepTools>();

/** The tools of a step, each once, by the first of their commands. */
export function toolsOf(step: Step): readonly ToolRun[] {
  return findTools(step).first;
}

/** The same with all of their commands. */
export function toolRunsOf(step: Step): readonly ToolRun[] {
  return findTools(step).runs;
}

function findTools(step: Step): StepTools {
  // Each RUN is compared with all before it.
  let tools = known.get(step);
  if (tools === undefined) {
    const calls = step.commands.flatMap((command) =>
      calledCommands(command.words).map((called) => ({ command, called })),
    );
    const runs = presetNames.flatMap((name) => {
      const preset = presets[name];
      return calls
        .filter(({ called }) => isCalledCommandOf(preset, called))
        .map(({ command, called }) => ({ name, preset, command, called }));
    });
    const first = runs.filter(({ name }, i) => runs.findIndex((other) => other.name === name) === i);
    tools = { runs, first };
    known.set(step, tools);
  }
  return tools;
}

/** Whether a mount holds the folder of a tool, as far as path, id and variables say so. */
export function isMountFor({ preset, name, command }: ToolRun, mount: MountUse, step: Step): boolean {
  const { target } = mount;
  // What nobody can tell may be right.
  if (target === null) return true;
  if (foldersOf({ preset, command }, step).some((folder) => isLike(folder, target))) return true;
  return command.mentions.some((path) => isWithin(path, target)) || isNamedFor({ name }, mount);
}

/** Whether the id or the path of a mount names a tool. */
export function isNamedFor({ name }: Pick<ToolRun, "name">, { id, target }: Pick<MountUse, "id" | "target">): boolean {
  const words = `${id ?? ""} ${target ?? ""}`.toLowerCase().split(/[^a-z0-9]+/);
  return toolWords(name).some((word) => words.includes(word) || words.includes(`${word}cache`));
}

/** The folder by default, the same in another user's home, and what variables say. */
function foldersOf({ preset, command }: Pick<ToolRun, "preset" | "command">, step: Step): readonly string[] {
  const folders = preset.target === null ? [] : [preset.target, `${homeOf(step)}/${tailOf(preset.target)}`];
  for (const [variable, template] of Object.entries(preset.env)) {
    const value = command.env[variable] ?? step.lookup(variable);
    if (typeof value !== "string" || !value.startsWith("/")) continue;
    if (template === "{target}") folders.push(value);
    else if (template === "{parent}" && preset.target !== null)
      folders.push(posix.join(value, posix.basename(preset.target)));
  }
  return folders;
}

function homeOf({ user, lookup }: Step): string {
  const home = lookup("HOME");
  if (typeof home === "string" && home.startsWith("/")) return home;
  return user === null || user === "root" || /^\d+$/.test(user) ? "/root" : `/home/${user}`;
}

/** Below the home folder of root; else below the folder that images and users choose. */
function tailOf(target: string): string {
  return target.replace(/^\/(?:root|usr\/local|go)\//, "");
}

function isLike(a: string, b: string): boolean {
  return touches(a, b) || a.endsWith(`/${tailOf(b)}`) || b.endsWith(`/${tailOf(a)}`);
}

function toolWords(name: PresetName): readonly string[] {
  const [first = name, second] = name.split("-");
  // `go` says little; `gomod` and `mod` say which of its folders.
  return first === "go" || first === "cargo" ? [second ?? first, `${first}${second ?? ""}`] : [first];
}

/** Programs whose packages a build downloads; their folder is worth a mount in every Dockerfile. */
const packageManagers: ReadonlySet<PresetName> = new Set<PresetName>([
  "go-mod",
  "npm",
  "pnpm",
  "yarn-classic",
  "yarn-berry",
  "bun",
  "pip",
  "uv",
  "poetry",
  "pdm",
  "pipenv",
  "conda",
  "cargo-registry",
  "apt",
  "apk",
  "dnf",
  "dnf5",
  "maven",
  "gradle",
  "sbt",
  "nuget",
  "composer",
  "bundler",
  "gem",
  "hex",
  "conan",
  "vcpkg",
]);
/** Words behind the program that run what is there already. */
const running = new Set(["exec", "dlx", "run", "task", "tool", "generate", "list", "metadata", "export", "deploy"]);
const runners = new Set(["npx", "bunx", "uvx"]);

/** Whether a command reads nothing but what is in its folder. */
export function readsCache({ name, called }: ToolRun): boolean {
  return called.some((word) => {
    if (word === "--offline" || word === "--no-restore") return true;
    return (word === "-o" && name === "maven") || (word === "--frozen" && name.startsWith("cargo-"));
  });
}

/** Whether a command downloads packages, as far as its words say so. */
export function downloads(tool: ToolRun): boolean {
  const { name, called } = tool;
  if (!packageManagers.has(name)) return false;
  const operands = called.slice(1).filter((word) => !word.startsWith("-"));
  if (runners.has(called[0] ?? "") || running.has(operands[0] ?? "")) return false;
  // `mvn --version`; a bare `yarn` installs.
  if (
    called.length > 1 &&
    operands.length === 0 &&
    called.some((word) => /^(?:--?version|-[vVh]|--help|--stop|--status)$/.test(word))
  )
    return false;
  return !readsCache(tool) && !called.some((word) => needsNothing.test(word)) && !isOfFiles(tool, operands.slice(1));
}

/** Flags with which a command takes all from the project or the image. */
const needsNothing = /^(?:--no-index|--local|--no-network|-mod=vendor)$/;

/** Packages that are there as files. */
const packageFile = /^\.{0,2}\/.*\/?\*$|\.(?:whl|tgz|gem|crate|nupkg|jar)$/;

/** Whether a command installs only what is there as files: `pip install /wheels/*`, or the project without what it needs. */
function isOfFiles({ name, called }: ToolRun, operands: readonly string[]): boolean {
  if (name !== "pip" && name !== "npm" && name !== "gem") return false;
  if (called.includes("-r") || called.some((word) => word.startsWith("--requirement"))) return false;
  if (operands.length === 0) return false;
  const isProject = called.includes("--no-deps");
  return operands.every((word) => packageFile.test(word) || (isProject && /^(?:\.|\.{0,2}\/)/.test(word)));
}
