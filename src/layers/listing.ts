import type { Diagnostic } from "../diagnostics/error.ts";
import type { Amount } from "./survey.ts";
import { countUses, type LayerCaches, sumOf } from "./caches.ts";

/** One layer cache, for people. */
export interface ListedCache {
  /** Of the manifest, or of the folder's index. */
  readonly key: string;
  /** As BuildKit has it. */
  readonly name: string;
  /** Milliseconds since the epoch, by the store's clock. */
  readonly savedAt: number;
  readonly layers: number;
  /** Compressed bytes of its layers. */
  readonly bytes: number;
  /** Layers that another cache of the place names too, and their bytes. */
  readonly sharedLayers: number;
  readonly sharedBytes: number;
  readonly steps: number;
}

export interface LayerListing {
  /** The youngest first. */
  readonly caches: readonly ListedCache[];
  /** Names of what lies where caches do and cannot be read, by their keys. */
  readonly unreadable: Readonly<Record<string, string>>;
  readonly findings: readonly Diagnostic[];
}

/** What takes room. */
export interface LayerUsage extends LayerListing {
  readonly manifests: Amount;
  /** Blobs that caches name, each once. */
  readonly used: Amount;
  /** Blobs that no cache names. */
  readonly unused: Amount;
}

/** A cache that a build cannot have as it is. */
export interface BrokenCache {
  readonly key: string;
  readonly name: string;
  /** Digests of layers that are not there. */
  readonly missing: readonly string[];
  /** Digests of layers with other bytes than they should have. */
  readonly damaged: readonly string[];
}

export interface LayerVerification {
  readonly caches: number;
  readonly broken: readonly BrokenCache[];
  /** Blobs that caches name; those among them whose bytes were read. */
  readonly blobs: Amount;
  readonly read: Amount;
  readonly findings: readonly Diagnostic[];
}

export function describeCaches(all: LayerCaches): LayerListing {
  const uses = countUses(all);
  return {
    caches: all.caches.map(({ object, name, blobs, records }) => {
      const shared = blobs.filter((number) => uses.get(number) > 1);
      return {
        key: object.key,
        name,
        savedAt: object.modifiedAt,
        layers: blobs.length,
        bytes: sumOf(blobs, all.sizes),
        sharedLayers: shared.length,
        sharedBytes: sumOf(shared, all.sizes),
        steps: records,
      };
    }),
    unreadable: Object.fromEntries(all.unreadable),
    findings: all.findings,
  };
}
