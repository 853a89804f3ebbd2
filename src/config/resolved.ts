import type { Diagnostic } from "../diagnostics/error.ts";
import type { PresetName } from "./presets.ts";
import type { Text, VariableRef } from "./text.ts";

/** A list of strings, or one variable that holds the whole list. */
export type TextList = readonly Text[] | VariableRef;
export type Flag = boolean | VariableRef;
export type TextMap = Readonly<Record<string, Text>>;
/** An entry of a list of options: bake's CSV form, or an object. */
export type OptionText = Text | TextMap;

/** Attributes of a target after inheritance, references read; keys as the config spells them. */
export interface ResolvedAttributes {
  readonly annotations?: TextList;
  readonly args?: TextMap;
  readonly attest?: readonly OptionText[];
  readonly call?: Text;
  readonly context?: Text;
  readonly contexts?: TextMap;
  readonly description?: Text;
  readonly dockerfile?: Text;
  readonly dockerfileInline?: Text;
  readonly entitlements?: TextList;
  readonly extraHosts?: TextMap;
  readonly labels?: TextMap;
  readonly network?: Text;
  readonly noCache?: Flag;
  readonly noCacheFilter?: TextList;
  readonly output?: readonly OptionText[] | VariableRef;
  readonly platforms?: TextList;
  readonly policy?: readonly (Text | Readonly<Record<string, Text | boolean>>)[];
  readonly pull?: Flag;
  readonly resources?: TextMap;
  readonly secret?: readonly OptionText[];
  readonly shmSize?: Text;
  readonly ssh?: readonly (Text | { readonly id: Text; readonly paths?: readonly Text[] })[];
  readonly tags?: TextList;
  readonly target?: Text;
  readonly ulimits?: TextList;
}

/** What a target takes from, or gives to, its cache in one direction. */
export type ResolvedDirection =
  /** Names of declared backends, in order of preference. */
  | { readonly kind: "policy"; readonly backends: readonly string[] }
  /** `cacheFrom` or `cacheTo` of the user's own. */
  | { readonly kind: "raw"; readonly entries: readonly OptionText[] };

export interface ResolvedCache {
  readonly from: ResolvedDirection;
  readonly to: ResolvedDirection;
  /** Null where the config names none. */
  readonly scope: string | null;
  readonly mode: "min" | "max";
  readonly ignoreError: boolean;
  readonly committed: "off" | "read" | "read-write";
}

/** The cache of a target of existing bake files; null for a direction of which the config says nothing. */
export interface ResolvedFileCache extends Omit<ResolvedCache, "from" | "to"> {
  readonly from: ResolvedDirection | null;
  readonly to: ResolvedDirection | null;
}

/** What the config adds to a target of existing bake files. */
export interface ResolvedAddition {
  readonly cache: ResolvedFileCache;
  /** Null where the config leaves it to the Dockerfile. */
  readonly mounts: readonly string[] | null;
}

/** Existing bake files as the source of further targets. */
export interface ResolvedBakeFiles {
  /** In the order in which bake merges them; relative to the config's folder, or absolute. */
  readonly paths: readonly string[];
  /** By target. */
  readonly additions: Readonly<Record<string, ResolvedAddition>>;
  /** For every target of the files that is not among them. */
  readonly others: ResolvedAddition;
}

export interface ResolvedTarget {
  readonly attributes: ResolvedAttributes;
  /** What the target still inherits, far to near: external targets, and names in `bases`. */
  readonly inherits: readonly string[];
  /** Attributes that an external target may override, by the name of the hidden target that holds them. */
  readonly bases: Readonly<Record<string, ResolvedAttributes>>;
  readonly cache: ResolvedCache;
  /** Null where the config leaves it to the Dockerfile. */
  readonly mounts: readonly string[] | null;
}

export interface ResolvedVariable {
  readonly type?: string;
  readonly default?: unknown;
  readonly description?: string;
  readonly validation?: readonly { readonly condition: string; readonly errorMessage?: string }[];
}

type BackendType = "local" | "s3" | "gcs" | "registry" | "gha" | "azblob" | "inline";

/** Keys as the config spells them; never `url`, which became bucket and prefix; a prefix ends with `/` or is absent. */
export type ResolvedBackend = { readonly type: BackendType } & Readonly<Record<string, Text | number | boolean>>;

export interface ResolvedMount {
  /** Name of the preset that it was made from; its values are in the fields below. */
  readonly preset?: PresetName;
  readonly id: string;
  readonly target: string;
  readonly sharing: "shared" | "private" | "locked";
  readonly uid?: number;
  readonly gid?: number;
  readonly mode?: string;
  readonly perArch: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly key: readonly string[];
  readonly maxSize?: string;
  readonly persist: boolean;
}

export interface ResolvedGroup {
  readonly targets: readonly string[];
  readonly description?: string;
}

/** How scopes follow from what is built. */
export interface ScopeRules {
  /** Null where git or the service is to say it. */
  readonly defaultBranch: string | null;
  /** In place of those of base and default branch; null for these. */
  readonly read: readonly string[] | null;
  /** What requests write: nothing, or a scope of their own. */
  readonly requests: "read" | "own";
}

/** One level of trust. */
export interface TrustLevel {
  /** Words of `when`. */
  readonly when: readonly string[];
  /** Other levels, in order of preference. */
  readonly reads: readonly string[];
  readonly cache: "off" | "read" | "read-write";
}

/** What stays, as the config spells it; an empty one is no rule. */
export interface RetentionRules {
  readonly keepWithin?: string;
  readonly keepLast?: number;
  readonly maxSize?: string;
}

/** What `bkcache prune` keeps; null for what it leaves alone. */
export interface ResolvedRetention {
  readonly grace?: string;
  readonly layers: RetentionRules | null;
  readonly mounts: RetentionRules | null;
}

/** The config with nothing left to look up: no inheritance, no matrix, no defaults. */
export interface ResolvedConfig {
  readonly project: string;
  readonly fileName: string;
  readonly variables: Readonly<Record<string, ResolvedVariable>>;
  readonly backends: Readonly<Record<string, ResolvedBackend>>;
  readonly mounts: Readonly<Record<string, ResolvedMount>>;
  readonly targets: Readonly<Record<string, ResolvedTarget>>;
  readonly groups: Readonly<Record<string, ResolvedGroup>>;
  readonly external: readonly string[];
  /** Undefined where the config declares all targets itself. */
  readonly bakeFiles?: ResolvedBakeFiles;
  readonly mountBackend: string | null;
  readonly scopes: ScopeRules;
  /** 0 where the config says none. */
  readonly epoch: number;
  /** By name; undefined where the config has no levels. */
  readonly trust?: Readonly<Record<string, TrustLevel>>;
  /** Undefined where the config says nothing of it. */
  readonly retention?: ResolvedRetention;
  readonly mountBudget: { readonly restore: string; readonly save: string; readonly first?: string };
  /** Findings that `rules` turned into warnings. */
  readonly warnings: readonly Diagnostic[];
}
