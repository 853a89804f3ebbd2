import { calledCommands, presetEnv } from "../../config/presets.ts";
import type { Emptying } from "./emptied.ts";
import { keepsEnvironments } from "./environments.ts";
import { homeAt, knownImage, rootImage, uidAt, userAt, variableAt } from "./images.ts";
import { keepsDownloads } from "./keeps-downloads.ts";
import { isWithin } from "./paths.ts";
import { type LintFile, type LintProject, stepsBefore } from "./rule.ts";
import { toolFolder } from "./tool-folders.ts";
import { isMountFor, type ToolRun, toolsOf } from "./tools.ts";
import type { Step } from "./walk.ts";

/** Where a mount is to be. */
export interface Folder {
  readonly target: string;
  /** What the mount needs besides, with a comma in front; for people where nobody can tell. */
  readonly owner: string;
  /** Variables that lead the tool there, as ENV has them; empty where it looks there by itself. */
  readonly env: string;
  /** Whether only the image knows who runs the step. */
  readonly isAssumed: boolean;
}

/** Where a mount has to be for this command; null where only the user can tell. */
export function folderFor(file: LintFile, tool: ToolRun, step: Step): Folder | null {
  const { preset } = tool;
  const user = userAt(step);
  const isRoot = user === null || user === "root";
  const owner = ownerOf(step, user);
  const found = toolFolder(file, tool, step);
  // Virtual environments are beside the packages, and would stay in the mount.
  const known =
    found !== null && tool.name === "poetry" && keepsEnvironments(step) ? { path: `${found.path}/artifacts` } : found;
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

export interface Advice {
  readonly file: LintFile;
  readonly tool: ToolRun;
  readonly step: Step;
  readonly folder: Folder | null;
}

/** What to write for a tool that lacks its mount. */
export function adviceOf(project: LintProject, { file, tool: { name, preset }, step, folder }: Advice): string {
  const { mounts, project: prefix } = project;
  const declared = declaredFor(project, name, preset);
  if (!step.isTrigger && declared !== undefined) {
    const other = otherForUser(project, declared, { tool: { name }, step, folder });
    if (other !== null) return other;
    // One RUN can be the place of several mounts: the marker names all.
    return `write \`# bkcache: ${declaredIn(project, step).join(" ")}\` above the RUN and run \`bkcache generate\``;
  }
  if (folder === null) {
    const user = userAt(step);
    const whose = user === null || user === "root" ? "" : ` and ${user} can write`;
    return `add a cache mount at the folder where ${preset.commands[0]?.[0] ?? name} keeps what it downloads${whose}`;
  }
  const { target, owner, env, isAssumed } = folder;
  const linker = name === "yarn-berry" && isPlugAndPlay(file) === null ? " (where `nodeLinker` is node-modules)" : "";
  const setup =
    preset.setup.length > 0 && keepsNothing(step) ? `, with the lines of \`bkcache mounts snippet ${name}\`` : "";
  const also = `${env === "" ? "" : `, with \`ENV ${env}\` before`}${setup}${isAssumed && owner === "" ? " (of root: another user needs a folder of its own, and uid=)" : ""}${linker}`;
  if (mounts === null || step.isTrigger) {
    const sharing = preset.sharing === "shared" ? "" : `,sharing=${preset.sharing}`;
    return `add --mount=type=cache,id=${prefix}-${name},target=${target}${sharing}${owner}${also}`;
  }
  const isPreset = target === preset.target && owner === "";
  const settings = isPreset ? name : `{ preset: ${name}, target: ${target}${owner.replace(",uid=", ", uid: ")} }`;
  return `declare \`${name}: ${settings}\` under mounts, and write \`# bkcache: ${name}\` above the RUN${also}`;
}

/** Nobody but root can enter root's home, so a declared mount there is for root alone: null where this one will do. */
function otherForUser(
  { mounts }: LintProject,
  declared: string,
  { tool, step, folder }: Pick<Advice, "step" | "folder"> & { readonly tool: Pick<ToolRun, "name"> },
): string | null {
  const user = userAt(step);
  const target = mounts?.[declared]?.target;
  if (user === null || user === "root" || target === undefined || !isWithin(target, "/root")) return null;
  const fitting = Object.entries(mounts ?? {}).find(
    ([, mount]) => mount.preset === tool.name && mount.uid === uidAt(step) && !isWithin(mount.target, "/root"),
  );
  const name = fitting?.[0] ?? `${declared}-${user.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`;
  const place = folder?.target ?? `<folder of ${user}>`;
  const settings = `{ preset: ${tool.name}, target: ${place}, uid: ${uidAt(step) ?? `<number of ${user}>`} }`;
  const declare = fitting === undefined ? `declare \`${name}: ${settings}\` under mounts, ` : "";
  return `${user} cannot enter ${target}: ${declare}write \`# bkcache: ${name}\` above the RUN and run \`bkcache generate\``;
}

