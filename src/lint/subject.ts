import { join, resolve } from "node:path";
import { BkcacheError } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { createTextReader } from "../source/dockerfiles.ts";
import { isDockerfileName } from "../source/file-names.ts";
import { listFiles } from "../source/list-files.ts";
import { openProject, type Project } from "../source/project.ts";
import { createReading } from "../source/reading.ts";
import { abstractOfFiles, abstractTargets, type AbstractTargets, groupsOfFiles } from "../source/built-targets.ts";
import { createPlaces, type PlaceOf } from "./places.ts";

/** A config with all that its findings need. */
export interface Subject extends Project {
  readonly abstract: AbstractTargets;
  readonly placeOf: PlaceOf;
  /** Where bake does not say what is built from which Dockerfile: those of the folder and below it, absolute. */
  readonly unread?: readonly string[];
  /** Bake was asked with values that stand in for others, or has left out targets. */
  readonly isUncertain?: boolean;
}

/** With the targets of existing bake files, which only bake can tell; what it cannot is said. */
export async function openSubject(host: Host, config: string | undefined): Promise<Subject | null> {
  const project = await openProject(host, config);
  if (project === null) return null;
  const readText = createTextReader();
  const placeOf = createPlaces(project, { cwd: host.cwd, readText });
  const { bakeFiles } = project.plan;
  if (bakeFiles === undefined) return { ...project, abstract: abstractTargets(project), placeOf };
  const { planAllTargets } = await import("../source/bake-files.ts");
  let isUncertain = false;
  const reading = createReading({
    tell(message) {
      isUncertain = true;
      host.tell(message);
    },
  });
  try {
    const plan = await planAllTargets(host, project, reading);
    const groups = await groupsOfFiles(host, project, reading);
    const texts = bakeFiles.paths.map((path) => readText(resolve(project.valid.dir, path)) ?? "");
    return { ...project, plan, abstract: abstractOfFiles(plan, { groups, texts }), placeOf, isUncertain };
  } catch (error) {
    if (!(error instanceof BkcacheError && unanswered.has(error.code))) throw error;
    const { code, message } = error;
    host.tell({ level: "warning", code, message, hint: "all Dockerfiles of the folder are looked at instead" });
    const { dir } = project.valid;
    const files = await listFiles(host, dir);
    const unread = files.filter(isDockerfileName).map((file) => join(dir, file));
    return { ...project, abstract: new Set(), placeOf, unread };
  }
}

/** No buildx here, or one that refuses the files. */
const unanswered: ReadonlySet<string> = new Set(["BK4001", "BK4020"]);
