import { posix } from "node:path";
import type { PresetName } from "../../config/presets.ts";
import { homeAt } from "./images.ts";
import type { LintFile } from "./rule.ts";
import type { Step } from "./walk.ts";

interface Configuration {
  /** Names of its files. */
  readonly files: RegExp;
  /** In the text of a file: the folder. */
  readonly key: RegExp;
  /** What `TOOL config` calls it. */
  readonly option: RegExp;
  /** What comes behind the value. */
  readonly tail?: string;
}

const npmrc = /(?:^|\/)(?:\.npmrc|npmrc)$/;
const configurations: Readonly<Partial<Record<PresetName, Configuration>>> = {
  npm: { files: npmrc, key: /^\s*cache\s*=\s*["']?([^\s"']+)/m, option: /^cache$/ },
  pnpm: {
    files: /(?:^|\/)(?:\.npmrc|npmrc|rc|pnpm-workspace\.yaml)$/,
    key: /^\s*(?:store-dir|storeDir)\s*[=:]\s*["']?([^\s"']+)/m,
    option: /^(?:store-dir|storeDir)$/,
  },
  "yarn-classic": {
    files: /(?:^|\/)\.yarnrc$/,
    key: /^\s*"?cache-folder"?\s+"?([^\s"]+)/m,
    option: /^cache-folder$/,
  },
  "yarn-berry": {
    files: /(?:^|\/)\.yarnrc\.yml$/,
    key: /^\s*cacheFolder:\s*["']?([^\s"']+)/m,
    option: /^cacheFolder$/,
  },
  pip: {
    files: /(?:^|\/)(?:pip\.conf|pip\/pip\.conf)$/,
    key: /^\s*cache-dir\s*=\s*(\S+)/m,
    option: /^(?:global|install)\.cache-dir$/,
  },
  uv: { files: /(?:^|\/)uv\.toml$/, key: /^\s*cache-dir\s*=\s*["']([^"']+)/m, option: /^never$/ },
  poetry: {
    files: /(?:^|\/)(?:poetry\.toml|config\.toml)$/,
    key: /^\s*cache-dir\s*=\s*["']([^"']+)/m,
    option: /^cache-dir$/,
  },
  pdm: { files: /(?:^|\/)pdm\.toml$/, key: /^\s*cache_dir\s*=\s*["']([^"']+)/m, option: /^cache_dir$/ },
  composer: { files: /(?:^|\/)config\.json$/, key: /"cache-dir"\s*:\s*"([^"]+)"/, option: /^cache-dir$/ },
  conda: {
    files: /(?:^|\/)\.?condarc$/,
    key: /^\s*pkgs_dirs:\s*\n\s*-\s*(\S+)/m,
    option: /^pkgs_dirs$/,
  },
  "cargo-target": {
    files: /(?:^|\/)\.cargo\/config(?:\.toml)?$/,
    key: /^\s*target-dir\s*=\s*["']([^"']+)/m,
    option: /^never$/,
  },
  maven: {
    files: /(?:^|\/)(?:settings\.xml|maven\.config)$/,
    key: /(?:<localRepository>|-Dmaven\.repo\.local=)([^<\s]+)/,
    option: /^never$/,
  },
  nuget: {
    files: /(?:^|\/)nuget\.config$/i,
    key: /globalPackagesFolder"\s+value="([^"]+)"/i,
    option: /^globalPackagesFolder$/i,
  },
  "go-mod": { files: /(?:^|\/)go\/env$/, key: /^GOMODCACHE=(\S+)/m, option: /^GOMODCACHE$/ },
  "go-build": { files: /(?:^|\/)go\/env$/, key: /^GOCACHE=(\S+)/m, option: /^GOCACHE$/ },
  conan: { files: /(?:^|\/)\.conanrc$/, key: /^conan_home=(\S+)/m, option: /^never$/, tail: "/p" },
};

/** Files of the project's root that a tool reads by itself; a copy of the entire context brings them. */
const inRoot = [".npmrc", "pnpm-workspace.yaml", ".yarnrc", ".yarnrc.yml", "uv.toml", "poetry.toml", "pdm.toml"].concat(
  ".cargo/config.toml",
  ".cargo/config",
  "nuget.config",
  "NuGet.Config",
  ".mvn/maven.config",
  ".conanrc",
);

/**
 * The folder that a tool's configuration names when a step runs: undefined where none does, null where one may that
 * cannot be read. What the step itself and those before it copy, write or set counts.
 */
export function settingOf(file: LintFile, name: PresetName, step: Step): string | null | undefined {
  const configuration = configurations[name];
  if (configuration === undefined) return undefined;
  const { chain } = step.stage;
  const until = chain.indexOf(step);
  let found: string | null | undefined;
  for (const each of chain.slice(0, until === -1 ? undefined : until + 1)) {
    const value = settingIn(file, configuration, each);
    if (value !== undefined) found = value;
  }
  return found;
}

function settingIn(file: LintFile, configuration: Configuration, step: Step): string | null | undefined {
  const { key, option, files, tail = "" } = configuration;
  const resolve = (value: string | undefined) => {
    if (value === undefined || /[$`]/.test(value)) return null;
    const home = homeAt(step)?.path;
    if (value.startsWith("~") && home === undefined) return null;
    const path = value.replace(/^~/, home ?? "~");
    if (!path.startsWith("/") && step.workdir === null) return null;
    return posix.join(posix.resolve(step.workdir ?? "/", path), tail);
  };
  let found: string | null | undefined;
  for (const text of textsOf(file, files, step)) {
    if (text === null) found = null;
    else if (key.test(text)) found = resolve(key.exec(text)?.[1]);
  }
  for (const { words } of step.commands) {
    if (!words.includes("config") && !words.includes("env")) continue;
    const at = words.findIndex((word) => option.test(word.replace(/=[^]*$/, "")));
    const word = words[at];
    if (at === -1 || word === undefined || words.some((each) => /^(?:get|list|--unset|delete|unset|-u)$/.test(each)))
      continue;
    const value = word.includes("=") ? word.slice(word.indexOf("=") + 1) : words[at + 1];
    // Without a value it is only shown.
    if (value !== undefined) found = resolve(value);
  }
  return found;
}

/** The texts of a tool's files that a step brings; null for one that cannot be read. */
function textsOf(file: LintFile, files: RegExp, { copy, instruction, commands }: Step): readonly (string | null)[] {
  const bodies = instruction.heredocs.map(({ range }) => file.dockerfile.text.slice(range.start, range.end));
  if (copy !== null) {
    if (copy.isInline) return files.test(copy.destination ?? "") ? bodies : [];
    const isNamed = copy.sources.some((source) => files.test(source)) || files.test(copy.destination ?? "");
    if (copy.from !== null) return isNamed ? [null] : [];
    return copy.sources.flatMap((source) => {
      if (files.test(source) || files.test(copy.destination ?? "")) return [file.readSource(source) ?? null];
      const isEntire = /^(?:\.|\.\/|\/)$/.test(source);
      return isEntire ? inRoot.filter((each) => files.test(each)).flatMap((each) => file.readSource(each) ?? []) : [];
    });
  }
  const isWritten = commands.some(({ outputs }) => outputs.some((output) => files.test(output)));
  return isWritten ? [[instruction.args, ...bodies].join("\n").replaceAll(/\\n|["']/g, "\n")] : [];
}
