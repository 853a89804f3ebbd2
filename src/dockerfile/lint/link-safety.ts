import { posix } from "node:path";
import { programOf } from "../shell-commands.ts";
import type { PlacedCommand } from "./outputs.ts";
import { foldersAbove, isWithin } from "./paths.ts";
import { type Edit, type LintFile } from "./rule.ts";
import { rootImage } from "./images.ts";
import type { Step } from "./walk.ts";

interface LinkEdits {
  readonly edits: readonly Edit[];
  /** Why the edit might change something else; null where it does not. */
  readonly reason: string | null;
}

/**
 * The edit that adds --link, where the image stays the same but for how it is cut into layers. With --link a copy sees
 * nothing of what is there: it makes the folders above anew, owned by root or --chown and open to read, and those then
 * stand in place of the ones below; a link in the path is replaced; a file cannot go into a folder whose name it is given.
 */
export function linkEdits(file: LintFile, step: Step): LinkEdits {
  const reason = reasonAgainst(file, step);
  if (reason !== null) return { edits: [], reason };
  const { range, flags } = step.instruction;
  const off = flags.find(({ name }) => name === "link");
  if (off !== undefined) return { edits: [{ ...off.range, text: "--link" }], reason };
  const at = range.start + step.instruction.keyword.length;
  return { edits: [{ start: at, end: at, text: " --link" }], reason };
}

function reasonAgainst({ dockerfile }: LintFile, step: Step): string | null {
  const { copy, stage, instruction } = step;
  const flags = new Map(instruction.flags.map(({ name, value }) => [name, value]));
  if (!hasLink(dockerfile.directives["syntax"])) return "the frontend that `# syntax=` names may not know it";
  if (flags.has("chmod") || flags.has("parents")) return "--chmod and --parents may count for the folders above too";
  if (instruction.keyword === "ADD") return "an archive is unpacked into what is there";
  const owner = flags.get("chown");
  if (owner !== undefined && (owner === null || !/^\d+(?::\d+)?$/.test(owner)))
    return "--chown names a user, whom only the image knows";
  if (copy?.path === undefined || copy.path === null || copy.destination === null)
    return "its destination cannot be told from the Dockerfile";

  const { path } = copy;
  const before = stage.chain.slice(0, stage.chain.indexOf(step));
  const isFolder = copy.sourceCount > 1 || /(?:^|\/)\.?$/.test(copy.destination);
  if (!isFolder && before.some(({ writes }) => writes.some((write) => isWithin(write.path, path)))) {
    return `${path} may be a folder by now; end the destination with / if so`;
  }
  const isFile = !isFolder && posix.extname(path) !== "";
  const folders = [...foldersAbove(path), ...(isFile || path === "/" ? [] : [path])];
  return folders.map((folder) => unsureFolder(folder, before, step)).find((each) => each !== null) ?? null;
}

/** COPY --link came with 1.4 of the frontend; every BuildKit that has it built in is newer than that. */
function hasLink(syntax: string | undefined): boolean {
  if (syntax === undefined) return true;
  const [, major, minor] =
    /^(?:docker\.io\/)?docker\/dockerfile:(\d+)(?:\.(\d+))?(?:\.\d+)?(?:-labs)?(?:@sha256:[0-9a-f]+)?$/.exec(syntax) ??
    [];
  if (major === undefined) return syntax === "docker/dockerfile:latest" || syntax === "docker/dockerfile";
  return Number(major) > 1 || (major === "1" && (minor === undefined || Number(minor) >= 4));
}

/** Folders that images have, some of them as links, or with modes and owners of their own. */
const systemFolders = new Set([
  "bin",
  "boot",
  "dev",
  "etc",
  "home",
  "lib",
  "lib32",
  "lib64",
  "libx32",
  "media",
  "mnt",
  "nix",
  "opt",
  "proc",
  "root",
  "run",
  "sbin",
  "srv",
  "sys",
  "tmp",
  "usr",
  "var",
]);

/** Why a folder on the way may be more than a plain folder of root; null where the Dockerfile says that it is none. */
function unsureFolder(folder: string, before: readonly Step[], step: Step): string | null {
  const top = foldersAbove(folder)[0] ?? folder;
  const owner = ownerOf(step);
  /** Whether there may be things that no step of the Dockerfile names. */
  let hasOthers = rootImage(step.stage) !== "scratch";
  let isMade = false;
  let isTopMade = false;
  for (const { instruction, copy, commands, user, writes } of before) {
    const { keyword, line } = instruction;
    if (keyword === "RUN" && (commands.length === 0 || commands.some((command) => mayChange(command, folder)))) {
      return `the RUN of line ${line} may change ${folder}`;
    }
    const isTouched = writes.some(({ path }) => isWithin(path, folder));
    isTopMade ||= writes.some(({ path }) => isWithin(path, top));
    if (keyword === "WORKDIR" && isTouched && !isMade) {
      if (user !== null && user !== "root" && user !== "0") return `${folder} belongs to ${user}`;
      if (owner !== "") return `${folder} belongs to root`;
    }
    if (copy !== null) {
      if (copy.path === null) return `line ${line} copies to a folder that is not known`;
      if (isTouched && ownerOf({ instruction }) !== owner) return `line ${line} may have given ${folder} another owner`;
      if (isTouched && instruction.flags.some(({ name }) => name === "chmod"))
        return `line ${line} may have given ${folder} another mode`;
      // What a tree brings may be a link.
      const isInTree = !isTouched && isWithin(folder, copy.path) && copy.sources.some(mayBeFolder);
      if (isInTree && copy.path === "/") hasOthers = true;
      else if (isInTree && !isMade) return `line ${line} may copy ${folder} as a link`;
    }
    isMade ||= isTouched;
  }
  if (!hasOthers) return null;
  if (systemFolders.has(top.slice(1))) return `${folder} may be a link or have a mode of its own in the base image`;
  return isTopMade ? null : `${top} may be in the base image`;
}

/** Files that are called so everywhere, though their names have no extension. */
const plainFile = /^(?:[A-Z][a-z]+file|LICENSE|README|NOTICE|gradlew|mvnw|\.[a-z]+rc)$/;

/** Of another name without an extension nobody knows. */
function mayBeFolder(source: string): boolean {
  if (/[*?[]/.test(source)) return true;
  return !/[^/.]\.[A-Za-z0-9]+$/.test(source) && !plainFile.test(posix.basename(source));
}

/** Empty for root. */
function ownerOf({ instruction }: Pick<Step, "instruction">): string {
  const owner = instruction.flags.findLast(({ name }) => name === "chown")?.value ?? "";
  return /^0(?::0)?$/.test(owner) ? "" : owner;
}

const changing = new Set(["chown", "chmod", "chgrp", "setfacl", "ln", "install", "useradd", "adduser", "rsync"]);
const bringing = new Set(["cp", "mv", "tar", "unzip", "git", "ln", "install", "rsync"]);

/** Whether a command makes a folder a link, or gives it another owner or mode, as far as its words say so. */
function mayChange(command: PlacedCommand, folder: string): boolean {
  const program = programOf(command) ?? "";
  const isMode = program === "mkdir" && command.words.some((word) => /^(?:-[a-z]*m|--mode)/.test(word));
  const isOne = changing.has(program) || isMode || (program === "busybox" && command.words.includes("--install"));
  if (!isOne && !bringing.has(program)) return false;
  // A path that is not known may be any.
  if (command.words.slice(1).some((word) => /[$`*?]/.test(word))) return true;
  const paths = isOne ? command.mentions : command.writes.map(({ path }) => path);
  return paths.some((path) => isWithin(folder, path));
}
