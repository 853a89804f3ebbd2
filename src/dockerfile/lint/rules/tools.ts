import { presetEnv, presets } from "../../../config/presets.ts";
import { type Emptying, emptyingsOf } from "../emptied.ts";
import { homeAt, knownImage, rootImage, uidAt, userAt } from "../images.ts";
import { isWantedInImage, readersOf } from "../later.ts";
import { keepsDownloads } from "../keeps-downloads.ts";
import { isWithin } from "../paths.ts";
import { markerEdits } from "../../write-markers.ts";
import { allSteps, type Edit, type LintFile, type LintFinding, type LintProject, stepsBefore } from "../rule.ts";
import { placeOfWords } from "../run-text.ts";
import { toolFolder } from "../tool-folders.ts";
import { downloads, isMountFor, type ToolRun, toolsOf } from "../tools.ts";
import { isOtherVariant } from "../variants.ts";
import type { Step } from "../walk.ts";

/** Without a mount every change of what comes before downloads everything anew. */
export function* checkToolMounts(project: LintProject): Iterable<LintFinding> {
  for (const { file, step } of allSteps(project)) {
    // What `generate` is to write is not the user's to write.
    if (step.instruction.keyword !== "RUN" || hasMarker(step)) continue;
    const bare = toolsOf(step).filter((tool) => isBare(tool, step) && !isOtherVariant(file, step, tool.name));
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
      // Of several that do the same work, the first has the loss.
      if (
        stepsBefore(step).some((before) =>
          toolsOf(before).some((other) => other.name === name && isBare(other, before)),
        )
      )
        continue;
      const folder = folderFor(file, tool, step);
      if (folder !== null && isWantedInImage(file, step, folder.target, tool)) continue;
      const shown = command.words.slice(0, command.words[1] === "-m" ? 4 : 3).join(" ");
      yield {
        code: "BK6003",
        at: { file, range: placeOfWords(file, step, command.words.slice(0, 2)) },
        message: `\`${shown}\` runs without a cache mount, so it downloads everything again whenever a step before it changes`,
        edits: markerEditsFor(project, { file, tool, step, folder }),
        hint: [
          adviceOf(project, { file, tool, step, folder }),
          ...alsoIn(file, tool, step),
          ...(folder === null ? [] : leaveOut(emptyingsOf(file, step, { target: folder.target, tool: name }))),
        ].join("; "),
      };
    }
  }
}

function isBare(tool: ToolRun, step: Step): boolean {
  return step.instruction.keyword === "RUN" && downloads(tool) && !isMounted(tool, step);
}

function isMounted(tool: ToolRun, step: Step): boolean {
  return (
    step.mounts.some((mount) => mount.type === "cache" && isLinked(mount.target, step)) ||
    step.mounts.some((mount) => mount.type !== "secret" && mount.type !== "ssh" && isMountFor(tool, mount, step))
  );
}

/** Whether a link leads into a mount: from the folder of some tool, it may be. */
function isLinked(target: string | null, { commands }: Step): boolean {
  if (target === null) return false;
  return commands.some(
    ({ words, mentions }) => /(?:^|\/)ln$/.test(words[0] ?? "") && mentions.some((path) => isWithin(path, target)),
  );
}

function hasMarker({ instruction }: Step): boolean {
  return instruction.comments.some(({ text }) => text.startsWith("bkcache:"));
}

interface Folder {
  readonly target: string;
  /** What the mount needs besides, with a comma in front; for people where nobody can tell. */
  readonly owner: string;
  /** Variables that lead the tool there, as ENV has them; empty where it looks there by itself. */
  readonly env: string;
  /** Whether only the image knows who runs the step. */
  readonly isAssumed: boolean;
}

/** Where a mount has to be for this command; null where only the user can tell. */
function folderFor(file: LintFile, tool: ToolRun, step: Step): Folder | null {
  const { preset } = tool;
  const user = userAt(step);
  const isRoot = user === null || user === "root";
  const owner = ownerOf(step, user);
  const known = toolFolder(file, tool, step);
  if (known !== null) return { target: known.path, owner, env: "", isAssumed: false };
  if (preset.target === null) return null;
  const home = homeAt(step)?.path;
  const isInHome = preset.target.startsWith("/root/");
  if (!isRoot && isInHome && home === undefined) return null;
  const image = knownImage(rootImage(step.stage));
  const isElsewhere = preset.foundWithoutEnv === "in-image" && image !== null && !preset.images.includes(image.name);
  // A variable that moves more than the cache is not for others to set.
  const moves = Object.values(preset.env).every((value) => !value.includes("{parent}"));
  if (isElsewhere && !moves) return null;
  const target = !isRoot && isInHome ? preset.target.replace("/root", home ?? "") : preset.target;
  const variables = Object.entries(presetEnv(preset, target)).map(([name, value]) => `${name}=${value}`);
  const needsEnv = preset.foundWithoutEnv === "never" || isElsewhere;
  return { target, owner, env: needsEnv ? variables.join(" ") : "", isAssumed: user === null };
}

