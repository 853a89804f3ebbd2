import { posix } from "node:path";
import { knownImage, rootImage } from "../images.ts";
import { isWithin, touches } from "../paths.ts";
import { allSteps, type LintFile, type LintFinding, type LintProject } from "../rule.ts";
import { type StepMount, stepMounts } from "../step-mounts.ts";
import { type ToolFolder, toolFolder } from "../tool-folders.ts";
import { isNamedFor, type ToolRun, toolRunsOf } from "../tools.ts";
import { isTypical } from "../typical-folders.ts";
import { isOtherVariant } from "../variants.ts";
import type { Step } from "../walk.ts";

/** A tool that looks elsewhere leaves the mount empty. */
export function* checkToolVariables(project: LintProject): Iterable<LintFinding> {
  for (const { file, step } of allSteps(project)) {
    if (step.instruction.keyword !== "RUN") continue;
    const advised = new Set<string>();
    for (const mount of stepMounts(project, file, step)) {
      const written = mount.use?.fields.findLast(
        ({ key }) => key === "target" || key === "dst" || key === "destination",
      );
      if (written?.value?.startsWith("~") === true) {
        yield {
          code: "BK6015",
          at: { file, range: mount.range },
          message: `BuildKit does not expand ~, so this mount is at ${mount.target}`,
          hint: "write the folder in full",
        };
        continue;
      }
      const fault = findFault(file, mount, step);
      if (fault === null) continue;
      const { message, hint, folder } = fault;
      // BuildKit refuses two mounts of one folder.
      const isTwice = folder !== undefined && advised.has(folder);
      if (folder !== undefined) advised.add(folder);
      yield {
        code: "BK6015",
        at: { file, range: mount.range },
        message,
        hint: isTwice ? `leave this mount out: another one of the RUN is to be at ${folder}` : hint,
      };
    }
  }
}

interface Fault {
  readonly message: string;
  readonly hint: string;
  /** Where the mount is to be instead. */
  readonly folder?: string;
}

function findFault(file: LintFile, mount: StepMount, step: Step): Fault | null {
  const { target } = mount;
  // A mount that a command names is where somebody wants it.
  if (
    step.commands.some(
      ({ mentions, empties }) => mentions.some((path) => isWithin(path, target)) && empties.length === 0,
    )
  )
    return null;
  const runs = toolRunsOf(step).filter(({ name }) => !isOtherVariant(file, step, name));
  const meant = runs.filter((run) => isMeantFor(run, mount));
  const [first] = meant;
  if (first === undefined) return null;
  const folders = new Map<ToolRun, ToolFolder | null>(runs.map((run) => [run, toolFolder(file, run, step)]));
  // Each command has its own; that one of them uses the mount is enough.
  if ([...folders.values()].some((folder) => folder !== null && touches(folder.path, target))) return null;
  const known = meant.find((run) => folders.get(run) !== null);
  if (known !== undefined && meant.every((run) => folders.get(run) !== null)) {
    return elsewhere(known, mount, folders.get(known) ?? null);
  }
  return known === undefined ? withoutVariable(first, mount, step) : null;
}

/** Whether path, id or the config say that a mount is to hold a tool's folder. */
function isMeantFor(run: ToolRun, { target, tool, use }: StepMount): boolean {
  if (tool !== null) return tool === run.name;
  if (run.preset.target === target || isTypical(run.name, target)) return true;
  return use !== null && isNamedFor(run, use);
}

function elsewhere({ name, preset }: ToolRun, { target }: StepMount, folder: ToolFolder | null): Fault | null {
  if (folder === null) return null;
  const value = valueFor(preset.env, target);
  const isSet = folder.setBy !== null;
  const other = value === null || isSet ? "" : `, or add \`ENV ${value}\` before the RUN`;
  return {
    message: `${name} does not look into ${target}: it looks into ${folder.path}, since ${folder.because}`,
    hint: `write target=${folder.path}${other}`,
    folder: folder.path,
  };
}

/** Of tools that use their preset's folder only where a variable leads them there. */
function withoutVariable(tool: ToolRun, { target }: StepMount, step: Step): Fault | null {
  const { name, preset, command } = tool;
  if (preset.target !== target || preset.alternatives.length > 0) return null;
  const variables = Object.entries(preset.env).filter(([, value]) => placed.test(value));
  const isSet = variables.some(([variable]) => isGiven(variable, tool, step));
  if (isSet || command.mentions.some((path) => isWithin(path, target))) return null;
  const image = rootImage(step.stage);
  const isFound =
    preset.foundWithoutEnv === "as-root" ||
    (preset.foundWithoutEnv === "in-image" &&
      (image === null || knownImage(image) === null || preset.images.includes(knownImage(image)?.name ?? "")));
  const value = valueFor(preset.env, target);
  if (isFound || value === null) return null;
  return {
    message: `${name} does not look into ${target}: ${value.replace(/=[^]*/, "")} is not set`,
    hint: `add \`ENV ${value}\` before the RUN`,
  };
}

/** In a value: the folder, or the one above it. */
const placed = /\{(?:target|parent)\}/;

function valueFor(env: ToolRun["preset"]["env"], target: string): string | null {
  const [variable, template] = Object.entries(env).find(([, value]) => placed.test(value)) ?? [];
  if (variable === undefined || template === undefined) return null;
  // The folder above leads there only where the last part is the tool's own.
  const value = template.replaceAll("{target}", target).replaceAll("{parent}", posix.dirname(target));
  return `${variable}=${/\s/.test(value) ? JSON.stringify(value) : value}`;
}

function isGiven(variable: string, { command }: ToolRun, step: Step): boolean {
  if (Object.hasOwn(command.env, variable) || typeof step.lookup(variable) === "string") return true;
  // What a script sets before, in whatever way.
  return step.instruction.args.includes(variable);
}
