import { posix } from "node:path";
import type { BakeTarget } from "../bake/model.ts";
import { isAddition } from "../config/bake-files.ts";
import { compareNames } from "../config/names.ts";
import type { Target } from "../config/schema.gen.ts";
import { placeOfDockerfile } from "../source/dockerfiles.ts";
import type { Found, FoundDefinition, ReadDockerfile } from "./found.ts";
import { configFromDefinition } from "./from-definition.ts";
import { proposeTargets } from "./propose-targets.ts";

export interface Source {
  /** Values of `bake`. */
  readonly bake: readonly string[];
  readonly targets: Record<string, Target>;
}

/**
 * Files that bake reads here stay the source; what they do not build becomes targets. Nothing is added where nobody
 * could say what they build.
 */
export function proposeSource(
  { bakeFiles, definitions, files }: Found,
  dockerfiles: readonly ReadDockerfile[],
): Source {
  if (definitions === undefined) {
    return { bake: bakeFiles, targets: bakeFiles.length > 0 ? {} : proposeTargets(dockerfiles, files) };
  }
  const bake = [...bakeFiles];
  const taken = new Set<string>();
  const built = new Set<string>();
  const converted: Record<string, Target> = {};
  const isKnown = bakeFiles.length === 0 || definitions.some((each) => each.files[0] === bakeFiles[0]);
  for (const each of definitions) {
    const isOwn = each.files[0] === bakeFiles[0];
    if (isOwn || fits(each, { taken, hasDefault: bakeFiles.length > 0 })) {
      if (!isOwn) bake.push(...each.files);
      for (const name of namesIn(each)) taken.add(name);
    } else Object.assign(converted, convert(each, new Set([...taken, ...Object.keys(converted)]), built));
    for (const path of dockerfilesOf(each)) built.add(path);
  }
  const rest = isKnown
    ? dockerfiles.filter(({ path, realPath = path }) => !built.has(path) && !built.has(realPath))
    : [];
  const names = new Set([...taken, ...Object.keys(converted)]);
  const targets = Object.entries({ ...converted, ...proposeTargets(rest, files, names) }).map(
    // Beside bake files one that says nothing of what it builds would add to a target of theirs.
    ([name, target]): [string, Target] => [
      name,
      bake.length > 0 && isAddition(target) ? { context: ".", ...target } : target,
    ],
  );
  return { bake, targets: Object.fromEntries(targets.toSorted(([a], [b]) => compareNames(a, b))) };
}

/** Whether a file can be read beside others: bake merges what has one name, and what it adds to `default` is built too. */
function fits(
  { isHere, definition, files }: FoundDefinition,
  { taken, hasDefault }: { readonly taken: ReadonlySet<string>; readonly hasDefault: boolean },
): boolean {
  if (!isHere || namesIn({ definition }).some((name) => taken.has(name))) return false;
  const addsToDefault = Object.hasOwn(definition.groups, "default") || files.some((file) => /\.ya?ml$/.test(file));
  return !(hasDefault && addsToDefault);
}

function namesIn({ definition }: Pick<FoundDefinition, "definition">): readonly string[] {
  return [...Object.keys(definition.targets), ...Object.keys(definition.groups).filter((name) => name !== "default")];
}

/** Its targets as they are now, those left out that build what others build already. */
function convert(
  { definition, files }: FoundDefinition,
  taken: ReadonlySet<string>,
  built: ReadonlySet<string>,
): Record<string, Target> {
  const folder = posix.dirname(files[0] ?? "");
  const { targets = {} } = configFromDefinition({ groups: {}, targets: definition.targets }, { project: "x" });
  const own = Object.entries(targets).filter(([name]) => {
    const path = dockerfileOf(definition.targets[name] ?? {});
    return path !== null && !built.has(path);
  });
  return Object.fromEntries(
    own.map(([name, target]) => {
      const prefix = folder === "." ? posix.basename(files[0] ?? "").replace(/\.\w+$/, "") : folder;
      const long = `${prefix}-${name}`.replaceAll(/[^A-Za-z0-9_-]/g, "-").replace(/^-+/, "");
      let free = taken.has(name) ? long : name;
      for (let i = 2; taken.has(free); i += 1) free = `${long}-${i}`;
      return [free, target];
    }),
  );
}

function dockerfilesOf({ definition }: FoundDefinition): readonly string[] {
  return Object.values(definition.targets).flatMap((target) => dockerfileOf(target) ?? []);
}

/** Relative to the folder; null where it is elsewhere. */
function dockerfileOf(target: BakeTarget): string | null {
  const place = placeOfDockerfile(target, "/");
  return place.kind === "file" ? place.path.replaceAll("\\", "/").replace(/^\//, "") : null;
}
