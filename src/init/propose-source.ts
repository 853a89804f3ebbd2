import { posix } from "node:path";
import type { BakeTarget } from "../bake/model.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
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
  /** Files whose targets are not copied, and why. */
  readonly notices: readonly Diagnostic[];
}

/** A config with more copies than these is one that nobody keeps up. */
const mostCopied = 50;

/**
 * Files that bake reads here stay the source; what they do not build becomes targets. Nothing is added where nobody
 * could say what they build.
 */
export function proposeSource(
  { bakeFiles, definitions, files }: Found,
  dockerfiles: readonly ReadDockerfile[],
): Source {
  if (definitions === undefined) {
    return { bake: bakeFiles, targets: bakeFiles.length > 0 ? {} : proposeTargets(dockerfiles, files), notices: [] };
  }
  const bake = [...bakeFiles];
  const taken = new Set<string>();
  const built = new Set<string>();
  const converted: Record<string, Target> = {};
  const notices: Diagnostic[] = [];
  const isKnown = bakeFiles.length === 0 || definitions.some((each) => each.files[0] === bakeFiles[0]);
  for (const each of definitions) {
    const isOwn = each.files[0] === bakeFiles[0];
    const isLarge = Object.keys(each.definition.targets).length > mostCopied;
    const isRead = isOwn || fits(each, { taken, hasDefault: bakeFiles.length > 0 && !isLarge });
    if (isRead) {
      if (!isOwn) bake.push(...each.files);
      for (const name of namesIn(each)) taken.add(name);
      const isAdded = isLarge && !isOwn && bakeFiles.length > 0 && addsToDefault(each);
      if (isAdded)
        notices.push(kept(each, "is read beside the others, so that a bake without names builds its own too"));
    } else if (isLarge || each.isPartial === true) notices.push(kept(each, whyLeft(each, isLarge)));
    else Object.assign(converted, convert(each, new Set([...taken, ...Object.keys(converted)]), built));
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
  return { bake, targets: Object.fromEntries(targets.toSorted(([a], [b]) => compareNames(a, b))), notices };
}

function kept({ files, definition }: FoundDefinition, what: string): Diagnostic {
  const folder = posix.dirname(files[0] ?? "");
  const names = files.join(", ");
  return {
    code: "BK1012",
    message: `${names} builds ${Object.keys(definition.targets).length} targets, and ${what}`,
    hint:
      folder === "."
        ? `to keep it as a source of its own, name it under \`bake\` in a config that --config names`
        : `to keep it as a source of its own, run \`bkcache init\` in ${folder}`,
  };
}

function whyLeft({ isHere }: FoundDefinition, isLarge: boolean): string {
  const place = isHere ? "has names that another file has too" : "is meant for its own folder";
  const why = isLarge ? `more than ${mostCopied} are not copied` : "lacks secrets or variables here";
  return `is left out: it ${place}, and ${why}`;
}

/** Whether a file can be read beside others: bake merges what has one name, and what it adds to `default` is built too. */
function fits(
  found: FoundDefinition,
  { taken, hasDefault }: { readonly taken: ReadonlySet<string>; readonly hasDefault: boolean },
): boolean {
  if (!found.isHere || namesIn(found).some((name) => taken.has(name))) return false;
  return !(hasDefault && addsToDefault(found));
}

function addsToDefault({ definition, files }: FoundDefinition): boolean {
  return Object.hasOwn(definition.groups, "default") || files.some((file) => /\.ya?ml$/.test(file));
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
