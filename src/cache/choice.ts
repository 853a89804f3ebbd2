import type { Diagnostic } from "../diagnostics/error.ts";
import type { InputRecord } from "../inputs/record.ts";
import type { LayerAccess, ManifestPlace } from "../layers/place.ts";
import type { ChosenSource } from "../layers/select.ts";
import type { StoreBackend } from "../store/place.ts";
import type { LiteralEntry } from "./entries.ts";
import type { Route } from "./routes.ts";
import type { StartedRelay } from "./run-relay.ts";
import type { Way } from "./ways.ts";

/** What a target gets from the cache, and gives to it. */
export interface TargetChoice {
  /** At most one of a backend; as they are where they are the user's own. */
  readonly cacheFrom: readonly (LiteralEntry | string)[];
  readonly cacheTo: readonly (LiteralEntry | string)[];
  /** Null where nothing is read; `reason` says why. */
  readonly source: ChosenSource | null;
  readonly reason: string;
  /** What the source was made of; null where that is not known. */
  readonly record: InputRecord | null;
  /** The backend of the source; null without one. */
  readonly declared: StoreBackend | null;
  readonly destinations: readonly Destination[];
}

export interface Destination {
  readonly backend: string;
  readonly scope: string;
  /** The cache name. */
  readonly name: string;
  readonly entry: LiteralEntry;
  readonly manifest: ManifestPlace | null;
  readonly declared: StoreBackend | null;
  /** What the cache that is there was made of; null where that is not known. */
  readonly record: InputRecord | null;
}

export interface LeftOut {
  readonly backend: string;
  readonly diagnostic: Diagnostic;
  /** By which way it was to be reached, where it is a bucket; through the relay with the credentials of mounts. */
  readonly way?: Way | undefined;
}

/** The cache of one run. */
export interface CacheChoice {
  readonly targets: Readonly<Record<string, TargetChoice>>;
  /** Backends that this run goes on without. */
  readonly leftOut: readonly LeftOut[];
  /** Buckets that do not answer, of which a tier on this machine is read. */
  readonly unanswering: readonly LeftOut[];
  /** Variables for buildx: keys, where they cannot be in the entries. */
  readonly env: Readonly<Record<string, string>>;
  /** For looking into the backends again after the build; null where none was looked into. */
  readonly access: LayerAccess | null;
  /** By which way BuildKit gets to each bucket, but for those left out. */
  readonly routes: Readonly<Record<string, Route>>;
  /** Folders of this machine that the relay writes, by backend. */
  readonly tiers: Readonly<Record<string, string>>;
  /** What each target has had of the relay; nothing where that is not used. */
  relayCounts(): ReturnType<StartedRelay["counts"]>;
  /** Gives the folders of local backends to other runs again. */
  release(): void;
}

export const noCache: CacheChoice = {
  targets: {},
  leftOut: [],
  unanswering: [],
  env: {},
  access: null,
  routes: {},
  tiers: {},
  relayCounts: () => ({}),
  release() {},
};
