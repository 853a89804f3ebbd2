import { posix } from "node:path";
import { compareNames, targetName } from "../config/names.ts";
import type { Target } from "../config/schema.gen.ts";
import { contextOf, readsContext } from "./contexts.ts";
import { suffixOf } from "../source/file-names.ts";
import type { ReadDockerfile } from "./found.ts";

/** Targets that build these Dockerfiles, by name; `taken` are names that others have. */
export function proposeTargets(
  dockerfiles: readonly ReadDockerfile[],
  files: readonly string[],
  taken: ReadonlySet<string> = new Set(),
): Record<string, Target> {
  const targets: Record<string, Target> = {};
  const isTaken = (name: string) => taken.has(name) || Object.hasOwn(targets, name);
  const seen = new Set<string>();
  for (const { path, realPath = path, dockerfile } of linksLast(dockerfiles)) {
    const context = contextOf(path, dockerfile, files);
    // A link is another target only where it is built from another folder.
    const build = readsContext(dockerfile) ? `${realPath} ${context}` : realPath;
    if (seen.has(build)) continue;
    seen.add(build);
    const inContext = context === "." ? path : posix.relative(context, path);
    const target: Record<string, string> = {};
    if (context !== ".") target["context"] = context;
    if (inContext !== "Dockerfile") target["dockerfile"] = inContext;
    const short = shortName(path);
    const parts = posix.dirname(path).split("/");
    const long = targetName(
      (parts.at(-1) === short ? parts : [...parts, short]).join("-").replace(/^[^A-Za-z0-9]+/, ""),
    );
    let name = isTaken(short) ? long : short;
    for (let i = 2; isTaken(name); i += 1) name = `${long}-${i}`;
    targets[name] = target;
  }
  return Object.fromEntries(Object.entries(targets).toSorted(([a], [b]) => compareNames(a, b)));
}

function linksLast(dockerfiles: readonly ReadDockerfile[]): readonly ReadDockerfile[] {
  const isLink = ({ path, realPath = path }: ReadDockerfile) => realPath !== path;
  return [...dockerfiles.filter((each) => !isLink(each)), ...dockerfiles.filter(isLink)];
}

/** `api/Dockerfile` is api, `Dockerfile.worker` and `worker.Dockerfile` are worker, and the one at the top is app. */
function shortName(path: string): string {
  const folder = posix.dirname(path);
  const name = suffixOf(path) ?? (folder === "." ? "app" : posix.basename(folder));
  // bake does not list what begins with `_`.
  return targetName(name.replace(/^[^A-Za-z0-9]+/, "") || "app");
}
