import type { PresetName } from "../../config/presets.ts";
import { isWithin } from "./paths.ts";
import { toolRunsOf } from "./tools.ts";
import type { Step } from "./walk.ts";

/** Ends of folders that one tool alone has; with a slash in front also its absolute folder. */
const typical: Readonly<Partial<Record<PresetName, readonly string[]>>> = {
  "go-mod": ["/go/pkg/mod", "/go/pkg"],
  "go-build": ["/go-build"],
  npm: ["/.npm", "/.npm/_cacache", "/npm"],
  pnpm: ["/pnpm/store", "/.pnpm-store", "/pnpm-store"],
  "yarn-classic": ["/.cache/yarn", "/.yarn-cache", "/.yarn"],
  "yarn-berry": ["/.yarn/berry/cache", "/.yarn/berry", "/.yarn/cache", "/.yarn"],
  bun: ["/.bun/install/cache", "/.bun"],
  deno: ["/deno-dir", "/.cache/deno"],
  turbo: ["/.turbo", "/.turbo/cache", "/.cache/turbo"],
  nx: ["/.nx", "/.nx/cache", "/.cache/nx"],
  pip: ["/.cache/pip", "/pip"],
  uv: ["/.cache/uv", "/uv"],
  poetry: ["/pypoetry", "/pypoetry/cache", "/pypoetry/artifacts"],
  pdm: ["/.cache/pdm"],
  pipenv: ["/.cache/pipenv"],
  conda: ["/opt/conda/pkgs", "/conda/pkgs", "/.conda/pkgs"],
  "cargo-registry": ["/cargo/registry", "/.cargo/registry", "/.cargo", "/usr/local/cargo"],
  "cargo-git": ["/cargo/git", "/.cargo/git"],
  "cargo-target": ["/cargo-target", "/target"],
  apt: ["/var/cache/apt", "/var/cache/apt/archives"],
  "apt-lists": ["/var/lib/apt", "/var/lib/apt/lists"],
  apk: ["/etc/apk/cache", "/var/cache/apk"],
  dnf: ["/var/cache/dnf", "/var/cache/yum"],
  dnf5: ["/var/cache/libdnf5"],
  maven: ["/.m2", "/.m2/repository"],
  gradle: ["/.gradle", "/.gradle/caches"],
  sbt: ["/coursier", "/coursier/v1"],
  nuget: ["/.nuget/packages", "/.nuget"],
  composer: ["/composer", "/composer/cache", "/.composer/cache", "/.composer"],
  bundler: ["/.bundle/cache"],
  gem: ["/bundle/cache", "/gems/cache"],
  hex: ["/.hex"],
  ccache: ["/ccache", "/.ccache"],
  sccache: ["/sccache"],
  conan: ["/.conan2", "/.conan2/p", "/.conan", "/.conan/data"],
  vcpkg: ["/vcpkg/archives"],
};

/** Whether a folder is called as one of a tool is, below whatever home, or holds one. */
export function isTypical(name: PresetName, target: string): boolean {
  return (typical[name] ?? []).some((tail) => target.endsWith(tail) || isWithin(tail, target));
}

/** The same, or a command of the tool in this step names the folder. */
export function isFolderOf(name: PresetName, target: string, step: Step): boolean {
  if (isTypical(name, target)) return true;
  return toolRunsOf(step).some(
    (run) => run.name === name && run.command.mentions.some((path) => isWithin(path, target)),
  );
}
