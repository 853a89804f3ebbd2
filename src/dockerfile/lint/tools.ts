import { posix } from "node:path";
import { isCommandOf, type MountPreset, type PresetName, presetNames, presets } from "../../config/presets.ts";
import { programOf } from "../shell-commands.ts";
import type { MountUse } from "./mount-use.ts";
import type { PlacedCommand } from "./outputs.ts";
import { isWithin } from "./paths.ts";
import type { Step } from "./walk.ts";

/** What a step runs that has a cache folder of its own. */
export interface ToolRun {
  readonly name: PresetName;
  readonly preset: MountPreset;
  readonly command: PlacedCommand;
}

const known = new WeakMap<Step, readonly ToolRun[]>();

/** The tools of a step, each once, by the first of their commands. */
export function toolsOf(step: Step): readonly ToolRun[] {
  // Each RUN is compared with all before it.
  let tools = known.get(step);
  if (tools === undefined) {
    tools = findTools(step);
    known.set(step, tools);
  }
  return tools;
}

function findTools({ commands }: Step): readonly ToolRun[] {
  if (commands.length === 0) return [];
  return presetNames.flatMap((name) => {
    const preset = presets[name];
    const command = commands.find(({ words }) => isCommandOf(preset, wordsOf(words)));
    return command === undefined ? [] : [{ name, preset, command }];
  });
}

/** `/usr/bin/apt-get` is `apt-get`; a wrapper in the folder keeps its `./`. */
function wordsOf(words: readonly string[]): readonly string[] {
  const [first = "", ...rest] = words;
  return [first.startsWith("/") ? posix.basename(first) : first, ...rest];
}

/** Whether a mount holds the folder of a tool, as far as path, id and variables say so. */
export function isMountFor({ preset, name, command }: ToolRun, mount: MountUse, step: Step): boolean {
  const { target } = mount;
  // What nobody can tell may be right.
  if (target === null) return true;
  if (foldersOf({ preset, name, command }, step).some((folder) => touches(folder, target))) return true;
  if (command.mentions.some((path) => isWithin(path, target))) return true;
  const words = `${mount.id ?? ""} ${target}`.toLowerCase().split(/[^a-z0-9]+/);
  return toolWords(name).some((word) => words.includes(word) || words.includes(`${word}cache`));
}

/** The folder by default, the same in another user's home, and what variables say. */
function foldersOf({ preset, command }: ToolRun, step: Step): readonly string[] {
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

function touches(a: string, b: string): boolean {
  return isWithin(a, b) || isWithin(b, a) || a.endsWith(`/${tailOf(b)}`) || b.endsWith(`/${tailOf(a)}`);
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

/** Whether a command downloads packages, as far as its words say so. */
export function downloads({ name, command }: ToolRun): boolean {
  if (!packageManagers.has(name)) return false;
  const operands = command.words.slice(1).filter((word) => !word.startsWith("-"));
  if (runners.has(programOf(command) ?? "") || running.has(operands[0] ?? "")) return false;
  // `mvn --version`; a bare `yarn` installs.
  if (
    command.words.length > 1 &&
    operands.length === 0 &&
    command.words.some((word) => /^(?:--?version|-[vVh]|--help)$/.test(word))
  )
    return false;
  return !command.words.some((word) => /^(?:-mod=vendor|--offline|--frozen)$/.test(word));
}
