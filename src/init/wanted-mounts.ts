import { posix } from "node:path";
import { isCommandOf, type MountPreset, type PresetName, presets } from "../config/presets.ts";
import { emptyScope } from "../dockerfile/expand.ts";
import { commandsOf } from "../dockerfile/lint/run-commands.ts";
import { isWithin } from "../dockerfile/lint/paths.ts";
import { rootImage } from "../dockerfile/lint/images.ts";
import { downloads, isMountFor, type ToolRun, toolsOf } from "../dockerfile/lint/tools.ts";
import { type StageWalk, type Step, walkStages } from "../dockerfile/lint/walk.ts";
import type { Dockerfile, Instruction } from "../dockerfile/model.ts";
import { programOf } from "../dockerfile/shell-commands.ts";
import { isToolSign, signs } from "./signs.ts";

/** A mount that RUNs of a Dockerfile lack. */
export interface WantedMount {
  readonly preset: PresetName;
  /** All that need it: with the mount in some of them alone, the others would lack what those put into it. */
  readonly runs: readonly Instruction[];
}

/**
 * The mounts of the tools that RUNs call and whose files the project has, where a mount does good and can do no harm.
 * What is not certain is left out.
 */
export function findWantedMounts(dockerfile: Dockerfile, { files, unsafe = [] }: ProjectFiles): readonly WantedMount[] {
  const walks = walkStages(dockerfile, emptyScope);
  const steps = walks.flatMap((walk) => walk.steps);
  const wanted: WantedMount[] = [];
  for (const [preset, names] of Object.entries(signs) as [PresetName, readonly string[]][]) {
    if (wanted.some((each) => presets[preset].alternatives.includes(each.preset))) continue;
    if (!files.some((file) => isToolSign(file, names))) continue;
    const uses = usesOf(preset, steps);
    if (!uses.some(({ tool }) => doesWork(tool))) continue;
    const isHarmful =
      unsafe.includes(preset) ||
      uses.some((use) => !isSafe(use)) ||
      isMountedInPart(preset, steps) ||
      (isPackageStore.has(preset) && isReadLater(preset, walks, dockerfile));
    const needy = new Set([...uses.map(({ step }) => step), ...opaqueAfter(preset, uses, walks)]);
    const runs = isHarmful ? [] : steps.filter((step) => needy.has(step)).map(({ instruction }) => instruction);
    wanted.push({ preset, runs });
  }
  return wanted.filter(({ runs }) => runs.length > 0);
}

/** What a project has, as far as the tools of its Dockerfiles depend on it. */
export interface ProjectFiles {
  /** Relative, with slashes. */
  readonly files: readonly string[];
  /** Presets that would break what the project builds. */
  readonly unsafe?: readonly PresetName[];
}

/** Whether a mount would save work. */
function doesWork(tool: ToolRun): boolean {
  if (tool.name === "go-build") return true;
  return downloads(tool.name === "cargo-git" ? { ...tool, name: "cargo-registry" } : tool);
}

interface Use {
  readonly step: Step;
  readonly tool: ToolRun;
}

function usesOf(preset: PresetName, steps: readonly Step[]): readonly Use[] {
  return steps.flatMap((step) => {
    const tool = toolsOf(step).find(({ name }) => name === preset);
    return tool === undefined || step.instruction.keyword !== "RUN" ? [] : [{ step, tool }];
  });
}

/** Presets whose folder is where later steps, or the program itself, find the sources or libraries: not only downloads. */
const isPackageStore: ReadonlySet<PresetName> = new Set<PresetName>([
  "go-mod",
  "cargo-registry",
  "cargo-git",
  "maven",
  "gradle",
  "sbt",
  "nuget",
  "conan",
  "deno",
  "pnpm",
]);

/** Whether the tool finds the folder, may write there, and neither empties nor bypasses it. */
function isSafe({ step, tool: { name, preset, command } }: Use): boolean {
  const { target, env, foundWithoutEnv } = preset;
  if (target === null || !isRoot(step)) return false;
  const set = Object.entries(env).flatMap(([variable, template]) => {
    const value = command.env[variable] ?? step.lookup(variable);
    return typeof value === "string" && value !== "" ? [{ value, template }] : [];
  });
  const leads = set.filter(({ template }) => /\{(?:target|parent)\}/.test(template));
  const isElsewhere = leads.some(({ value, template }) => {
    return value !== template.replace("{target}", target).replace("{parent}", posix.dirname(target));
  });
  if (isElsewhere) return false;
  // Yarn 4 finds it by itself; an older one leaves the mount empty.
  if (leads.length === 0 && foundWithoutEnv === "never" && name !== "yarn-berry") return false;
  if (leads.length === 0 && foundWithoutEnv === "in-image" && !isImageOf(preset, step.stage)) return false;
  // Virtual environments would go with the mount.
  if (name === "poetry" && !hasPlainPoetry(step)) return false;
  const { commands } = step;
  if (commands.some(({ words }) => words.some((word) => ownFolder.test(word)))) return false;
  if (["PIP_NO_CACHE_DIR", "UV_NO_CACHE", "PDM_NO_CACHE"].some((variable) => isSet(step, variable))) return false;
  const isCleaned = commands.some(({ words, removes }) => {
    const text = words.join(" ");
    return (
      removes.some((path) => isWithin(path, target) || isWithin(target, path)) ||
      /\b(?:cache clean|cache purge|clean -\w*(?:mod)?cache|locals all|purge-local-repository|store prune)\b/.test(
        text,
      ) ||
      (/^(?:\S*\/)?rm$/.test(words[0] ?? "") && /(?:~|\$HOME|\$\{HOME\}|\/root)\/?(?:\.|\*|$)/.test(text))
    );
  });
  return !isCleaned;
}

