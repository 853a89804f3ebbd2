import { createHash } from "node:crypto";
import type { StoredObject } from "./served-store.ts";

/** Where BuildKit keeps what in a place: its attributes `blobs_prefix` and `manifests_prefix`. */
export interface Layout {
  readonly blobsPrefix: string;
  readonly manifestsPrefix: string;
}

/** The SHA-256 in hex that a blob's key has; null for all other keys. */
export function digestOf(key: string, { blobsPrefix }: Layout): string | null {
  if (!key.startsWith(blobsPrefix)) return null;
  return digestIn(key.slice(blobsPrefix.length));
}

/** The same for a digest as manifests write it. */
export function digestIn(digest: string): string | null {
  return /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1] ?? null;
}

export function isManifest(key: string, layout: Layout): boolean {
  return key.startsWith(layout.manifestsPrefix) && digestOf(key, layout) === null;
}

/**
 * An ETag from what every store knows of an object before and while it is read: a blob is its digest, all else changes its
 * size or the time of its last write, which some stores know in seconds.
 */
export function etagOf(
  key: string,
  { size, modifiedAt }: Pick<StoredObject, "size" | "modifiedAt">,
  layout: Layout,
): string {
  return (
    digestOf(key, layout) ??
    createHash("md5")
      .update(`${key}\n${size}\n${Math.floor(modifiedAt / 1_000)}`)
      .digest("hex")
  );
}
