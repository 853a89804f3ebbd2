import { posix } from "node:path";
import { isCommandOf, type PresetName, presets } from "../config/presets.ts";
import type { Config } from "../config/schema.gen.ts";
import { cacheMountsOf } from "../dockerfile/cache-mounts.ts";
import { emptyScope } from "../dockerfile/expand.ts";
import type { Dockerfile } from "../dockerfile/model.ts";

export interface ProposedMount {
  readonly name: string;
  readonly mount: NonNullable<Config["mounts"]>[string];
  /** Whether a RUN of the Dockerfile has it already. */
  readonly isMounted: boolean;
}

/** Files that say that a project uses a tool; a command alone may be a small one by the way. */
const signs: Readonly<Partial<Record<PresetName, readonly string[]>>> = {
  "go-mod": ["go.sum", "go.mod"],
  "go-build": ["go.sum", "go.mod"],
  npm: ["package-lock.json", "npm-shrinkwrap.json"],
  pnpm: ["pnpm-lock.yaml"],
  "yarn-berry": [".yarnrc.yml"],
  "yarn-classic": ["yarn.lock"],
  bun: ["bun.lock", "bun.lockb"],
  deno: ["deno.lock", "deno.json", "deno.jsonc"],
  pip: ["requirements.txt", "pyproject.toml", "setup.py"],
  uv: ["uv.lock"],
  poetry: ["poetry.lock"],
  "cargo-registry": ["Cargo.lock", "Cargo.toml"],
  "cargo-git": ["Cargo.lock", "Cargo.toml"],
  maven: ["pom.xml"],
  gradle: ["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"],
  sbt: ["build.sbt"],
  nuget: ["packages.lock.json", "*.csproj", "*.fsproj", "*.vbproj", "*.sln"],
  composer: ["composer.lock", "composer.json"],
  bundler: ["Gemfile.lock", "Gemfile"],
  hex: ["mix.lock", "mix.exs"],
  conan: ["conanfile.txt", "conanfile.py", "conan.lock"],
  vcpkg: ["vcpkg.json"],
};

/**
 * The mounts that a Dockerfile has, under their own ids, and those of the tools that it runs and whose files the
 * project has.
 */
export function proposeMounts(dockerfile: Dockerfile, files: readonly string[]): readonly ProposedMount[] {
  const mounted = mountedPresets(dockerfile);
  const names = new Set(files.map((file) => posix.basename(file)));
  const lines = commandLines(dockerfile);
  const proposed: ProposedMount[] = [];
  for (const [preset, wanted] of Object.entries(signs) as [PresetName, readonly string[]][]) {
    const { target, alternatives } = presets[preset];
    if (target === null || proposed.some((each) => alternatives.includes(String(presetOf(each.mount))))) continue;
    const hasSign = wanted.some((sign) =>
      sign.startsWith("*") ? [...names].some((name) => name.endsWith(sign.slice(1))) : names.has(sign),
    );
    const name = preset.replaceAll("-", "");
    const id = mounted.get(preset);
    if (id !== undefined) proposed.push({ name, mount: { preset, id }, isMounted: true });
    else if (hasSign && lines.some((words) => isCommandOf(presets[preset], words))) {
      proposed.push({ name, mount: preset, isMounted: false });
    }
  }
  return proposed;
}

function presetOf(mount: ProposedMount["mount"]): string | undefined {
  return typeof mount === "string" ? mount : mount.preset;
}

/** Presets whose folder, sharing and owner a RUN gives already -> the id that it has. */
function mountedPresets(dockerfile: Dockerfile): ReadonlyMap<PresetName, string> {
  const found = new Map<PresetName, string>();
  for (const mount of cacheMountsOf(dockerfile, undefined, emptyScope) ?? []) {
    const { id, target, sharing, uid, gid, mode, from } = mount;
    const isPlain = uid === undefined && gid === undefined && mode === undefined && from === undefined;
    if (!isPlain || id === null || !/^[a-zA-Z0-9_./-]+$/.test(id)) continue;
    const folder = target?.replace(/(?<=.)\/+$/, "");
    for (const [name, preset] of Object.entries(presets) as [PresetName, (typeof presets)[PresetName]][]) {
      if (preset.target === folder && preset.sharing === sharing) found.set(name, id);
    }
  }
  return found;
}

/** The commands of every RUN, as words. */
function commandLines({ instructions, text: file }: Dockerfile): readonly (readonly string[])[] {
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