/** Flags that leave the folder empty, or lead elsewhere. */
const ownFolder =
  /^(?:--no-cache(?:-dir)?|--(?:cache|cache-dir|cache-folder|store-dir|gradle-user-home|packages)(?:=.*)?|-Dmaven\.repo\.local=.*)$/;

function isRoot({ user }: Step): boolean {
  return user === null || user === "root" || user === "0";
}

function isSet(step: Step, variable: string): boolean {
  const value = step.lookup(variable);
  return typeof value === "string" && value !== "" && !/^(?:0|false|no|off)$/i.test(value);
}

/** An image that is called like the preset's, or whose name nobody can tell. */
function isImageOf({ images }: MountPreset, stage: StageWalk): boolean {
  const root = rootImage(stage);
  return root === null || images.some((image) => root.toLowerCase().includes(posix.basename(image)));
}

function hasPlainPoetry(step: Step): boolean {
  const chain = step.stage.chain.slice(0, step.stage.chain.indexOf(step) + 1);
  return (
    isSet(step, "POETRY_VIRTUALENVS_IN_PROJECT") ||
    step.lookup("POETRY_VIRTUALENVS_CREATE") === "false" ||
    chain.some(({ commands }) =>
      commands.some(({ words }) => words.some((word) => /^virtualenvs\.(?:create|in-project)$/.test(word))),
    )
  );
}

/** Where a RUN has a mount for the tool already, its author has chosen; others of the same tool go by that. */
function isMountedInPart(preset: PresetName, steps: readonly Step[]): boolean {
  return steps.some((step) => {
    const mounts = step.mounts.filter(({ type }) => type === "cache");
    return toolsOf(step).some(
      (tool) => isSibling(preset, tool.name) && mounts.some((mount) => isMountFor(tool, mount, step)),
    );
  });
}

/** cargo's second folder is of use to few, and never to one who has mounted the first alone. */
function isSibling(preset: PresetName, other: PresetName): boolean {
  return preset === other || (preset === "cargo-git" && other === "cargo-registry");
}

/** Whether an image or another stage takes the folder, or its program reads it where no mount is. */
function isReadLater(preset: PresetName, walks: readonly StageWalk[], dockerfile: Dockerfile): boolean {
  const { target } = presets[preset];
  const folder = target ?? "/";
  return walks.some((walk) =>
    walk.steps.some((step) => {
      const { instruction } = step;
      if (instruction.keyword === "COPY" && instruction.flags.some(({ name }) => name === "from")) {
        const sources = instruction.args
          .split(/\s+/)
          .slice(0, -1)
          .map((source) => source.replace(/(?<=.)\/+$/, ""));
        return sources.some((source) => source !== "/" && (isWithin(source, folder) || isWithin(folder, source)));
      }
      if (instruction.keyword !== "CMD" && instruction.keyword !== "ENTRYPOINT") return false;
      return commandsOf(dockerfile, instruction, null).some(({ words }) => isCommandOf(presets[preset], words));
    }),
  );
}

const builders = new Set([
  "make",
  "gmake",
  "just",
  "task",
  "mage",
  "bazel",
  "ninja",
  "cmake",
  "sh",
  "bash",
  "tox",
  "nox",
]);

/** RUNs behind the first use that call who knows what, which may well read the folder. */
function opaqueAfter(preset: PresetName, uses: readonly Use[], walks: readonly StageWalk[]): readonly Step[] {
  if (!isPackageStore.has(preset)) return [];
  const used = new Set(uses.map(({ step }) => step));
  return walks.flatMap(({ chain, steps }) => {
    const first = chain.findIndex((step) => used.has(step));
    if (first === -1) return [];
    return steps.filter(
      (step) =>
        chain.indexOf(step) > first && step.commands.some((command) => isOpaque(programOf(command), command.words[0])),
    );
  });
}

function isOpaque(program: string | null, word: string | undefined): boolean {
  return program !== null && (builders.has(program) || /^\.{1,2}\/|\.sh$/.test(word ?? ""));
}
