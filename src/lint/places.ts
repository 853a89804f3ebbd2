import { resolve } from "node:path";
import { showFile } from "../config/locate.ts";
import { type Path, spanNear, spanOfOffset } from "../config/source-map.ts";
import type { Span } from "../diagnostics/error.ts";
import type { ReadText } from "../source/dockerfiles.ts";
import type { Project } from "../source/project.ts";

/** The place of something that a config says, or that its bake files say; the first line of the config in the end. */
export type PlaceOf = (path: Path) => Span;

/** @param cwd absolute folder that places are shown from */
export function createPlaces(
  { valid, plan }: Project,
  { cwd, readText }: { readonly cwd: string; readonly readText: ReadText },
): PlaceOf {
  const files = (plan.bakeFiles?.paths ?? []).map((path) => resolve(valid.dir, path));
  return (path) => {
    const [kind, name] = path;
    if (kind === "targets" && typeof name === "string" && valid.config.targets?.[name] === undefined) {
      for (const file of files) {
        const text = readText(file);
        const at = text === null ? -1 : offsetOfTarget(text, name);
        if (text !== null && at !== -1) return spanOfOffset(text, showFile(file, cwd), at);
      }
    }
    const span = spanNear(valid.spanOf, path) ?? valid.spanOf(["bake"]);
    return span ?? { file: showFile(valid.file, cwd), line: 1, column: 1 };
  };
}

/** Where a bake or compose file begins with a target; -1 where its text does not say so, as of one from a matrix. */
function offsetOfTarget(text: string, name: string): number {
  const quoted = name.replaceAll(/\W/g, "\\$&");
  for (const pattern of [
    new RegExp(`^[ \\t]*target[ \\t]+"?${quoted}"?[ \\t]*\\{`, "m"),
    new RegExp(`(?<=^[ \\t]*(?:\\{[ \\t]*)?)"${quoted}"[ \\t]*:`, "m"),
    new RegExp(`(?<=^[ \\t]+)(["']?)${quoted}\\1:`, "m"),
  ]) {
    const at = text.search(pattern);
    if (at !== -1) return at + /^[ \t]*/.exec(text.slice(at))![0].length;
  }
  return -1;
}
