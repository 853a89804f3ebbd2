import { join } from "node:path";
import type { Plan } from "../bake/model.ts";
import { manageDockerfile } from "../dockerfile/manage.ts";
import { writeMarkers } from "../dockerfile/write-markers.ts";
import { readIfFile } from "../source/dockerfiles.ts";
import type { FileMarks } from "./propose.ts";

/** A Dockerfile that gets markers, and the flags of the mounts that they name. */
export interface MarkedFile {
  /** Relative to the folder, with slashes. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/**
 * The Dockerfiles with markers above these RUNs, and what `generate` makes of them. One that is made from a template, and one
 * that could not get the flags, is left as it is.
 */
export function markDockerfiles(
  marks: readonly FileMarks[],
  { plan, dir }: { readonly plan: Pick<Plan, "project" | "mounts">; readonly dir: string },
): readonly MarkedFile[] {
  return marks.flatMap(({ file: { path, text: before, dockerfile }, marked }) => {
    if (readIfFile(join(dir, `${path}.hbs`)) !== null) return [];
    const { project, mounts } = plan;
    const { text: after, findings } = manageDockerfile(writeMarkers(dockerfile, marked), {
      file: path,
      project,
      mounts,
    });
    return findings.length > 0 || after === before ? [] : [{ path, before, after }];
  });
}
