import type { MountReport } from "./mounts.ts";
import type { RanStep } from "./steps.ts";
import type { WhyReport } from "./why.ts";

/** What `--report FILE` writes; schemas/report.schema.json says what each key means. */
export interface Report {
  readonly version: 1;
  readonly bkcache: string;
  readonly startedAt: string;
  readonly ms: number;
  readonly exitCode: number;
  readonly builder: { readonly name: string; readonly driver: string; readonly buildkit: string | null };
  readonly buildx: string | null;
  /** By which way BuildKit got to each bucket. */
  readonly ways: Readonly<Record<string, WayReport>>;
  readonly totals: Totals;
  /** How long the same takes without a cache; null where that is not known. */
  readonly baseline: Baseline | null;
  readonly targets: Readonly<Record<string, TargetReport>>;
  /** Cache mounts whose contents were carried. */
  readonly mounts: readonly MountReport[];
  readonly failures: readonly FailureReport[];
  readonly leftOut: readonly { readonly backend: string; readonly code: string; readonly message: string }[];
  readonly notes: readonly string[];
}

export interface TargetReport {
  readonly ref: string | null;
  readonly digest: string | null;
  readonly steps: { readonly total: number; readonly cached: number; readonly ran: readonly RanStep[] } | null;
  readonly source: SourceReport | null;
  readonly sourceReason: string;
  readonly written: readonly WrittenReport[];
  readonly import: { readonly ms: number; readonly bytes: number | null } | null;
  readonly export: { readonly ms: number; readonly bytes: number | null } | null;
  /** Null where the relay was not used. */
  readonly relay: RelayReport | null;
  /** Why steps ran; null where none did but to fetch images. */
  readonly why: WhyReport | null;
  /** What the build did when, in the order in which it began; null where the builder has no history of it. */
  readonly timeline: readonly TimelineItem[] | null;
}

/** One thing that a build did. */
export interface TimelineItem {
  /** Without what could be a value: the place of a step and its instruction. */
  readonly name: string;
  readonly kind: "step" | "image" | "import" | "export" | "other";
  readonly state: "ran" | "cached" | "failed";
  /** In ms since the start of the run. */
  readonly start: number;
  readonly ms: number;
  /** Items of the same timeline that it needs, by their place in it. */
  readonly inputs: readonly number[];
}

export interface WayReport {
  readonly way: "direct" | "loopback" | "bridge";
  readonly why: string;
}

/** What one target had of the relay. */
export interface RelayReport {
  readonly requests: number;
  readonly refused: number;
  readonly hits: number;
  readonly misses: number;
  readonly bytesFromStore: number;
  readonly bytesFromTier: number;
  readonly bytesToStore: number;
  readonly droppedResults: number;
  readonly corruptBlobs: number;
  readonly ms: number;
}

interface SourceReport {
  readonly backend: string;
  readonly scope: string;
  readonly name: string;
  readonly reason: string;
}

export interface WrittenReport {
  readonly backend: string;
  readonly scope: string;
  readonly name: string;
  readonly bytes: number | null;
  readonly cacheBytes: number | null;
}

export interface FailureReport {
  readonly direction: "import" | "export";
  readonly target: string;
  readonly backend: string | null;
  readonly vertex: string;
  readonly message: string;
}

/** What a run came to, all targets together. */
export interface Totals {
  /** Sum over the targets. Null where the builder has no history of any. */
  readonly steps: { readonly total: number; readonly cached: number } | null;
  /** Bytes of layers that were pulled, each once. Null where it is not known of a target. */
  readonly pulledBytes: number | null;
  /** Bytes of layers that were uploaded. Null where it is not known of a target. */
  readonly pushedBytes: number | null;
  /** Bytes of contents that came from the store and went to it. */
  readonly mounts: { readonly restoredBytes: number; readonly savedBytes: number };
}

/** How long the same takes without a cache. */
export interface Baseline {
  /** The median. */
  readonly ms: number;
  /** Of how many runs. */
  readonly runs: number;
}
