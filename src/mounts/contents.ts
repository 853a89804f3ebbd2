import type { MountShell } from "../builder/gateway/shell.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import { type Listed, namesInput, statPaths } from "./list.ts";
import type { Path } from "./names.ts";
import type { BlobSource, Packer } from "./packer.ts";
import { explainFailure, runScript, type ScriptResult, unreadable } from "./run.ts";
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
  readonly packer: Packer;
  /** Resolves when more may be read. */
  readonly room: () => Promise<void>;
  readonly signal?: AbortSignal;
  readonly onRead?: (bytes: number) => void;
}

const attempts = 3;

/**
 * Ends xargs at the first archive that is not whole: a tar that stops in a file would otherwise be followed by the next
 * archive, whose bytes would fill the file up.
 */
const tarScript = `busybox xargs -0 -r -s 500000 busybox sh -c 'busybox tar -c -f - -- "$@" || exit 255' sh`;

/**
 * Reads these files and links through tar. One that changed while it was read (its stat differs afterwards) is read
 * again, and given up when it never stands still.
 * @throws BkcacheError BK5032.
 */
export async function readContents(entries: readonly Listed[], options: ReadOptions): Promise<Contents> {
  const { shell, signal } = options;
  const read = new Map<Path, Content>();
  const torn: Path[] = [];
  let wanted = new Map(entries.map((entry) => [entry.path, entry]));
  for (let attempt = 1; wanted.size > 0; attempt++) {
    const got = new Map<Path, Content>();
    const result = await readOnce(wanted, got, options);
    const after = await statPaths(shell, [...wanted.keys()], signal);
    const missing = new Map<Path, Listed>();
    for (const [path, listed] of wanted) {
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

async function readOnce(
  wanted: ReadonlyMap<Path, Listed>,
  got: Map<Path, Content>,
  { shell, packer, room, signal, onRead }: ReadOptions,
): Promise<ScriptResult> {
  let open: Listed | null = null;
  let target = "";
  const reader = createTarReader({
    begin(entry) {
      const listed = wanted.get(entry.path);
      const isWanted = listed?.kind === entry.kind && (entry.kind === "symlink" || entry.size === listed.size);
      open = isWanted ? listed : null;
      target = entry.link;
      if (open?.kind === "file") packer.begin(entry.size);
    },
    data(bytes) {
      if (open !== null) packer.write(bytes);
      onRead?.(bytes.length);
    },
    end() {
      if (open === null) return;
      const isFile = open.kind === "file";
      got.set(open.path, { listed: open, blobs: isFile ? packer.end() : [], target: isFile ? "" : target });
      open = null;
    },
  });
  const result = await runScript(
    shell,
    { text: tarScript },
    {
      input: namesInput([...wanted.keys()]),
      ...(signal && { signal }),
      async onOutput(chunk) {
        reader.push(chunk);
        await room();
      },
    },
  );
  try {
    reader.finish();
  } catch (error) {
    // tar stops where a file becomes shorter under its hands.
    if (!(error instanceof BkcacheError) || result.exitCode === 0) throw error;
    if ((open as Listed | null) !== null) packer.abandon();
  }
  return result;
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
