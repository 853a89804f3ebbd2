import { presets } from "../../../config/presets.ts";
import { markerEdits } from "../../write-markers.ts";
import {
  type Advice,
  adviceOf,
  alsoIn,
  declaredFor,
  declaredIn,
  type Folder,
  folderFor,
  isMounted,
  isPlugAndPlay,
  leaveOut,
} from "../advice.ts";
import { emptyingsOf } from "../emptied.ts";
import { findHidden } from "../hidden.ts";
import { rootImage, uidAt, userAt } from "../images.ts";
import { isWantedInImage, readersOf, stepsAfter } from "../later.ts";
import { allSteps, type Edit, type LintFile, type LintFinding, type LintProject, stepsBefore } from "../rule.ts";
import { placeOfWords } from "../run-text.ts";
import { downloads, type ToolRun, toolsOf } from "../tools.ts";
import { isOtherVariant } from "../variants.ts";
import type { Step } from "../walk.ts";

/** Without a mount every change of what comes before downloads everything anew. */
export function* checkToolMounts(project: LintProject): Iterable<LintFinding> {
  for (const { file, step } of allSteps(project)) {
    // What `generate` is to write is not the user's to write.
    if (step.instruction.keyword !== "RUN" || hasMarker(step) || isWindows(file, step)) continue;
    const bare = toolsOf(step).filter(
      (tool) => isBare(tool, step) && !isOtherVariant(file, step, tool.name) && !hasNoModules(file, tool, step),
    );
    for (const tool of bare) {
      const { name, preset, command, called } = tool;
      // Of two presets for one command, the first stands for both.
      if (bare.some((other) => preset.alternatives.includes(other.name) && bare.indexOf(other) < bare.indexOf(tool)))
        continue;
      if (
        preset.alternatives.some((other) =>
          isMounted({ name: other as typeof name, preset: presets[other as typeof name], command, called }, step),
        )
      )
        continue;
      const folder = folderFor(file, tool, step);
      // Of several that do the same work, the first has the loss, and names the others.
      if (stepsBefore(step).some((before) => doesSame(file, before, { name, folder }))) continue;
      if (folder !== null && isHarmful(file, tool, step, folder)) continue;
      const twins = stepsAfter(file, step).filter(
        (later) =>
          !hasMarker(later) &&
          !isOtherVariant(file, later, name) &&
          doesSame(file, later, { name, folder }) &&
          (folder === null || !isHarmful(file, tool, later, folder)),
      );
      const shown = command.words.slice(0, command.words[1] === "-m" ? 4 : 3).join(" ");
      yield {
        code: "BK6003",
        at: { file, range: placeOfWords(file, step, command.words.slice(0, 2)) },
        message: `\`${shown}\` runs without a cache mount, so it downloads everything again whenever a step before it changes`,
        mounts: step.isTrigger ? [] : declaredIn(project, step),
        edits: markerEditsFor(project, { file, tool, step, folder }, twins),
        hint: [
          adviceOf(project, { file, tool, step, folder }),
          ...alsoIn([...readersOf(file, step, tool), ...twins]),
          ...(folder === null ? [] : leaveOut(emptyingsOf(file, step, { target: folder.target, tool: name }))),
        ].join("; "),
      };
    }
  }
}

/** Whether go has nothing to download: the go.mod that was copied to its folder requires nothing, and no command names a module. */
function hasNoModules(file: LintFile, { name, command }: ToolRun, step: Step): boolean {
  if (name !== "go-mod" || step.commands.some(({ words }) => words.some((word) => /@|^-C$|go\.work/.test(word))))
    return false;
  const copies = stepsBefore(step).flatMap(({ copy }) => (copy === null || copy.from !== null ? [] : copy));
  if (copies.some(({ sources }) => sources.some((source) => source.endsWith("go.work")))) return false;
  const isHere = (path: string | null) => path !== null && path.replace(/\/(?:go\.mod)?$/, "") === command.cwd;
  const files = copies.flatMap(({ path, sources }) =>
    isHere(path) ? sources.filter((source) => /(?:^|\/)go\.mod$/.test(source)) : [],
  );
  const texts = files.map((source) => file.readSource(source));
  return texts.length > 0 && texts.every((text) => text !== null && !/^\s*require\b/m.test(text));
}

