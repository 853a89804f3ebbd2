import type { BakeDefinition } from "../bake/printed.ts";
import type { Dockerfile } from "../dockerfile/model.ts";
import type { ProjectFiles } from "./wanted-mounts.ts";

export interface FoundDockerfile {
  /** Relative to the folder, with slashes. */
  readonly path: string;
  readonly text: string;
  /** Where a symbolic link leads, relative to the folder; else the same or left out. */
  readonly realPath?: string;
}

export interface ReadDockerfile extends FoundDockerfile {
  readonly dockerfile: Dockerfile;
}

/** What a bake or compose file builds, as bake says. */
export interface FoundDefinition {
  /** Relative to the folder, with slashes. */
  readonly files: readonly string[];
  /** With paths from the folder on. */
  readonly definition: BakeDefinition;
  /** Whether bake reads it right where it runs in the folder; else its own folder is the place to run it in. */
  readonly isHere: boolean;
  /** Secrets or variables that this machine lacks are not in it. */
  readonly isPartial?: boolean;
}

/** What a folder holds, as far as a config depends on it. */
export interface Found extends ProjectFiles {
  readonly folder: string;
  readonly dockerfiles: readonly FoundDockerfile[];
  /** Names that bake reads by itself, in the order in which it merges them; compose files only with `build:`. */
  readonly bakeFiles: readonly string[];
  /** What bake says of those files and of others; left out where nobody asked. */
  readonly definitions?: readonly FoundDefinition[];
}
