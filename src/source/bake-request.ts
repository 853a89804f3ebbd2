import type { BakeArgs } from "../bake/argv.ts";
import type { Buildx } from "../builder/buildx.ts";
import type { Source } from "./open.ts";

/** What a bake is of. */
export interface BakeRequest {
  readonly buildx: Buildx;
  readonly source: Source;
  readonly args: BakeArgs;
}
