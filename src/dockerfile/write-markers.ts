import { applyEdits, type Edit, indentOf } from "./managed-flags.ts";
import { readMarkers } from "./markers.ts";
import type { Dockerfile, Instruction } from "./model.ts";

/** Names of declared mounts that a RUN is to have. */
export interface MarkedRun {
  /** A RUN of the Dockerfile itself, no ONBUILD. */
  readonly run: Instruction;
  readonly names: readonly string[];
}

/**
 * The text with `# bkcache: NAME...` directly above each of these RUNs. A marker that is there already gets the names
 * that it lacks. The flags are `manageDockerfile`'s to write.
 */
export function writeMarkers(dockerfile: Dockerfile, marked: readonly MarkedRun[]): string {
  return applyEdits(dockerfile.text, markerEdits(dockerfile, marked));
}

/** The same as edits. */
export function markerEdits({ text, eol }: Dockerfile, marked: readonly MarkedRun[]): readonly Edit[] {
  return marked.flatMap(({ run, names }): readonly Edit[] => {
    const markers = readMarkers(run.comments, text);
    const known = new Set(markers.flatMap((marker) => marker.names.map(({ name }) => name)));
    const missing = names.filter((name) => !known.has(name));
    if (missing.length === 0) return [];
    const last = markers.at(-1)?.comment.range.end;
    if (last !== undefined) return [{ start: last, end: last, text: ` ${missing.join(" ")}` }];
    const at = text.lastIndexOf("\n", run.range.start - 1) + 1;
    const indent = indentOf(text.slice(at, run.range.start));
    return [{ start: at, end: at, text: `${indent}# bkcache: ${missing.join(" ")}${eol}` }];
  });
}
