import { statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import type { Diagnostic, Span } from "../diagnostics/error.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { expandMatrix } from "./resolve/matrix.ts";
import { linkedTarget } from "./rules/references.ts";
import type { Config, Target, TargetAttributes } from "./schema.gen.ts";
import { type Path, toDiagnostic } from "./source-map.ts";

/** A valid config and where its values stand. */
interface Located {
  readonly config: Config;
  /** Absolute folder that the config's paths start from. */
  readonly dir: string;
  spanOf(path: Path): Span | undefined;
}

/** The files under `bake`, in order; `cwd://` is bake's own word for files of this machine, as all of them are. */
export function readPaths(bake: NonNullable<Config["bake"]>): readonly string[] {
  return (typeof bake === "string" ? [bake] : bake).map((path) => path.replace(/^cwd:\/\//, ""));
}

/** The keys of a target that a bake file does not decide. */
const additionKeys: ReadonlySet<string> = new Set(["cache", "cacheFrom", "cacheTo", "mounts"]);

/** The first key that says what is built, and not how it is cached. */
export function findBuildKey(target: TargetAttributes): string | undefined {
  return Object.keys(target).find((key) => !additionKeys.has(key));
}

/** Whether an entry of `targets` beside bake files adds to a target of theirs, and declares none itself. */
export function isAddition(target: Target): boolean {
  return findBuildKey(target) === undefined;
}

/** BK2090 for each file under `bake` that is not there. Looks at the disk. */
export function findMissingFiles(valid: Located): Diagnostic[] {
  const { config, dir } = valid;
  const { bake } = config;
  if (bake === undefined) return [];
  return readPaths(bake).flatMap((name, index) => {
    if (statSync(resolve(dir, name), { throwIfNoEntry: false })?.isFile() === true) return [];
    const path: Path = typeof bake === "string" ? ["bake"] : ["bake", index];
    const hint = /^[a-z][a-z0-9+.-]*:\/\//i.test(name)
      ? "`bake` takes files of the repository; a definition that lies elsewhere is built without a config: bkcache bake URL"
      : isAbsolute(name)
        ? "name a bake or compose file"
        : `name a bake or compose file by its path from ${dir}`;
    return [toDiagnostic({ code: "BK2090", message: `there is no file ${name}`, hint, path }, valid.spanOf(path))];
  });
}

/** What `bake --list` says of bake files; names that begin with `_` are not in it. */
export interface Listed {
  readonly targets: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

/** What only shows once the names that the bake files declare are known. */
export function checkAgainstFiles(valid: Located, listed: Listed): Diagnostic[] {
  const { targets = {}, groups = {}, external = [], bake = [] } = valid.config;
  const files = readPaths(bake).join(", ");
  const findings: Diagnostic[] = [];
  const report = (code: "BK2020" | "BK2091" | "BK2092", path: Path, message: string, hint: string) =>
    findings.push(toDiagnostic({ code, path, message, hint }, valid.spanOf(path)));

  const own = new Set<string>();
  for (const [base, target] of Object.entries(targets)) {
    const buildKey = findBuildKey(target);
    if (buildKey === undefined) {
      if (listed.targets.has(base) || base.startsWith("_")) continue;
      const isGroup = listed.groups.has(base);
      const near = nearest(base, [...listed.targets]);
      const hint = isGroup
        ? "name one of its targets"
        : near === undefined
          ? "a target of the config's own needs an attribute, such as context: ."
          : `did you mean ${near}?`;
      const message = isGroup ? `${base} is a group of ${files}, not one target` : `${files} has no target ${base}`;
      report("BK2092", ["targets", base], message, hint);
      continue;
    }
    const names = expandMatrix(base, target).map(({ name }) => name);
    for (const name of names) own.add(name);
    const declared = names.find((name) => listed.targets.has(name));
    if (declared !== undefined) {
      report(
        "BK2091",
        ["targets", base, buildKey],
        `${declared} is declared by ${files}, so the config cannot set its ${buildKey}`,
        `change it in the file; or give this target another name and inherits: [${declared}]`,
      );
    }
  }

  const single = new Set([...own, ...listed.targets, ...external]);
  const known = new Set([...single, ...listed.groups, ...Object.keys(targets), ...Object.keys(groups)]);
  const lookUp = (name: string, among: ReadonlySet<string>, path: Path) => {
    if (among.has(name) || name.startsWith("_")) return;
    const near = nearest(name, [...among]);
    const hint = near === undefined ? "declare it here or there" : `did you mean ${near}?`;
    report("BK2020", path, `neither the config nor ${files} has a target called ${JSON.stringify(name)}`, hint);
  };
  for (const [name, group] of Object.entries(groups)) {
    const [members, path]: [readonly string[], Path] = Array.isArray(group)
      ? [group, ["groups", name]]
      : [group.targets, ["groups", name, "targets"]];
    for (const [index, member] of members.entries()) lookUp(member, known, [...path, index]);
  }
  for (const [name, { inherits = [], contexts = {} }] of Object.entries(targets)) {
    for (const [index, parent] of inherits.entries()) lookUp(parent, single, ["targets", name, "inherits", index]);
    for (const [key, value] of Object.entries(contexts)) {
      const linked = linkedTarget(value);
      if (linked !== undefined) lookUp(linked, single, ["targets", name, "contexts", key]);
    }
  }
  return findings;
}
