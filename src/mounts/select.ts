import type { Diagnostic } from "../diagnostics/error.ts";
import type { Listed } from "./list.ts";
import { isSafePath, showName } from "./names.ts";

export interface Selection {
  readonly entries: readonly Listed[];
  readonly findings: readonly Diagnostic[];
}

/**
 * What of a listing goes into a snapshot: folders, files and symbolic links, and of the files the youngest that fit into
 * `maxBytes`. Folders stay even where nothing is left in them.
 */
export function selectEntries(listed: readonly Listed[], maxBytes: number | undefined): Selection {
  const entries = listed.filter((entry) => entry.kind !== "other" && isSafePath(entry.path));
  const special = listed.length - entries.length;
  const findings: Diagnostic[] = [];
  if (special > 0) {
    findings.push({ code: "BK5037", message: `${special} devices, sockets or pipes are not part of the snapshot` });
  }
  const old = maxBytes === undefined ? new Set<string>() : findOldest(entries, maxBytes);
  if (old.size === 0) return { entries, findings };
  const left = entries.filter((entry) => entry.kind !== "file" || !old.has(entry.inode));
  findings.push({
    code: "BK5037",
    message: `${entries.length - left.length} files that are oldest, "${showName(firstOf(entries, old))}" among them, are not part of the snapshot: the mount is larger than maxSize`,
    hint: "raise maxSize of the mount, or clean it up",
  });
  return { entries: left, findings };
}

function firstOf(entries: readonly Listed[], old: ReadonlySet<string>): string {
  return entries.find((entry) => entry.kind === "file" && old.has(entry.inode))?.path ?? "";
}

/**
 * Inodes of the files that do not fit, oldest change of content first; a file with several names goes with all of them.
 * Not by access: most mounts note none, and a backup of the mount is an access too.
 */
function findOldest(entries: readonly Listed[], maxBytes: number): ReadonlySet<string> {
  const files = new Map<string, Listed>();
  for (const entry of entries) if (entry.kind === "file") files.set(entry.inode, entry);
  let bytes = 0;
  for (const file of files.values()) bytes += file.size;
  const old = new Set<string>();
  if (bytes <= maxBytes) return old;
  const byAge = [...files.values()].sort((a, b) => a.mtime - b.mtime || (a.path < b.path ? -1 : 1));
  for (const file of byAge) {
    if (bytes <= maxBytes) break;
    bytes -= file.size;
    old.add(file.inode);
  }
  return old;
}
