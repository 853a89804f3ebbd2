import { fieldOf, parseJson } from "../host/json.ts";
import type { SnapshotRef } from "./keys.ts";

/**
 * Which snapshot a mount was equal to. What has not changed since then (ctime, by the clock of the builder) is as the
 * snapshot says. It is kept on the builder, since the mount outlives every client that filled it, and outside of the mount,
 * where no step of a build sees it: in the folder of notes that every shell has.
 */
export interface Stamp extends SnapshotRef {
  /** Of the manifest as it is stored. */
  readonly sha256: string;
  /** The mount has a part of the snapshot alone: a save that knows no better would drop the rest for everybody. */
  readonly isPart?: boolean;
}

/** A stamp, and since when it holds, in seconds by the builder's clock. */
export interface Note {
  readonly stamp: Stamp;
  readonly time: number;
}

export function writeStamp({ mount, scope, key, sha256, isPart = false }: Stamp): string {
  return JSON.stringify({ v: 1, mount, scope, key, sha256, ...(isPart && { part: true }) });
}

/** Null for what bkcache did not write. @param text as `printNote` prints it */
export function readNote(text: string): Note | null {
  const [, seconds, json = ""] = /^(\d+) (.*)$/s.exec(text) ?? [];
  const stamp = parseJson(Buffer.from(json, "latin1"));
  const [mount, scope, key, sha256] = ["mount", "scope", "key", "sha256"].map((name) => fieldOf(stamp, name));
  const isComplete =
    fieldOf(stamp, "v") === 1 &&
    typeof mount === "string" &&
    typeof scope === "string" &&
    typeof key === "string" &&
    typeof sha256 === "string";
  if (!isComplete) return null;
  const isPart = fieldOf(stamp, "part") === true;
  return { stamp: { mount, scope, key, sha256, isPart }, time: Number(seconds) };
}
