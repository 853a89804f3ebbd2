import { calledCommands, type PresetName } from "../../config/presets.ts";
import { programOf } from "../shell-commands.ts";
import { copiedPaths, stageOf } from "./copied-paths.ts";
import { isWithin } from "./paths.ts";
import type { LintFile } from "./rule.ts";
import { isMountFor, readsCache, type ToolRun, toolRunsOf, toolsOf } from "./tools.ts";
import type { StageWalk, Step } from "./walk.ts";

/** Tools that compile with what is in their folder, and not with a copy of it in the project. */
export const libraries: ReadonlySet<PresetName> = new Set<PresetName>([
  "go-mod",
  "cargo-registry",
  "cargo-git",
  "maven",
  "gradle",
  "sbt",
  "nuget",
  "conan",
  "deno",
]);

/** Stages that a step is part of: its own, and those that are made from it. */
export function stagesWith(file: LintFile, step: Step): readonly StageWalk[] {
  return file.walks.filter(({ chain }) => chain.includes(step));
}

/** Steps behind one, in all stages that it is part of. */
export function stepsAfter(file: LintFile, step: Step): readonly Step[] {
  return [...new Set(stagesWith(file, step).flatMap(({ chain }) => chain.slice(chain.indexOf(step) + 1)))];
}

/** Programs that may call any other. */
const builders = new Set("make gmake cmake ninja meson just task mage bazel scons".split(" "));

/** Later steps without the mount that read what this one downloads, or may by a program that calls others. */
export function readersOf(file: LintFile, step: Step, { name }: ToolRun): readonly Step[] {
  return stepsAfter(file, step).filter((later) => {
    if (later.instruction.keyword !== "RUN") return false;
    const isBuilder = libraries.has(name) && later.commands.some((command) => builders.has(programOf(command) ?? ""));
    return isBuilder || readsMount(later, name);
  });
}

function readsMount(later: Step, name: PresetName): boolean {
  return toolRunsOf(later).some(
    (run) =>
      run.name === name &&
      (libraries.has(name) || readsCache(run)) &&
      !later.mounts.some((mount) => mount.type === "cache" && isMountFor(run, mount, later)),
  );
}

/**
 * Whether the image needs what is in the folder: something is copied from there, a later step names it, or the program
 * that the image starts is the tool itself. In a mount it would be missing.
 */
export function isWantedInImage(file: LintFile, step: Step, folder: string, { name, called }: ToolRun): boolean {
  const stages = stagesWith(file, step);
  const isCopied = file.walks.some(({ steps }) =>
    steps.some((other) =>
      copiedPaths(other).some(({ from, path }) => {
        const stage = stageOf(file, from, other);
        const isOurs = stage !== null && stages.includes(stage);
        return (
          isOurs &&
          path !== null &&
          path !== "/" &&
          (isWithin(folder, path) || isWithin(path, folder)) &&
          isNear(path, folder)
        );
      }),
    ),
  );
  if (isCopied) return true;
  return stepsAfter(file, step).some((later) => {
    const { keyword } = later.instruction;
    if (keyword === "CMD" || keyword === "ENTRYPOINT") {
      // `dotnet app.dll` needs nothing; `cargo watch` does.
      const isStarted = later.commands.some(({ words }) =>
        calledCommands(words).some(([program]) => program === called[0]),
      );
      return libraries.has(name) && (name === "nuget" ? toolsOf(later).some((run) => run.name === name) : isStarted);
    }
    return later.commands.some(
      ({ mentions, empties }) =>
        mentions.some((path) => isWithin(path, folder)) &&
        !empties.some(({ path }) => isWithin(folder, path) || isWithin(path, folder)),
    );
  });
}

/** A copy of all that a system has, such as /usr, is no wish for a cache in it. */
function isNear(path: string, folder: string): boolean {
  return isWithin(path, folder) || path.split("/").length > 2 || path === "/root" || path === "/go";
}
