import { calledCommands, type PresetName, presetNames } from "../../config/presets.ts";
import { variableAt } from "./images.ts";
import type { PlacedCommand } from "./outputs.ts";
import { isWithin } from "./paths.ts";
import type { LintFile } from "./rule.ts";
import { bypasses, isClean } from "./tool-bypass.ts";
import { toolFolder } from "./tool-folders.ts";
import { toolRunsOf } from "./tools.ts";
import { isFolderOf } from "./typical-folders.ts";
import type { Step } from "./walk.ts";

/** How a RUN leaves a mount empty. */
export interface Emptying {
  /**
   * `cleans`: deletes what is in it. `busy`: does, and then fails, since what is mounted cannot be removed.
   * `bypasses`: the tool neither reads nor writes it.
   */
  readonly kind: "cleans" | "busy" | "bypasses";
  readonly command: PlacedCommand;
  /** What to take away: a flag, a variable with its value, or the words of the command. */
  readonly text: string;
  /** What to take out of a command that removes more than this; absent where all of it is about the mount. */
  readonly part?: string;
  /** Whether it is a flag or the command itself, which the RUN holds, and no variable. */
  readonly isInRun: boolean;
  readonly tool: PresetName | null;
}

/**
 * Everything by which a RUN would leave a mount at `target` empty.
 * @param tool of the mount, where it is known whose it is
 */
export function emptyingsOf(
  file: LintFile,
  step: Step,
  { target, tool }: { readonly target: string; readonly tool: PresetName | null },
): readonly Emptying[] {
  return [
    ...step.commands.flatMap((command) => [
      ...removals(command, target),
      ...cleanings(file, step, command, { target, tool }),
    ]),
    ...bypassings(file, step, { target, tool }),
  ];
}

/** Parts of a folder that are all that counts in it. */
const essential = new Set(["/var/lib/apt/lists", "/var/cache/apt/archives"]);

function removals(command: PlacedCommand, target: string): readonly Emptying[] {
  const text = command.words.join(" ");
  const others = new Set(command.words.slice(1).filter((word) => !word.startsWith("-")));
  return command.empties.flatMap(({ path, word, staysItself }): readonly Emptying[] => {
    const part = others.size > 1 && others.has(word) ? { part: word } : {};
    const facts = { command, text, isInRun: true, tool: null, ...part };
    if (isWithin(target, path)) {
      const isBusy = !(staysItself && path === target);
      // Without -r a folder is no matter.
      if (!staysItself && !isRecursive(command)) return [];
      return [{ ...facts, kind: isBusy ? "busy" : "cleans" }];
    }
    return isWithin(path, target) && essential.has(path) ? [{ ...facts, kind: "cleans" }] : [];
  });
}

function isRecursive({ words }: PlacedCommand): boolean {
  return words.some((word) => /^(?:-[a-zA-Z]*[rR]|--recursive$)/.test(word));
}

interface Mounted {
  readonly target: string;
  readonly tool: PresetName | null;
}

function cleanings(file: LintFile, step: Step, command: PlacedCommand, { target, tool }: Mounted): readonly Emptying[] {
  const called = calledCommands(command.words);
  return presetNames.flatMap((name): readonly Emptying[] => {
    const { cleans } = bypasses[name] ?? {};
    if (cleans === undefined || !called.some((each) => isClean(cleans, each))) return [];
    if (tool !== null && tool !== name) return [];
    if (tool === null && !isFolderOf(name, target, step) && !isUsed(file, step, name, target)) return [];
    return [{ kind: "cleans", command, text: command.words.join(" "), isInRun: true, tool: name }];
  });
}

/** Whether a command of a tool uses a folder that the mount holds. */
function isUsed(file: LintFile, step: Step, name: PresetName, target: string): boolean {
  return toolRunsOf(step).some((run) => {
    const folder = run.name === name ? toolFolder(file, run, step) : null;
    return folder !== null && (isWithin(folder.path, target) || isWithin(target, folder.path));
  });
}

function bypassings(file: LintFile, step: Step, { target, tool }: Mounted): readonly Emptying[] {
  return toolRunsOf(step).flatMap((run): readonly Emptying[] => {
    const { name, command, called } = run;
    const { flags, env = [] } = bypasses[name] ?? {};
    if (tool === null) {
      const folder = toolFolder(file, run, step);
      const isIts =
        folder === null
          ? isFolderOf(name, target, step)
          : isWithin(folder.path, target) || isWithin(target, folder.path);
      if (!isIts && !isFolderOf(name, target, step)) return [];
    } else if (tool !== name) return [];
    const flag = called.slice(1).find((word) => flags?.test(word) === true);
    if (flag !== undefined) return [{ kind: "bypasses", command, text: flag, isInRun: true, tool: name }];
    for (const [variable, isOn] of env) {
      const value = command.env[variable] ?? variableAt(step, variable);
      if (typeof value !== "string" || value === "" || !isOn.test(value)) continue;
      return [{ kind: "bypasses", command, text: `${variable}=${value}`, isInRun: false, tool: name }];
    }
    return [];
  });
}
