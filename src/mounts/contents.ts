import type { MountExit, MountShell } from "../builder/gateway/shell.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import { type Listed, namesInput, pathsOf, statPaths } from "./list.ts";
import type { Path } from "./names.ts";
import type { BlobSource, PackBuilder } from "./pack-builder.ts";
import { explainFailure, inLargePieces, runScript, unreadable } from "./shell-script.ts";
import { type TarEntry, trimPath } from "./tar/header.ts";
import { changedName, notePath } from "./note-script.ts";
import { createTarReader } from "./tar/read.ts";

/** What was read of one file or link, and how it looked then. */
export interface Content {
  readonly listed: Listed;
  /** Of a file. */
  readonly blobs: readonly BlobSource[];
  /** Of a symbolic link, else "". */
  readonly target: Path;
}

export interface Contents {
  readonly read: ReadonlyMap<Path, Content>;
  /** Files that are gone, or never stood still. */
  readonly torn: readonly Path[];
}

export interface ReadOptions {
  readonly shell: MountShell;
  /** What was modified before this, by the builder's clock in seconds, is as it was listed. */
  readonly settledBefore: number;
  readonly builder: PackBuilder;
  /** Resolves when more may be read; nothing where it may at once. */
  readonly room: () => Promise<void> | undefined;
  readonly signal?: AbortSignal;
  readonly onRead?: (bytes: number) => void;
}

const attempts = 3;

/** Bytes of names for one tar. */
const batchBytes = 500_000;

/**
 * Reads a line, the time in seconds by the builder's clock, and names of files and links, each with a zero byte behind it.
 * Ends xargs at the first archive that is not whole: a tar that stops in a file would otherwise be followed by the next
 * archive, whose bytes would fill the file up. `-newer` compares whole seconds.
 */
const readNames = `
IFS= read -r time
set -o pipefail
${notePath}
export work="$scratch.work"
busybox mkdir -p "$work"
busybox touch -d "@$time" "$scratch.began"
{
  : > "$work/${changedName}"
  busybox xargs -0 -r -s ${batchBytes} busybox sh -c '
    busybox tar -c -f - -- "$@" || exit 255
    busybox find "$@" -maxdepth 0 -newer "$scratch.began" -print0 >> "$work/${changedName}"' sh &&
  busybox tar -c -f - -C "$work" ${changedName}
} | ${inLargePieces}
`;

/**
 * Reads these files and links through tar. One that changed while it was read (its stat differs afterwards) is read
 * again, and given up when it never stands still. Only what was modified of late is looked at again: the mount is this
 * process's alone, so that hardly anything ever is.
 * @throws BkcacheError BK5032.
 */
export async function readContents(entries: readonly Listed[], options: ReadOptions): Promise<Contents> {
  const { shell, signal } = options;
  const read = new Map<Path, Content>();
  const torn: Path[] = [];
  let wanted = new Map(entries.map((entry) => [entry.path, entry]));
  for (let attempt = 1; wanted.size > 0; attempt++) {
    const { got, changed, result } = await readOnce(wanted, options);
    for (const [path, content] of got) if (changed?.has(path) === false) read.set(path, content);
    const doubtful = [...wanted].filter(([path]) => !read.has(path));
    const after = await statPaths(
      shell,
      doubtful.map(([path]) => path),
      signal,
    );
    const missing = new Map<Path, Listed>();
    for (const [path, listed] of doubtful) {
      const now = after.get(path);
      const content = got.get(path);
      if (now !== undefined && content !== undefined && isSameState(listed, now)) read.set(path, content);
      else if (now === undefined || now.kind !== listed.kind || attempt === attempts) torn.push(path);
      else missing.set(path, now);
    }
    const hasFailed = result.exitCode !== 0 && missing.size === wanted.size;
    if (hasFailed) throw unreadable(explainFailure(result));
    wanted = missing;
  }
  return { read, torn };
}

interface ReadOnce {
  readonly got: ReadonlyMap<Path, Content>;
  /** Of those that were asked for; null where that is not known. */
  readonly changed: ReadonlySet<Path> | null;
  readonly result: MountExit;
}

async function readOnce(
  wanted: ReadonlyMap<Path, Listed>,
  { shell, settledBefore, builder, room, signal, onRead }: ReadOptions,
): Promise<ReadOnce> {
  const got = new Map<Path, Content>();
  let open: Listed | null = null;
  let target = "";
  let isList = false;
  const list: Buffer[] = [];
  let hasList = false;
  const reader = createTarReader({
    begin(entry) {
      isList = entry.path === changedName;
      const listed = wanted.get(entry.path);
      // Further names of a link are links to the first one for tar.
      const first = entry.kind === "hardlink" && listed?.kind === "symlink" ? got.get(trimPath(entry.link)) : undefined;
      const kind = first?.listed.kind ?? entry.kind;
      const isWanted = listed?.kind === kind && (kind === "symlink" || isAsListed(entry, listed));
      open = isWanted ? listed : null;
      target = first?.target ?? entry.link;
      if (open?.kind === "file") builder.begin(entry.size);
    },
    data(bytes) {
      if (isList) list.push(Buffer.from(bytes));
      if (open !== null) builder.write(bytes);
      onRead?.(bytes.length);
    },
    end() {
      hasList ||= isList;
      if (open === null) return;
      const isFile = open.kind === "file";
      got.set(open.path, { listed: open, blobs: isFile ? builder.end() : [], target: isFile ? "" : target });
      open = null;
    },
  });
  const result = await runScript(
    shell,
    { text: readNames },
    {
      expectedBytes: [...wanted.values()].reduce((sum, { size }) => sum + size, 0),
      ...(signal && { signal }),
      input: (async function* () {
        yield Buffer.from(`${settledBefore - 1}\n`);
        yield* namesInput([...wanted.keys()]);
      })(),
      onOutput(piece) {
        reader.push(piece);
        return room();
      },
    },
  );
  try {
    reader.finish();
  } catch (error) {
    // tar stops where a file becomes shorter under its hands.
    if (!(error instanceof BkcacheError) || result.exitCode === 0) throw error;
    if ((open as Listed | null) !== null) builder.abandon();
  }
  const changed = hasList && result.exitCode === 0 ? new Set(pathsOf(Buffer.concat(list))) : null;
  return { got, changed, result };
}

/** Whether a header tells of what was listed. Times before 1970 and after 2242 do not fit into one as they are. */
export function isAsListed(entry: Pick<TarEntry, "size" | "mtime">, listed: Listed): boolean {
  return entry.size === listed.size && (entry.mtime === listed.mtime || listed.mtime < 0 || listed.mtime >= 8 ** 11);
}

function isSameState(before: Listed, after: Listed): boolean {
  return (
    before.kind === after.kind &&
    before.inode === after.inode &&
    before.ctime === after.ctime &&
    before.mtime === after.mtime &&
    before.size === after.size
  );
}
