import type {
  ResolvedConfig,
  Flag,
  ResolvedBackend,
  ResolvedBakeFiles,
  ResolvedMount,
  ResolvedRetention,
  ResolvedVariable,
  TextList,
} from "../config/resolved.ts";
import type { Text, VariableRef } from "../config/text.ts";

/** One entry of cache-from, cache-to, output or attest in object form; keys as BuildKit spells them. */
export type Entry = Readonly<Record<string, Text>>;

/** A bake target in bake's own words: https://docs.docker.com/build/bake/reference/#target */
export interface BakeTarget {
  readonly description?: Text;
  readonly annotations?: TextList;
  readonly attest?: readonly (Entry | Text)[];
  readonly context?: Text;
  readonly contexts?: Readonly<Record<string, Text>>;
  readonly dockerfile?: Text;
  readonly "dockerfile-inline"?: Text;
  readonly args?: Readonly<Record<string, Text | null>>;
  readonly labels?: Readonly<Record<string, Text | null>>;
  readonly tags?: TextList;
  readonly "cache-from"?: readonly (Entry | Text)[];
  readonly "cache-to"?: readonly (Entry | Text)[];
  readonly target?: Text;
  readonly secret?: readonly (Entry | Text)[];
  readonly ssh?: readonly (SshEntry | Text)[];
  readonly platforms?: TextList;
  readonly output?: readonly (Entry | Text)[] | VariableRef;
  readonly pull?: Flag;
  readonly "no-cache"?: Flag;
  readonly network?: Text;
  readonly "no-cache-filter"?: TextList;
  readonly "shm-size"?: Text;
  readonly ulimits?: TextList;
  readonly resources?: Readonly<Record<string, Text>>;
  readonly call?: Text;
  readonly entitlements?: TextList;
  readonly "extra-hosts"?: Readonly<Record<string, Text>>;
  readonly policy?: readonly (Readonly<Record<string, Text | boolean>> | Text)[];
}
export interface SshEntry {
  readonly id: Text;
  readonly paths?: readonly Text[];
}

export type PlanVariable = ResolvedVariable;

export interface PlanGroup {
  readonly targets: readonly string[];
  readonly description?: string;
}

/** What a target takes from, or gives to, its cache in one direction. */
export type CacheDirection =
  /** Names of declared backends, in order of preference. */
  | {
      readonly kind: "policy";
      readonly backends: readonly string[];
      /** Those of other levels of trust, which are read as well. */
      readonly others?: readonly string[];
    }
  /** `cacheFrom` or `cacheTo` of the user's own, or what his bake file says: passes through unchanged. */
  | { readonly kind: "raw"; readonly entries: readonly (Entry | Text)[]; readonly isOfFile?: true };

export interface TargetCache {
  readonly from: CacheDirection;
  readonly to: CacheDirection;
  /** The one that the config names; null where it follows from what is built. */
  readonly scope: string | null;
  readonly mode: "min" | "max";
  readonly ignoreError: boolean;
  readonly committed: "off" | "read" | "read-write";
  /** Components of the cache name but the scope, not yet encoded: project, target, then each platform, sorted. */
  readonly name: readonly Text[];
}

export interface PlanTarget {
  /** All of bake's attributes but cache-from, cache-to and inherits. */
  readonly attributes: BakeTarget;
  /** What the emitted target inherits, far to near: names under `external`, and names in `bases`. */
  readonly inherits: readonly string[];
  /** Hidden targets with the attributes that an external target may override; empty without external ones. */
  readonly bases: Readonly<Record<string, BakeTarget>>;
  readonly cache: TargetCache;
  /** Names of mounts; null where the config leaves it to the Dockerfile. */
  readonly mounts: readonly string[] | null;
}

/** A declared backend with its references read. Keys are the config's own (camelCase). */
export type PlanBackend = ResolvedBackend;
export type PlanMount = ResolvedMount;

/** Everything that follows from the config alone: plain serialisable data, equal on every machine. */
export interface Plan {
  readonly version: 1;
  readonly project: string;
  /** The config's file name as the header of the emitted file shows it; null without a config. */
  readonly config: string | null;
  readonly variables: Readonly<Record<string, PlanVariable>>;
  readonly backends: Readonly<Record<string, PlanBackend>>;
  readonly mounts: Readonly<Record<string, PlanMount>>;
  readonly targets: Readonly<Record<string, PlanTarget>>;
  readonly groups: Readonly<Record<string, PlanGroup>>;
  readonly external: readonly string[];
  /** Bake files that bring further targets: only bake can tell which. Undefined where the plan has all targets. */
  readonly bakeFiles?: ResolvedBakeFiles;
  /** Name of the backend that holds the contents of mounts. */
  readonly mountBackend: string | null;
  readonly mountBudget: ResolvedConfig["mountBudget"];
  readonly scopes: ResolvedConfig["scopes"];
  /** Part of the names of all caches, layers and mounts, but for 0. */
  readonly epoch: number;
  /** Undefined where the config says nothing of it. */
  readonly retention?: ResolvedRetention;
  /** Levels of trust, by name; undefined where there are none, and in the plan of one level. */
  readonly trust?: ResolvedConfig["trust"];
  /** Backends that the contents of mounts are read from after those of `mountBackend`, in order: those of other levels. */
  readonly mountSources?: readonly string[];
}
