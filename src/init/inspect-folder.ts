import { realpathSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { bakeFileNames } from "../bake/file-names.ts";
import type { PresetName } from "../config/presets.ts";
import { parseDockerfile } from "../dockerfile/parse.ts";
import type { Host } from "../host/host.ts";
import { readIfFile } from "../source/dockerfiles.ts";
import { isBakeName, isComposeName, isDockerfileName, isReadByItself } from "../source/file-names.ts";
import type { Found, FoundDockerfile } from "./found.ts";
import { listFiles } from "../source/list-files.ts";

export interface FolderContents extends Found {
  /** Bake and compose files that bake does not read by itself here: in other folders, or under other names. */
  readonly otherBakeFiles: readonly string[];
}

/** Looks at what a folder holds, as far as a config depends on it. */
export async function inspectFolder(host: Host): Promise<FolderContents> {
  const { cwd } = host;
  const files = await listFiles(host);
  const dockerfiles = files
    .filter(isDockerfileName)
    .flatMap((path): readonly FoundDockerfile[] => {
      const text = readIfFile(join(cwd, path));
      if (text === null || !/^\s*FROM\s+[^\s{}@]/im.test(text) || !beginsAsDockerfile(text)) return [];
      return [{ path, text, realPath: realPathOf(cwd, path) }];
    })
    .slice(0, mostDockerfiles);
  const defines = (path: string): boolean => {
    const text = readIfFile(join(cwd, path)) ?? "";
    if (isComposeName(path)) return /^\s+build:/m.test(text);
    return /\btarget\b/.test(text) && !text.startsWith("# Written by bkcache");
  };
  const bakeFiles = bakeFileNames.filter((name) => files.includes(name) && (!isComposeName(name) || defines(name)));
  return {
    folder: basename(cwd),
    files,
    unsafe: unsafePresets(cwd, files),
    dockerfiles,
    bakeFiles,
    otherBakeFiles: files.filter(
      (path) => !isReadByItself(path) && (isComposeName(path) || isBakeName(path)) && defines(path),
    ),
  };
}

/** BuildKit refuses any other beginning; what only speaks of Dockerfiles begins otherwise. */
function beginsAsDockerfile(text: string): boolean {
  const { instructions, stages } = parseDockerfile(text);
  return stages.length > 0 && /^(?:FROM|ARG)$/.test(instructions[0]?.keyword ?? "");
}

/** More than anybody wants proposed; what is left out is a few lines to write. */
const mostDockerfiles = 50;

function realPathOf(cwd: string, path: string): string {
  try {
    return relative(realpathSync(cwd), realpathSync(join(cwd, path))).replaceAll("\\", "/");
  } catch {
    return path; // Gone meanwhile.
  }
}

/** Yarn's Plug'n'Play, which it does unless told otherwise, reads packages where it has downloaded them. */
function unsafePresets(cwd: string, files: readonly string[]): readonly PresetName[] {
  const isPlugged = files
    .filter((path) => basename(path) === ".yarnrc.yml")
    .some((path) => !/^nodeLinker:\s*["']?(?:node-modules|pnpm)/m.test(readIfFile(join(cwd, path)) ?? ""));
  return isPlugged ? ["yarn-berry"] : [];
}
