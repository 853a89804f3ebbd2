import { posix } from "node:path";
import type { PresetName } from "../../config/presets.ts";
import { homeAt, knownImage, rootImage, userAt, variableAt } from "./images.ts";
import type { LintFile } from "./rule.ts";
import { settingOf } from "./tool-settings.ts";
import type { ToolRun } from "./tools.ts";
import type { Step } from "./walk.ts";

/** Where a tool keeps what the mount of its preset is to hold. */
export interface ToolFolder {
  /** Absolute. */
  readonly path: string;
  /** What leads it there, as a clause. */
  readonly because: string;
  /** The variable or flag that does; null where nothing is set. */
  readonly setBy: string | null;
}

interface Places {
  /** Variables in the order in which the tool reads them, each with what comes behind its value. */
  readonly env?: readonly (readonly [name: string, tail: string])[];
  /** Flags whose value is the folder, each with what comes behind it. */
  readonly flags?: readonly (readonly [flag: string, tail: string])[];
  /** Below the home folder; a path that begins with a slash is the same for all. Left out where it depends. */
  readonly home?: string;
  /** The same of root alone. */
  readonly root?: string;
}

const xdgCache = (name: string) => [["XDG_CACHE_HOME", `/${name}`]] as const;

/** From the documentation that the presets name. */
const places: Readonly<Partial<Record<PresetName, Places>>> = {
  "go-mod": {
    env: [
      ["GOMODCACHE", ""],
      ["GOPATH", "/pkg/mod"],
    ],
    home: "go/pkg/mod",
  },
  "go-build": { env: [["GOCACHE", ""], ...xdgCache("go-build")], home: ".cache/go-build" },
  npm: {
    env: [
      ["npm_config_cache", ""],
      ["NPM_CONFIG_CACHE", ""],
    ],
    flags: [["--cache", ""]],
    home: ".npm",
  },
  pnpm: {
    env: [
      ["pnpm_config_store_dir", ""],
      ["PNPM_CONFIG_STORE_DIR", ""],
      ["npm_config_store_dir", ""],
      ["NPM_CONFIG_STORE_DIR", ""],
      ["PNPM_HOME", "/store"],
      ["XDG_DATA_HOME", "/pnpm/store"],
    ],
    flags: [["--store-dir", ""]],
    home: ".local/share/pnpm/store",
  },
  "yarn-classic": {
    env: [["YARN_CACHE_FOLDER", ""], ...xdgCache("yarn")],
    flags: [["--cache-folder", ""]],
    home: ".cache/yarn",
    root: "/usr/local/share/.cache/yarn",
  },
  "yarn-berry": {
    env: [
      ["YARN_CACHE_FOLDER", ""],
      ["YARN_GLOBAL_FOLDER", "/cache"],
    ],
  },
  bun: {
    env: [
      ["BUN_INSTALL_CACHE_DIR", ""],
      ["BUN_INSTALL", "/install/cache"],
    ],
    flags: [["--cache-dir", ""]],
    home: ".bun/install/cache",
  },
  deno: { env: [["DENO_DIR", ""], ...xdgCache("deno")], home: ".cache/deno" },
  pip: { env: [["PIP_CACHE_DIR", ""], ...xdgCache("pip")], flags: [["--cache-dir", ""]], home: ".cache/pip" },
  uv: { env: [["UV_CACHE_DIR", ""], ...xdgCache("uv")], flags: [["--cache-dir", ""]], home: ".cache/uv" },
  poetry: { env: [["POETRY_CACHE_DIR", ""], ...xdgCache("pypoetry")], home: ".cache/pypoetry" },
  pdm: { env: [["PDM_CACHE_DIR", ""], ...xdgCache("pdm")], home: ".cache/pdm" },
  pipenv: { env: [["PIPENV_CACHE_DIR", ""], ...xdgCache("pipenv")], home: ".cache/pipenv" },
  conda: {
    env: [
      ["CONDA_PKGS_DIRS", ""],
      ["MAMBA_ROOT_PREFIX", "/pkgs"],
    ],
  },
  "cargo-registry": { env: [["CARGO_HOME", "/registry"]], home: ".cargo/registry" },
  "cargo-git": { env: [["CARGO_HOME", "/git"]], home: ".cargo/git" },
  "cargo-target": {
    env: [
      ["CARGO_TARGET_DIR", ""],
      ["CARGO_BUILD_TARGET_DIR", ""],
    ],
    flags: [["--target-dir", ""]],
  },
  maven: { flags: [["-Dmaven.repo.local", ""]], home: ".m2/repository" },
  gradle: {
    env: [["GRADLE_USER_HOME", "/caches"]],
    flags: [
      ["-g", "/caches"],
      ["--gradle-user-home", "/caches"],
    ],
    home: ".gradle/caches",
  },
  sbt: { env: [["COURSIER_CACHE", ""]], home: ".cache/coursier/v1" },
  nuget: { env: [["NUGET_PACKAGES", ""]], flags: [["--packages", ""]], home: ".nuget/packages" },
  composer: {
    env: [
      ["COMPOSER_CACHE_DIR", ""],
      ["COMPOSER_HOME", "/cache"],
    ],
  },
  gem: { env: [["GEM_HOME", "/cache"]] },
  hex: { env: [["HEX_HOME", ""]], home: ".hex" },
  sccache: { env: [["SCCACHE_DIR", ""]], home: ".cache/sccache" },
  conan: { env: [["CONAN_HOME", "/p"]], home: ".conan2/p" },
  vcpkg: {
    env: [["VCPKG_DEFAULT_BINARY_CACHE", ""], ...xdgCache("vcpkg/archives")],
    home: ".cache/vcpkg/archives",
  },
  apt: { home: "/var/cache/apt" },
  "apt-lists": { home: "/var/lib/apt" },
  apk: { flags: [["--cache-dir", ""]], home: "/etc/apk/cache" },
};

