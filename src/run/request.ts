import type { BakeArgs } from "../bake/argv.ts";
import type { Buildx } from "../builder/buildx.ts";
import type { BuilderSession } from "../builder/session.ts";
import type { CacheChoice } from "../cache/choose.ts";
import type { Carrier } from "../carry/carrier.ts";
import type { Source } from "../source/open.ts";

/** What a bake is of. */
export interface BakeRequest {
  readonly buildx: Buildx;
  readonly source: Source;
  readonly args: BakeArgs;
}

export interface FinishRequest {
  readonly buildx: Buildx;
  /** Closed at the end. */
  readonly nodes: BuilderSession;
  /** In ms since the epoch. */
  readonly startedAt: number;
  readonly args: {
    readonly metadataFile?: string;
    readonly own: { readonly report?: string; readonly strict: boolean };
  };
  readonly targets: readonly string[];
  readonly choice: CacheChoice;
  /** The metadata file describes one build and not targets by name. */
  readonly isSingle?: boolean;
  /** The cache mounts of the build; null where it has none, or they are not carried. */
  readonly carrier: Carrier | null;
}