/** Whether the image makes its package manager delete what it downloads. */
function keepsNothing(step: Step): boolean {
  return knownImage(rootImage(step.stage)) !== null && ![...stepsBefore(step), step].some(keepsDownloads);
}

/** Names of the declared mounts that the tools of a step lack. */
export function declaredIn(project: LintProject, step: Step): readonly string[] {
  const unmounted = toolsOf(step).filter((tool) => !isMounted(tool, step));
  return [...new Set(unmounted.flatMap((tool) => declaredFor(project, tool.name, tool.preset) ?? []))];
}

/** The name of a declared mount that is this preset's. */
export function declaredFor(
  { mounts }: LintProject,
  name: ToolRun["name"],
  { target }: ToolRun["preset"],
): string | undefined {
  const entries = Object.entries(mounts ?? {});
  return entries.find(([, mount]) => mount.preset === name || mount.target === target)?.[0];
}

/** Steps that would lack what then lies in the mount, or do the same work without it. */
export function* alsoIn(steps: readonly Step[]): Iterable<string> {
  const lines = [...new Set(steps.map(({ instruction }) => instruction.line))].sort((a, b) => a - b);
  if (lines.length > 0)
    yield `give the RUN of ${lines.length === 1 ? "line" : "lines"} ${lines.join(", ")} the same mount`;
}

/** Flags and commands that would leave the mount empty, or fail. */
export function* leaveOut(emptyings: readonly Emptying[]): Iterable<string> {
  for (const [text, [first]] of Map.groupBy(emptyings, (each) => each.text)) {
    const why = first?.kind === "busy" ? ": what is mounted cannot be removed" : "";
    // Without the index that --no-cache fetches, apk finds nothing.
    if (first?.kind === "bypasses" && first.tool === "apk") yield `write -U in place of \`${text}\``;
    else if (first?.part !== undefined) yield `leave \`${first.part}\` out of its \`rm\`${why}`;
    else yield `leave \`${text.length > 60 ? `${text.slice(0, 57)}...` : text}\` out${why}`;
  }
}
/** Whether a step has a mount for a tool, as far as anybody can tell. */
export function isMounted(tool: ToolRun, step: Step): boolean {
  return (
    step.mounts.some((mount) => mount.type === "cache" && isLinked(mount.target, step)) ||
    step.mounts.some((mount) => mount.type === "cache" && isConfigured(tool, mount.target, step)) ||
    step.mounts.some((mount) => mount.type !== "secret" && mount.type !== "ssh" && isMountFor(tool, mount, step))
  );
}

/** Whether the tool was configured to keep what it downloads or installs in a mount: `bundle config set path FOLDER`. */
function isConfigured({ name, called }: ToolRun, target: string | null, step: Step): boolean {
  if (target === null) return false;
  const path = name === "bundler" ? variableAt(step, "BUNDLE_PATH") : undefined;
  if (typeof path === "string" && isWithin(path, target)) return true;
  return [...stepsBefore(step), step].some(({ commands }) =>
    commands.some(
      ({ words, mentions, cwd }) =>
        words[1] === "config" &&
        // Any word may be a file there.
        (cwd === null || !isWithin(cwd, target)) &&
        mentions.some((folder) => isWithin(folder, target)) &&
        calledCommands(words).some(([program]) => program === called[0]),
    ),
  );
}

/** Whether a link leads into a mount: from the folder of some tool, it may be. */
function isLinked(target: string | null, { commands }: Step): boolean {
  if (target === null) return false;
  return commands.some(
    ({ words, mentions }) => /(?:^|\/)ln$/.test(words[0] ?? "") && mentions.some((path) => isWithin(path, target)),
  );
}

/** Whether programs load their packages from yarn's cache; null where nobody can tell. */
export function isPlugAndPlay(file: LintFile): boolean | null {
  const text = file.readSource(".yarnrc.yml");
  return text === null ? null : !/^nodeLinker:\s*["']?(?:node-modules|pnpm)/m.test(text);
}
