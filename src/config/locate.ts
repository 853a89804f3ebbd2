import {
  accessSync,
  constants,
  type Dirent,
  existsSync,
  readFileSync,
  readdirSync,
  type Stats,
  statSync,
} from "node:fs";
import { basename, dirname, extname, join, relative, resolve, sep } from "node:path";
import { cosmiconfigSync } from "cosmiconfig";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { homeFolder } from "../host/home.ts";

/** Where a config may stand in a folder; the first that exists is taken. */
export const searchPlaces = [
  ...["ts", "mts", "js", "mjs", "json", "yaml", "yml"].map((extension) => `bkcache.config.${extension}`),
  ...["", ".json", ".yaml", ".yml", ".ts", ".mts", ".js", ".mjs"].map((suffix) => `.bkcacherc${suffix}`),
  "package.json",
] as const;

export type ConfigKind = "module" | "yaml" | "json" | "package";

export interface LocatedConfig {
  /** Absolute. */
  readonly file: string;
  readonly kind: ConfigKind;
  /** Absolute folder that findings show paths relative to. */
  readonly cwd: string;
  readonly warnings: readonly Diagnostic[];
}

export interface LocateOptions {
  readonly cwd: string;
  /** A file that the user named; nothing is searched. */
  readonly file?: string;
}

/**
 * The config that applies to a folder: in it or in the nearest one above it, up to the root of the repository;
 * outside of a repository up to the home folder, or else the root of the file system. Null where there is none.
 * @throws BkcacheError BK2002 where a named file cannot be used, or a found one not be read.
 */
export async function locateConfig(options: LocateOptions): Promise<LocatedConfig | null> {
  const cwd = resolve(options.cwd);
  if (options.file !== undefined) return locateNamed(options.file, cwd);
  for (const dir of foldersUpFrom(cwd)) {
    const located = await locateIn(dir, cwd);
    if (located !== null) return located;
  }
  return null;
}

function locateNamed(name: string, cwd: string): LocatedConfig {
  if (name === "") throw new BkcacheError({ code: "BK1002", message: "--config needs a value" });
  const file = resolve(cwd, name);
  let stats: Stats | undefined;
  try {
    stats = statSync(file, { throwIfNoEntry: false });
  } catch (cause) {
    throw cannotRead(file, cause);
  }
  if (stats === undefined) throw new BkcacheError({ code: "BK2002", message: `there is no file ${name}` });
  if (!stats.isFile())
    throw new BkcacheError({ code: "BK2002", message: `${name} is not a file`, hint: "name the config file itself" });
  return { file, kind: kindOf(file), cwd, warnings: [] };
}

/** @throws BkcacheError BK2002 where the name's ending is none that bkcache loads. */
export function kindOf(file: string): ConfigKind {
  const name = basename(file);
  if (name === "package.json") return "package";
  switch (extname(name)) {
    case ".ts":
    case ".mts":
    case ".js":
    case ".mjs":
      return "module";
    case ".json":
      return "json";
    case ".yaml":
    case ".yml":
    case "":
      return "yaml";
    default:
      throw new BkcacheError({
        code: "BK2002",
        message: `${name} is of no kind that bkcache loads`,
        hint: "use .ts, .mts, .js, .mjs, .json, .yaml or .yml",
      });
  }
}

/** Relative where the file lies below, with slashes; absolute names help nobody in a log of another machine. */
export function showFile(file: string, cwd: string): string {
  return relative(cwd, file).split(sep).join("/") || file;
}

function foldersUpFrom(cwd: string): readonly string[] {
  const folders: string[] = [];
  const home = homeFolder(process.env);
  for (let dir = cwd; ; dir = dirname(dir)) {
    folders.push(dir);
    // A worktree's or submodule's `.git` is a file.
    if (existsSync(join(dir, ".git"))) return folders;
    if (dirname(dir) === dir) break;
  }
  const end = folders.indexOf(home);
  return end === -1 ? folders : folders.slice(0, end + 1);
}

/** The config in one folder, with a warning where others stand beside it. */
export async function locateIn(dir: string, cwd: string): Promise<LocatedConfig | null> {
  const present = placesIn(dir);
  if (present.length === 0) return null;
  const file = searchFolder(dir);
  if (file === null) {
    refuseUnreadable(dir, present);
    return null;
  }
  const winner = basename(file);
  refuseUnreadable(dir, present.slice(0, present.indexOf(winner)));
  const others = present.filter((place) => place !== winner && (place !== "package.json" || packageHasConfig(dir)));
  const warnings: Diagnostic[] =
    others.length === 0
      ? []
      : [
          {
            code: "BK2008",
            message: `${showFile(file, cwd)} is used; ${others.join(", ")} beside it ${others.length === 1 ? "is" : "are"} not`,
            hint: "remove what is not used, or name one with --config FILE",
          },
        ];
  return { file, kind: kindOf(file), cwd, warnings };
}

function placesIn(dir: string): readonly string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(dir, { withFileTypes: true });
  } catch {
    return []; // A folder that cannot be listed holds no config of ours; the search goes on above it.
  }
  const files = new Set(entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name));
  return searchPlaces.filter((place) => files.has(place));
}

/**
 * One folder at a time, so that the way up ends at the repository's root and never reaches the user's global
 * folder. The loaders only say that a file is there: reading it, with places, is the next stage's work.
 */
function searchFolder(dir: string): string | null {
  const found = () => ({});
  const explorer = cosmiconfigSync("bkcache", {
    searchPlaces: [...searchPlaces],
    searchStrategy: "none",
    // An empty file is an error of the next stage, not a reason to take another one.
    ignoreEmptySearchPlaces: false,
    cache: false,
    loaders: {
      ".json": (file, text) => (basename(file) === "package.json" ? readPackage(text) : found()),
      ...Object.fromEntries([".ts", ".mts", ".js", ".mjs", ".yaml", ".yml", "noExt"].map((key) => [key, found])),
    },
  });
  try {
    const result = explorer.search(dir);
    // No loader is asked about an empty file, and an empty package.json holds no config.
    if (result === null || (result.isEmpty === true && basename(result.filepath) === "package.json")) return null;
    return result.filepath;
  } catch (cause) {
    refuseUnreadable(dir, placesIn(dir));
    throw new BkcacheError({ code: "BK2002", message: `the config in ${dir} cannot be read`, cause });
  }
}

/** A package.json that does not parse counts as a config where it seems to hold one, so that the fault is said. */
function readPackage(text: string): { bkcache?: unknown } {
  try {
    const content: unknown = JSON.parse(text);
    return typeof content === "object" && content !== null ? content : {};
  } catch {
    return text.includes('"bkcache"') ? { bkcache: {} } : {};
  }
}

function packageHasConfig(dir: string): boolean {
  try {
    return readPackage(readFileSync(join(dir, "package.json"), "utf8")).bkcache !== undefined;
  } catch {
    return false;
  }
}

/**
 * The search goes past a file that it cannot read; a user would look for the fault in the wrong config, or build without
 * one. Of a package.json nobody can tell whether it holds one.
 */
function refuseUnreadable(dir: string, places: readonly string[]): void {
  for (const place of places) {
    if (place === "package.json") continue;
    const file = join(dir, place);
    try {
      accessSync(file, constants.R_OK);
    } catch (cause) {
      throw cannotRead(file, cause);
    }
  }
}

function cannotRead(file: string, cause: unknown): BkcacheError {
  const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new BkcacheError({
    code: "BK2002",
    message: `${file} cannot be read (${reason})`,
    hint: "check the rights of the file and its folders, and where links lead",
    cause,
  });
}
