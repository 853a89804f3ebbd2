import { fieldOf, parseJson } from "../host/json.ts";
import type { SnapshotRef } from "./keys.ts";

/**
 * The file `.bkcache` at the root of a mount: which snapshot the mount was equal to, and by its own mtime, when. What
 * has not changed since (ctime, by the clock of the builder) is as the snapshot says. It lives in the mount because the
 * mount outlives every client that filled it, and goes with it when a build empties it.
 */
export interface Stamp extends SnapshotRef {
  /** Of the manifest as it is stored. */
  readonly sha256: string;
}

export function writeStamp({ mount, scope, key, sha256 }: Stamp): Buffer {
  return Buffer.from(`${JSON.stringify({ v: 1, mount, scope, key, sha256 })}\n`);
}

/** Null for what bkcache did not write. */
export function readStamp(text: string): Stamp | null {
  const stamp = parseJson(Buffer.from(text, "latin1"));
  const [mount, scope, key, sha256] = ["mount", "scope", "key", "sha256"].map((name) => fieldOf(stamp, name));
  const isComplete =
    fieldOf(stamp, "v") === 1 &&
    typeof mount === "string" &&
    typeof scope === "string" &&
    typeof key === "string" &&
    typeof sha256 === "string";
  return isComplete ? { mount, scope, key, sha256 } : null;
}
