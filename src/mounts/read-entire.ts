import type { MountShell } from "../builder/gateway/shell.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import { type Content, type Contents, isAsListed, readContents } from "./contents.ts";
import { type Listed, type Listing, pathsOf, statPaths } from "./list.ts";
import { compareNames, isOwnPath, type Path } from "./names.ts";
import type { PackBuilder } from "./pack-builder.ts";
import { inLargePieces, runScript } from "./shell-script.ts";
import { notePath, readClock } from "./note-script.ts";
import { settleScript } from "./settle.ts";
import { trimPath } from "./tar/header.ts";
import { createTarReader } from "./tar/read.ts";

export interface EntireMountOptions {
  readonly shell: MountShell;
  readonly builder: PackBuilder;
  /** Resolves when more may be read; nothing where it may at once. */
  readonly room: () => Promise<void> | undefined;
  readonly signal?: AbortSignal;
  readonly onRead?: (bytes: number) => void;
}

export interface EntireMount {
  readonly listing: Pick<Listing, "root" | "entries" | "settledBefore">;
  readonly contents: Contents;
}

/** A mount as tar saw it, while what tar cannot vouch for is looked at again. */
export interface UncheckedMount extends EntireMount {
  /**
   * What the mount is where something was not as tar saw it, else the same. Null where that cannot be told.
   * @throws BkcacheError BK5032.
   */
  readonly settled: Promise<EntireMount | null>;
}

/**
 * Finds what does not meet the conditions `$owners`, what was modified of late, and sockets, which tar passes by. `-newer`
 * compares whole seconds.
 */
const findDoubtful = `busybox find . '(' -newer "$began" -o -type s -o ! '(' $owners ')' ')' -print0`;

/** The time in seconds by the builder's clock, a zero byte, the mount as it is, and what is doubtful where root owns it all. */
const archive = `${settleScript}${readClock}
owners='-user 0 -group 0'
{ printf '%s\\0' "$now"; busybox tar -c -f - .; ${findDoubtful}; } | ${inLargePieces}
`;

const findDoubtfulOf = `set -e -o pipefail
${notePath}${readClock}
owners=$1
${findDoubtful}
`;

const maxDoubtfulBytes = 64 * 2 ** 20;
/** Owners whose numbers are compared, which are words of one command line. */
const maxOwners = 100;

/**
 * Reads a mount of which nothing is known in one pass of tar: to list it first takes the builder a tenth of the time, in
 * which nothing is read. What a header cannot say (busybox cuts numbers that are too long for it), and what was modified
 * of late, is looked at again.
 * Null where tar did not come through: something in the mount is not for it, or changed under its hands. What was read
 * is in the packs then, for nobody.
 * @throws BkcacheError BK5032 for a mount that cannot be read.
 */
export async function readEntireMount(options: EntireMountOptions): Promise<UncheckedMount | null> {
  const seen = await readArchive(options);
  if (seen === null) return null;
  const entire = mountOf(seen, []);
  if (entire === null) return null;
  const settled = findChanged(seen, options).then((doubtful) => (doubtful === null ? null : settle(seen, doubtful)));
  // Who needs it learns of it.
  settled.catch(() => {});
  return { ...entire, settled };

  async function settle(archived: Archive, doubtful: Set<Path>): Promise<EntireMount | null> {
    const { now } = archived;
    for (const { listed } of archived.files.values()) if (listed.mtime > now) doubtful.add(listed.path);
    const again = await recheck(archived.files, [...doubtful], options);
    if (again === null) return null;
    const { files, changed, torn } = again;
    if (files === archived.files) return entire;
    const more = await readContents(changed, { ...options, settledBefore: now - 1 });
    for (const [path, content] of more.read) files.set(path, content);
    return mountOf({ now, files }, [...torn, ...more.torn]);
  }
}

/** Null without a root. */
function mountOf({ now, files }: Pick<Archive, "now" | "files">, torn: readonly Path[]): EntireMount | null {
  const root = files.get("")?.listed;
  if (root === undefined) return null;
  const entries = [...files.values()]
    .map(({ listed }) => listed)
    .filter(({ path }) => path !== "")
    .sort((a, b) => compareNames(a.path, b.path));
  return { listing: { root, entries, settledBefore: now - 1 }, contents: { read: files, torn } };
}

interface Archive {
  /** Seconds by the builder's clock. */
  readonly now: number;
  /** Every entry, folders and other things too. */
  readonly files: Map<Path, Content>;
  /** What tar cannot vouch for where root owns everything. Null where that is too much. */
  readonly doubtful: Set<Path> | null;
}