/** Whether another step downloads with the same tool into the same folder, and lacks the mount as well. */
function doesSame(
  file: LintFile,
  step: Step,
  { name, folder }: { readonly name: ToolRun["name"]; readonly folder: Folder | null },
): boolean {
  return toolsOf(step).some((tool) => {
    if (tool.name !== name || !isBare(tool, step)) return false;
    const other = folderFor(file, tool, step);
    return other?.target === folder?.target && other?.owner === folder?.owner;
  });
}

/** Folders and package managers are others there. */
function isWindows({ dockerfile }: LintFile, { stage }: Step): boolean {
  return dockerfile.escape === "`" || /windows|nanoserver|servercore/i.test(rootImage(stage) ?? "");
}

function isBare(tool: ToolRun, step: Step): boolean {
  return step.instruction.keyword === "RUN" && downloads(tool) && !isMounted(tool, step);
}

function hasMarker({ instruction }: Step): boolean {
  return instruction.comments.some(({ text }) => text.startsWith("bkcache:"));
}

/** Whether a mount there would cover or take away what somebody needs. */
function isHarmful(file: LintFile, tool: ToolRun, step: Step, { target }: Folder): boolean {
  if (isWantedInImage(file, step, target, tool) || findHidden(step, target) !== null) return true;
  if (tool.name === "yarn-berry") return isPlugAndPlay(file) === true;
  // The keys that this writes lie in the folder.
  return (
    tool.name === "hex" &&
    stepsBefore(step).some(({ commands }) =>
      commands.some(({ words }) => words[0] === "mix" && words[1]?.startsWith("hex.") === true),
    )
  );
}

/**
 * A marker above the RUN and above those that need the mount as well; none where the declared mounts do not fit, or a
 * command would empty one or fail. Steps that do the same work get theirs too, where it fits them.
 */
function markerEditsFor(
  project: LintProject,
  { file, tool, step, folder }: Advice,
  twins: readonly Step[],
): readonly Edit[] {
  const names = declaredIn(project, step);
  const isSafe = (each: ToolRun, at: Step): boolean => {
    const name = declaredFor(project, each.name, each.preset);
    const mount = name === undefined ? undefined : project.mounts?.[name];
    if (mount === undefined) return true;
    const { target } = mount;
    const place = folderFor(file, each, at);
    const isOwned = userAt(at) === "root" || (mount.uid !== undefined && mount.uid === uidAt(at));
    return (
      place !== null &&
      (place.target === target || Object.keys(mount.env).some((variable) => at.lookup(variable) === target)) &&
      isOwned &&
      emptyingsOf(file, at, { target, tool: each.name }).length === 0 &&
      !isWantedInImage(file, at, target, each)
    );
  };
  if (step.isTrigger || names.length === 0 || folder === null || folder.env !== "") return [];
  const readers = readersOf(file, step, tool);
  const isSafeIn = (each: Step): boolean => toolsOf(each).every((run) => isMounted(run, each) || isSafe(run, each));
  if (!isSafeIn(step) || !readers.every((reader) => isSafe(tool, reader))) return [];
  const alike = twins.filter((twin) => !twin.isTrigger && !readers.includes(twin) && isSafeIn(twin));
  const own = declaredFor(project, tool.name, tool.preset);
  return markerEdits(file.dockerfile, [
    { run: step.instruction, names },
    ...alike.map((twin) => ({ run: twin.instruction, names: declaredIn(project, twin) })),
    ...readers.map(({ instruction }) => ({ run: instruction, names: own === undefined ? [] : [own] })),
  ]);
}
