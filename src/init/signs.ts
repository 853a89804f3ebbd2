import { posix } from "node:path";
import type { PresetName } from "../config/presets.ts";
import type { Dockerfile } from "../dockerfile/model.ts";

/** Files that say that a project uses a tool; a command alone may be a small one by the way. */
export const signs: Readonly<Partial<Record<PresetName, readonly string[]>>> = {
  "go-mod": ["go.sum", "go.mod"],
  "go-build": ["go.sum", "go.mod"],
  npm: ["package-lock.json", "npm-shrinkwrap.json"],
  pnpm: ["pnpm-lock.yaml"],
  "yarn-berry": [".yarnrc.yml"],
  "yarn-classic": ["yarn.lock"],
  bun: ["bun.lock", "bun.lockb"],
  deno: ["deno.lock", "deno.json", "deno.jsonc"],
  pip: ["requirements*.txt", "pyproject.toml", "setup.py"],
  uv: ["uv.lock"],
  poetry: ["poetry.lock"],
  pdm: ["pdm.lock"],
  pipenv: ["Pipfile.lock", "Pipfile"],
  conda: ["environment.yml", "environment.yaml", "conda-lock.yml"],
  "cargo-registry": ["Cargo.lock", "Cargo.toml"],
  "cargo-git": ["Cargo.lock", "Cargo.toml"],
  maven: ["pom.xml"],
  gradle: ["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"],
  sbt: ["build.sbt"],
  nuget: ["packages.lock.json", "*.csproj", "*.fsproj", "*.vbproj", "*.sln", "*.slnx"],
  composer: ["composer.lock", "composer.json"],
  bundler: ["Gemfile.lock", "Gemfile"],
  hex: ["mix.lock", "mix.exs"],
  conan: ["conanfile.txt", "conanfile.py", "conan.lock"],
  vcpkg: ["vcpkg.json"],
};

export function isToolSign(path: string, names: readonly string[]): boolean {
  const base = posix.basename(path);
  return names.some((name) => {
    const [start = "", end] = name.split("*");
    return end === undefined ? base === name : base.startsWith(start) && base.endsWith(end);
  });
}

/** The commands of every RUN, as words, near enough to tell tools by. */
export function toolLines({ instructions, text: file }: Dockerfile): readonly (readonly string[])[] {
  return instructions
    .filter(({ keyword }) => keyword === "RUN")
    .flatMap(({ args, heredocs }) => [args].concat(heredocs.map(({ range }) => file.slice(range.start, range.end))))
    .flatMap((text) => text.split(/&&|\|\||[;|\n]/))
    .map((line) => {
      const words = line.trim().split(/\s+/);
      // Variables that are set for one command, and what runs another one.
      const first = words.findIndex((word) => !/^\w+=|^(?:sudo|exec|time|env|\(|\{)$/.test(word));
      return words.slice(Math.max(first, 0));
    });
}
