import type { Host } from "../host/host.ts";
import type { Described } from "./inputs.ts";
import type { BuildRequest } from "./ready.ts";
import type { Resources } from "./resources.ts";

/** A run under way: what was asked for, what is open for it, and what goes on beside all else. */
export interface Run {
  readonly host: Host;
  readonly request: BuildRequest;
  readonly resources: Resources;
  /** What the targets are made of: looked at once, from the first call on, or sooner where buildx is slow to begin. */
  readonly describe: () => Promise<Described>;
}