function ownerOf(step: Step, user: string | null): string {
  if (user === "root") return "";
  if (user !== null) return `,uid=${uidAt(step) ?? `<number of ${user}>`}`;
  return step.hasUser ? ",uid=<number of the user>" : "";
}

interface Advice {
  readonly file: LintFile;
  readonly tool: ToolRun;
  readonly step: Step;
  readonly folder: Folder | null;
}

function adviceOf(project: LintProject, { tool: { name, preset }, step, folder }: Advice): string {
  const { mounts, project: prefix } = project;
  if (!step.isTrigger && declaredFor(project, name, preset) !== undefined) {
    // One RUN can be the place of several mounts: the marker names all.
    return `write \`# bkcache: ${declaredIn(project, step).join(" ")}\` above the RUN and run \`bkcache generate\``;
  }
  if (folder === null) {
    const user = userAt(step);
    const whose = user === null || user === "root" ? "" : ` and ${user} can write`;
    return `add a cache mount at the folder where ${preset.commands[0]?.[0] ?? name} keeps what it downloads${whose}`;
  }
  const { target, owner, env, isAssumed } = folder;
  const setup =
    preset.setup.length > 0 && keepsNothing(step) ? `, with the lines of \`bkcache mounts snippet ${name}\`` : "";
  const also = `${env === "" ? "" : `, with \`ENV ${env}\` before`}${setup}${isAssumed && owner === "" ? " (of root: another user needs a folder of its own, and uid=)" : ""}`;
  if (mounts === null || step.isTrigger) {
    const sharing = preset.sharing === "shared" ? "" : `,sharing=${preset.sharing}`;
    return `add --mount=type=cache,id=${prefix}-${name},target=${target}${sharing}${owner}${also}`;
  }
  const isPreset = target === preset.target && owner === "";
  const settings = isPreset ? name : `{ preset: ${name}, target: ${target}${owner.replace(",uid=", ", uid: ")} }`;
  return `declare \`${name}: ${settings}\` under mounts, and write \`# bkcache: ${name}\` above the RUN${also}`;
}

/** Whether the image makes its package manager delete what it downloads. */
function keepsNothing(step: Step): boolean {
  return knownImage(rootImage(step.stage)) !== null && ![...stepsBefore(step), step].some(keepsDownloads);
}

/**
 * A marker above the RUN and above those that need the mount as well; none where the declared mounts do not fit, or a
 * command would empty one or fail.
 */
function markerEditsFor(project: LintProject, { file, tool, step, folder }: Advice): readonly Edit[] {
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
  const others = toolsOf(step).filter((each) => !isMounted(each, step));
  if (!others.every((each) => isSafe(each, step)) || !readers.every((reader) => isSafe(tool, reader))) return [];
  const own = declaredFor(project, tool.name, tool.preset);
  return markerEdits(file.dockerfile, [
    { run: step.instruction, names },
    ...readers.map(({ instruction }) => ({ run: instruction, names: own === undefined ? [] : [own] })),
  ]);
}

/** Names of the declared mounts that the tools of a step lack. */
function declaredIn(project: LintProject, step: Step): readonly string[] {
  const unmounted = toolsOf(step).filter((tool) => !isMounted(tool, step));
  return [...new Set(unmounted.flatMap((tool) => declaredFor(project, tool.name, tool.preset) ?? []))];
}

/** The name of a declared mount that is this preset's. */
function declaredFor(
  { mounts }: LintProject,
  name: ToolRun["name"],
  { target }: ToolRun["preset"],
): string | undefined {
  const entries = Object.entries(mounts ?? {});
  return entries.find(([, mount]) => mount.preset === name || mount.target === target)?.[0];
}

/** Steps that would lack what then lies in the mount. */
function* alsoIn(file: LintFile, tool: ToolRun, step: Step): Iterable<string> {
  const lines = readersOf(file, step, tool).map(({ instruction }) => instruction.line);
  if (lines.length > 0)
    yield `give the RUN of ${lines.length === 1 ? "line" : "lines"} ${lines.join(", ")} the same mount`;
}

/** Flags and commands that would leave the mount empty, or fail. */
function* leaveOut(emptyings: readonly Emptying[]): Iterable<string> {
  for (const [text, [first]] of Map.groupBy(emptyings, (each) => each.text)) {
    const why = first?.kind === "busy" ? ": what is mounted cannot be removed" : "";
    // Without the index that --no-cache fetches, apk finds nothing.
    if (first?.kind === "bypasses" && first.tool === "apk") yield `write -U in place of \`${text}\``;
    else if (first?.part !== undefined) yield `leave \`${first.part}\` out of its \`rm\`${why}`;
    else yield `leave \`${text.length > 60 ? `${text.slice(0, 57)}...` : text}\` out${why}`;
  }
}
