import { hash } from "node:crypto";
import { lstatSync, readFileSync, type Stats } from "node:fs";
import { join } from "node:path";
import { keepFile } from "../host/user-cache.ts";
import { type FileState, type KeptRow, type KeptRows, readKept, writeKept } from "./kept-format.ts";

/** Digests of files that earlier runs on this machine have read, by what the file system says of them. */
export interface KeptDigests {
  /** Null where the file may not be the one that was read. @param path from the root */
  idOf(path: string, stats: Stats): string | null;
  /** @param stats as they were before the contents were read */
  add(path: string, stats: Stats, id: string): void;
  /**
   * Writes down what is new, where that is worth it. Never fails: what is not kept is read again.
   * @param isEntire whether this run has come to its end, and has looked at all that it was to look at
   */
  save(isEntire: boolean): Promise<void>;
}

interface KeptRequest {
  /** Where they are kept. Absolute. */
  readonly folder: string;
  /** Of the files. Absolute, links resolved. */
  readonly root: string;
  /** In ms since the epoch, by the clock that files have their times from; for tests. */
  readonly now?: () => number;
  /** What is new and less than both is as soon read again; for tests. */
  readonly worth?: { readonly files: number; readonly bytes: number };
}

const leastWorth = { files: 32, bytes: 512 * 1024 };
/** Of all roots together. */
const maxBytes = 64 * 2 ** 20;
/**
 * A file that changes after it was looked at, within the same tick of its file system's clock, looks as it did: what is younger than
 * the coarsest tick (FAT, 2 s) is not kept. https://git-scm.com/docs/racy-git
 */
const tickMs = 2_000;

/** Those of one root, in a file of their own that is read at the first question. */
export function openKeptDigests({ folder, root, now = Date.now, worth = leastWorth }: KeptRequest): KeptDigests {
  const file = join(folder, hash("sha256", root, "hex").slice(0, 32));
  let opened: KeptRows | undefined;
  const used = new Set<number>();
  const added = new Map<string, KeptRow>();
  let bytes = 0;

  const isThere = (kept: KeptRows, row: number): boolean => {
    try {
      const stats = lstatSync(join(root, kept.paths[row] as string), { throwIfNoEntry: false });
      return stats !== undefined && kept.isOf(row, stats);
    } catch {
      return false;
    }
  };
  return {
    idOf(path, stats) {
      const kept = (opened ??= readKept(readOrNothing(file)));
      const row = kept.find(path);
      if (row === undefined || !kept.isOf(row, stats)) return null;
      used.add(row);
      return kept.idOf(row);
    },
    add(path, { mtimeMs, ctimeMs, ino, size, mode }, id) {
      if (Math.max(mtimeMs, ctimeMs) > now() - tickMs) return;
      const state: FileState = { mtimeMs, ctimeMs, ino, size, mode };
      added.set(path, { path, state, id });
      bytes += size;
    },
    async save(isEntire) {
      if (added.size < worth.files && bytes < worth.bytes) return;
      const kept = opened ?? readKept(readOrNothing(file));
      // Another build of the same folder may have looked at other files, and those that are gone would pile up.
      const lasting = kept.paths.flatMap((path, row) =>
        !added.has(path) && (used.has(row) || !isEntire || isThere(kept, row)) ? [kept.at(row)] : [],
      );
      try {
        await keepFile(file, writeKept([...lasting, ...added.values()]), { maxBytes });
      } catch {
        // A home folder that nobody may write to, a full disk: the next run reads the files again.
      }
    },
  };
}

function readOrNothing(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}