/** Variables that move more than the cache; the tool's own configuration goes before them. */
const derived = /^(?:XDG_|GOPATH$|PNPM_HOME$|MAMBA_ROOT_PREFIX$|COMPOSER_HOME$|BUN_INSTALL$)/;

/**
 * The folder that a command of a tool uses, by the tool's own rules: a flag, variables, its configuration, the image,
 * the home folder. Null where the Dockerfile does not tell, or where it depends on more.
 */
export function toolFolder(file: LintFile, { name, command, called }: ToolRun, step: Step): ToolFolder | null {
  const rule = places[name];
  if (rule === undefined) return null;
  for (const [flag, tail] of rule.flags ?? []) {
    const value = valueOfFlag(called, flag) ?? valueOfFlag(command.words, flag);
    if (value !== undefined) return folderAt(value, tail, command.cwd, { because: `${flag} says so`, setBy: flag });
  }
  const setting = settingOf(file, name, step);
  for (const [variable, tail] of rule.env ?? []) {
    if (setting !== undefined && derived.test(variable)) break;
    const value = command.env[variable] ?? variableAt(step, variable);
    // Of an image that nobody knows, what everybody else has.
    if (value === null) return null;
    if (value === undefined || value === "") continue;
    const first = variable === "GOPATH" ? (value.split(":")[0] ?? "") : value;
    return folderAt(first, tail, command.cwd, { because: `${variable} is ${value}`, setBy: variable });
  }
  if (setting !== undefined) {
    return setting === null ? null : { path: setting, because: "its configuration says so", setBy: null };
  }
  return byHome(rule, name, step);
}

function byHome({ home, root }: Places, name: PresetName, step: Step): ToolFolder | null {
  if (home?.startsWith("/") === true) return { path: home, because: "it has no other", setBy: null };
  if (name === "conda" && /^(?:continuumio|condaforge)\//.test(knownImage(rootImage(step.stage))?.name ?? "")) {
    return { path: "/opt/conda/pkgs", because: "the image has conda there", setBy: null };
  }
  // gradle's own image links one home folder to another.
  if (home === undefined || /(?:^|\/)gradle(?::|$)/.test(rootImage(step.stage) ?? "")) return null;
  if (/\b(?:sudo|su|doas|gosu|su-exec|runuser)\b/.test(step.instruction.args)) return null;
  const folder = homeAt(step);
  if (folder === null || !folder.isCertain) return null;
  const user = userAt(step);
  if (user === "root" && root !== undefined) return { path: root, because: "root's is there", setBy: null };
  const whose = folder.path === "/root" ? "root's home" : `the home of ${user ?? "its user"}`;
  return { path: posix.join(folder.path, home), because: `it keeps to ${whose}`, setBy: null };
}

function folderAt(
  value: string,
  tail: string,
  cwd: string | null,
  facts: Pick<ToolFolder, "because" | "setBy">,
): ToolFolder | null {
  if (/[$`~]/.test(value) || (!value.startsWith("/") && cwd === null)) return null;
  return { path: posix.join(posix.resolve(cwd ?? "/", value), tail).replace(/(?<=.)\/+$/, ""), ...facts };
}

/** `--flag value`, `--flag=value`. */
function valueOfFlag(words: readonly string[], flag: string): string | undefined {
  for (const [index, word] of words.entries()) {
    if (word === flag) return words[index + 1];
    if (word.startsWith(`${flag}=`)) return word.slice(flag.length + 1);
  }
  return undefined;
}