async function readArchive({ shell, builder, room, signal, onRead }: EntireMountOptions): Promise<Archive | null> {
  const files = new Map<Path, Content>();
  const doubtful = collectPaths();
  let open: Listed | null = null;
  let target = "";
  /** A name of a file that is not there. */
  let isOdd = false;
  const reader = createTarReader({
    begin(entry) {
      open = null;
      if (isOwnPath(entry.path)) return;
      const { path, kind, mode, uid, gid, size, mtime } = entry;
      if (kind === "hardlink") {
        const first = files.get(trimPath(entry.link));
        if (first === undefined) {
          isOdd = true;
          return;
        }
        files.set(path, { ...first, listed: { ...first.listed, path, links: 2 } });
        files.set(first.listed.path, { ...first, listed: { ...first.listed, links: 2 } });
        return;
      }
      target = kind === "symlink" ? entry.link : "";
      // The first name stands for the inode. Nothing is known of its last change, nor how many names it has.
      const common = { path, mode, uid, gid, mtime, ctime: Number.POSITIVE_INFINITY, inode: path, links: 1 };
      open = { ...common, kind, size: kind === "symlink" ? target.length : size };
      if (kind === "file") builder.begin(size);
    },
    data(bytes) {
      if (open !== null) builder.write(bytes);
      onRead?.(bytes.length);
    },
    end() {
      if (open === null) return;
      files.set(open.path, { listed: open, blobs: open.kind === "file" ? builder.end() : [], target });
      open = null;
    },
    rest: doubtful.push,
  });
  const head: Buffer[] = [];
  let now: number | null = null;
  const result = await runScript(
    shell,
    { text: archive },
    {
      expectedBytes: Number.POSITIVE_INFINITY,
      ...(signal && { signal }),
      onOutput(piece) {
        if (now !== null) reader.push(piece);
        else {
          head.push(Buffer.from(piece));
          const bytes = Buffer.concat(head);
          const end = bytes.indexOf(0);
          if (end === -1) return undefined;
          now = Number(bytes.toString("latin1", 0, end));
          reader.push(bytes.subarray(end + 1));
        }
        return room();
      },
    },
  );
  try {
    reader.finish();
  } catch (error) {
    if (!(error instanceof BkcacheError)) throw error;
    return null;
  }
  const isComplete = result.exitCode === 0 && !isOdd && Number.isSafeInteger(now);
  return isComplete ? { now: Number(now), files, doubtful: doubtful.paths() } : null;
}

function collectPaths() {
  const chunks: Buffer[] = [];
  let length = 0;
  return {
    push: (piece: Buffer): void => {
      length += piece.length;
      if (length <= maxDoubtfulBytes) chunks.push(Buffer.from(piece));
    },
    /** Null where there were too many. */
    paths: () => (length > maxDoubtfulBytes ? null : new Set(pathsOf(Buffer.concat(chunks)))),
  };
}

/** Paths of what tar cannot vouch for; null where it cannot be asked for. */
async function findChanged(
  { files, doubtful }: Archive,
  { shell, signal }: EntireMountOptions,
): Promise<Set<Path> | null> {
  const owners = { user: new Set<number>(), group: new Set<number>() };
  for (const { listed } of files.values()) {
    owners.user.add(listed.uid);
    owners.group.add(listed.gid);
  }
  const isRoots = [owners.user, owners.group].every((ids) => ids.size === 1 && ids.has(0));
  if (isRoots) return doubtful;
  if (owners.user.size + owners.group.size > maxOwners) return null;
  const oneOf = (name: string, ids: ReadonlySet<number>) =>
    `( ${[...ids].map((id) => `-${name} ${id}`).join(" -o ")} )`;
  const conditions = `${oneOf("user", owners.user)} ${oneOf("group", owners.group)}`;
  const found = collectPaths();
  const script = { text: findDoubtfulOf, args: [conditions] };
  const { exitCode } = await runScript(shell, script, { ...(signal && { signal }), onOutput: found.push });
  return exitCode === 0 ? found.paths() : null;
}

interface Again {
  /** The same where nothing was otherwise, and without what has to be read again. */
  readonly files: Map<Path, Content>;
  /** As they are now. */
  readonly changed: readonly Listed[];
  readonly torn: readonly Path[];
}

/**
 * Takes from stat what tar cannot vouch for, and finds what has another content by now. Null where that is one of several
 * names, since which others it still has is not known, and where a folder has become something else.
 */
async function recheck(
  seen: Map<Path, Content>,
  doubtful: readonly Path[],
  { shell, signal }: EntireMountOptions,
): Promise<Again | null> {
  const after = await statPaths(
    shell,
    doubtful.filter((path) => !isOwnPath(path)),
    signal,
  );
  const files = new Map(seen);
  const changed: Listed[] = [];
  const torn: Path[] = [];
  let isSame = true;
  for (const path of doubtful) {
    const content = seen.get(path);
    const now = after.get(path);
    if (content === undefined) {
      // What was made since then is for the next save.
      if (now?.kind !== "other") continue;
      files.set(path, { listed: now, blobs: [], target: "" });
      isSame = false;
      continue;
    }
    const { listed } = content;
    const isThere = now?.kind === listed.kind;
    if (isThere && isAsArchived(listed, now)) {
      if (hasMetadataOf(listed, now)) continue;
      const { mode, uid, gid, mtime } = now;
      files.set(path, { ...content, listed: { ...listed, mode, uid, gid, mtime } });
    } else {
      if (isThere && listed.links > 1) return null;
      // What was in it was archived, and has no place now.
      if (listed.kind === "dir") return null;
      files.delete(path);
      if (isThere) changed.push(now);
      else if (listed.kind === "file" || listed.kind === "symlink") torn.push(path);
    }
    isSame = false;
  }
  return { files: isSame ? seen : files, changed, torn };
}

/** Whether a file or link has the content that was read. */
function isAsArchived(listed: Listed, now: Listed): boolean {
  return (listed.kind !== "file" && listed.kind !== "symlink") || isAsListed(listed, now);
}

function hasMetadataOf(listed: Listed, now: Listed): boolean {
  return listed.mode === now.mode && listed.uid === now.uid && listed.gid === now.gid && listed.mtime === now.mtime;
}
