import { posix } from "node:path";
import { type MountPreset, type PresetName, presets } from "../config/presets.ts";
import { emptyScope } from "../dockerfile/expand.ts";
import { emptyingsOf } from "../dockerfile/lint/emptied.ts";
import { rootImage } from "../dockerfile/lint/images.ts";
import { isWantedInImage, libraries } from "../dockerfile/lint/later.ts";
import type { LintFile } from "../dockerfile/lint/rule.ts";
import { toolFolder } from "../dockerfile/lint/tool-folders.ts";
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
  const file: LintFile = { name: "Dockerfile", dockerfile, walks, targets: [], readSource: () => null };
  const steps = walks.flatMap((walk) => walk.steps);
  const wanted: WantedMount[] = [];
  for (const [preset, names] of Object.entries(signs) as [PresetName, readonly string[]][]) {
    if (wanted.some((each) => presets[preset].alternatives.includes(each.preset))) continue;
    if (!files.some((file) => isToolSign(file, names))) continue;
    const uses = usesOf(preset, steps);
    if (!uses.some(({ tool }) => doesWork(tool))) continue;
    const isHarmful =
      unsafe.includes(preset) || uses.some((use) => !isSafe(file, use)) || isMountedInPart(preset, steps);
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

/** Whether later steps, or the program itself, find sources or libraries in the tool's folder: not only downloads. */
function isPackageStore(preset: PresetName): boolean {
  return libraries.has(preset) || preset === "pnpm";
}

/** Whether the tool finds the folder, may write there, neither empties nor bypasses it, and nobody else wants it. */
function isSafe(file: LintFile, { step, tool }: Use): boolean {
  const { name, preset } = tool;
  const { target } = preset;
  if (target === null || !isRoot(step)) return false;
  const folder = toolFolder(file, tool, step);
  if (folder === null ? !isFoundThere(tool, step) : folder.path !== target) return false;
  // Virtual environments would go with the mount.
  if (name === "poetry" && !hasPlainPoetry(step)) return false;
  if (emptyingsOf(file, step, { target, tool: name }).length > 0) return false;
  return !isWantedInImage(file, step, target, tool);
}

/** Where the Dockerfile does not tell the folder: whether the tool has it by itself. */
function isFoundThere({ name, preset }: ToolRun, { stage }: Step): boolean {
  const { foundWithoutEnv } = preset;
  if (foundWithoutEnv === "in-image") return isImageOf(preset, stage);
  // Yarn 4 finds it by itself; an older one leaves the mount empty.
  return foundWithoutEnv === "as-root" || name === "yarn-berry";
}

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
  if (!isPackageStore(preset)) return [];
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
