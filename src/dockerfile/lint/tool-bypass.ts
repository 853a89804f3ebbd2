import type { PresetName } from "../../config/presets.ts";

export interface Bypass {
  /** Flags by which a command neither reads nor writes its cache. */
  readonly flags?: RegExp;
  /** Variables that do the same, with the values for which they do. */
  readonly env?: readonly (readonly [name: string, value: RegExp])[];
  /** Commands that delete the cache, as `calledCommands` has them, flags among their words in any order. */
  readonly cleans?: readonly (readonly string[])[];
}

const isTrue = /^(?:1|true|yes|y|on|t)$/i;
/** pip takes any value that is not empty for no. https://github.com/pypa/pip/issues/5735 */
const isAny = /./;

function argv(...lines: readonly string[]): readonly (readonly string[])[] {
  return lines.map((line) => line.split(" "));
}

const conda = ["conda", "mamba", "micromamba"];
const condaCleans = conda.flatMap((tool) =>
  [
    "--all",
    "-a",
    "--packages",
    "-p",
    "--tarballs",
    "-t",
    "-afy",
    "-ayf",
    "-tipsy",
    "-tipy",
    "-ya",
    "-ay",
    "-yaf",
    "-fay",
  ].map((flag) => `${tool} clean ${flag}`),
);

/** How each tool leaves its cache empty, from its own documentation; the presets name it. */
export const bypasses: Readonly<Partial<Record<PresetName, Bypass>>> = {
  "go-mod": { cleans: argv("go clean -modcache") },
  "go-build": { flags: /^-a$/, cleans: argv("go clean -cache") },
  npm: {
    env: [
      ["npm_config_cache", /^\/dev\/null$/],
      ["NPM_CONFIG_CACHE", /^\/dev\/null$/],
    ],
    flags: /^--cache=\/dev\/null$/,
    cleans: argv("npm cache clean", "npm cache clear", "npm cache rm"),
  },
  // A store in a mount has no links to it that would keep its files.
  pnpm: { cleans: argv("pnpm store prune") },
  "yarn-classic": { cleans: argv("yarn cache clean") },
  "yarn-berry": { cleans: argv("yarn cache clean", "yarn cache clear") },
  bun: { flags: /^--no-cache$/, cleans: argv("bun pm cache rm") },
  deno: { flags: /^(?:--reload|-r)$/, cleans: argv("deno clean") },
  turbo: { flags: /^(?:--force|--no-cache)$/, env: [["TURBO_FORCE", isTrue]] },
  nx: {
    flags: /^(?:--skip-nx-cache|--skipNxCache|--disableNxCache)$/,
    env: [["NX_SKIP_NX_CACHE", isTrue]],
    cleans: argv("nx reset", "nx clear-cache"),
  },
  pip: {
    flags: /^(?:--no-cache-dir|--no-cache)$/,
    env: [["PIP_NO_CACHE_DIR", isAny]],
    cleans: argv("pip cache purge"),
  },
  uv: {
    flags: /^(?:--no-cache|--no-cache-dir|-n)$/,
    env: [["UV_NO_CACHE", isTrue]],
    cleans: argv("uv cache clean"),
  },
  poetry: { flags: /^--no-cache$/, cleans: argv("poetry cache clear") },
  pdm: { flags: /^--no-cache$/, env: [["PDM_NO_CACHE", isTrue]], cleans: argv("pdm cache clear") },
  pipenv: { flags: /^--clear$/, env: [["PIPENV_CLEAR", isTrue]] },
  conda: { cleans: argv(...condaCleans) },
  "cargo-registry": { cleans: argv("cargo cache -a", "cargo cache --autoclean") },
  "cargo-target": { cleans: argv("cargo clean") },
  apt: {
    env: [],
    cleans: argv(
      "apt-get clean",
      "apt clean",
      "apt-get dist-clean",
      "apt dist-clean",
      "apt-get distclean",
      "apt distclean",
    ),
  },
  "apt-lists": { cleans: argv("apt-get dist-clean", "apt dist-clean", "apt-get distclean", "apt distclean") },
  apk: { flags: /^--no-cache$/ },
  dnf: {
    flags: /^--setopt=keepcache=(?:0|false)$/i,
    cleans: argv(
      "dnf clean all",
      "dnf clean packages",
      "yum clean all",
      "yum clean packages",
      "microdnf clean all",
      "dnf5 clean all",
      "tdnf clean all",
    ),
  },
  dnf5: {
    cleans: argv("dnf clean all", "dnf clean packages", "dnf5 clean all", "dnf5 clean packages", "microdnf clean all"),
  },
  maven: { cleans: argv("mvn dependency:purge-local-repository") },
  gradle: {},
  nuget: { cleans: argv("dotnet nuget locals all --clear", "dotnet nuget locals global-packages --clear") },
  composer: {
    flags: /^--no-cache$/,
    env: [["COMPOSER_CACHE_DIR", /^(?:\/dev\/null|nul)$/]],
    cleans: argv("composer clear-cache", "composer clearcache", "composer cc"),
  },
  hex: {},
  ccache: { env: [["CCACHE_DISABLE", isAny]], cleans: argv("ccache -C", "ccache --clear") },
  conan: { cleans: argv("conan remove * -c", "conan remove * --confirm", "conan cache clean *") },
};

/** Whether a command is one that deletes a tool's cache: its plain words in order, its flags anywhere. */
export function isClean(cleans: readonly (readonly string[])[], called: readonly string[]): boolean {
  const operands = called.filter((word) => !word.startsWith("-"));
  return cleans.some((clean) => {
    const plain = clean.filter((word) => !word.startsWith("-"));
    const flags = clean.filter((word) => word.startsWith("-"));
    return plain.every((word, i) => operands[i] === word) && flags.every((flag) => called.includes(flag));
  });
}
