import type { Control } from "./messages.ts";
import type { Decoded } from "./wire.ts";

/** One folder that a builder keeps for a cache mount. */
export interface MountRecord {
  readonly recordId: string;
  /** The mount's id, as a Dockerfile says it; null where the record does not tell. */
  readonly mountId: string | null;
  /** The namespace of the id: what stands before its first slash. */
  readonly namespace: string;
  readonly bytes: number;
  readonly isInUse: boolean;
  /** Milliseconds since the epoch; null where the builder does not say. */
  readonly createdAt: number | null;
  readonly lastUsedAt: number | null;
  readonly usageCount: number;
  /** Whether the mount has an owner, a mode or a source, and so began with a folder of its own. */
  readonly hasBase: boolean;
}

type UsageRecord = Decoded<typeof Control.DiskUsage.response>["record"][number];

/** bkcache's own mount, which has nothing but what it notes of others. */
export const notesMount = { namespace: "bkcache", id: "notes" } as const;
/** Locked by the one that may open mounts, or is about to begin a build. */
export const turnMount = { namespace: "bkcache", id: "turn" } as const;
/** In use as long as bkcache has a build under way, between two calls of buildx too. */
export const buildsMount = { namespace: "bkcache", id: "builds" } as const;

type Named = Pick<MountRecord, "namespace" | "mountId">;

function isRecordOf(mount: { readonly namespace: string; readonly id: string }, record: Named): boolean {
  return record.namespace === mount.namespace && record.mountId === mount.id;
}

export function isOwnRecord(record: Named): boolean {
  return [notesMount, turnMount, buildsMount].some((mount) => isRecordOf(mount, record));
}

export function isBuildsRecord(record: Named): boolean {
  return isRecordOf(buildsMount, record);
}

export const mountRecordType = "exec.cachemount";

export function readRecord(record: UsageRecord): MountRecord {
  const key = mountKeyOf(record.Description);
  const slash = key?.indexOf("/") ?? -1;
  return {
    recordId: record.ID,
    mountId: key === null || slash === -1 ? key : key.slice(slash + 1),
    namespace: key === null || slash === -1 ? "" : key.slice(0, slash),
    bytes: record.Size,
    isInUse: record.InUse,
    createdAt: toMs(record.CreatedAt),
    lastUsedAt: toMs(record.LastUsedAt),
    usageCount: record.UsageCount,
    hasBase: record.Parents.length > 0,
  };
}

/**
 * Reads the key of a mount (its namespace, a slash, its id) from the text that BuildKit made of it: `cached mount TARGET
 * from WHAT with id "KEY"`, or without the last part where the key is the target. There is no other field with it.
 */
function mountKeyOf(description: string): string | null {
  const [, quoted] = / with id "((?:[^"\\]|\\.)*)"$/s.exec(description) ?? [];
  if (quoted !== undefined) return unquote(quoted);
  return /^cached mount (.*?) from /s.exec(description)?.[1] ?? null;
}

const escapes: Readonly<Record<string, string>> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** What Go's %q has quoted. */
function unquote(quoted: string): string {
  return quoted.replaceAll(/\\(?:x(..)|u(.{4})|U(.{8})|(.))/gs, (_, ...groups: (string | undefined)[]) => {
    const [byte, unit, point, letter = ""] = groups;
    const code = byte ?? unit ?? point;
    return code === undefined ? (escapes[letter] ?? letter) : String.fromCodePoint(Number.parseInt(code, 16));
  });
}

function toMs(time: UsageRecord["CreatedAt"]): number | null {
  return time === undefined ? null : time.seconds * 1000 + Math.floor(time.nanos / 1e6);
}

/** A filter of BuildKit that takes the record with this id alone. Source: containerd's pkg/filters. */
export function recordFilter(recordId: string): string {
  return `id==${JSON.stringify(recordId)}`;
}
