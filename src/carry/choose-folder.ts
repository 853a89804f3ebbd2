import type { MountRecord } from "../builder/gateway/records.ts";
import type { MountContent } from "../mounts/examine.ts";

/** One of several folders that a builder has for one mount, looked into. */
export interface Folder extends MountContent {
  readonly record: MountRecord;
}

export type FolderChoice =
  | { readonly kind: "chosen"; readonly kept: Folder; readonly removed: readonly Folder[] }
  /** More than one holds something, and only the user can tell which of them is wanted. */
  | { readonly kind: "undecided" };

/**
 * Which folder stays: the one that the user names, else the only one with content. Of empty ones the one that was used
 * last.
 * @param named ids of records
 */
export function chooseFolder(folders: readonly Folder[], named: readonly string[]): FolderChoice {
  const wanted = folders.filter(({ record }) => named.includes(record.recordId));
  const filled = folders.filter(({ files }) => files > 0);
  const empty = folders.toSorted((a, b) => (b.record.lastUsedAt ?? 0) - (a.record.lastUsedAt ?? 0));
  const choices = wanted.length > 0 ? wanted : filled.length > 0 ? filled : empty.slice(0, 1);
  const [kept] = choices;
  if (kept === undefined || choices.length > 1) return { kind: "undecided" };
  return { kind: "chosen", kept, removed: folders.filter((folder) => folder !== kept) };
}
