import { randomBytes } from "node:crypto";
import type { MountShell } from "../builder/gateway/shell.ts";
import { compareNames, isOwnPath, type Path } from "./names.ts";
import { inLargePieces, readScript, unreadable } from "./shell-script.ts";
import { printNote, readClock } from "./note-script.ts";
import { settleScript } from "./settle.ts";
import { type Note, readNote } from "./stamp.ts";

/** One entry of a mount as `stat` sees it. Times are whole seconds by the builder's clock: busybox knows no others. */
export interface Listed {
  /** "" is the root. */
  readonly path: Path;
  readonly kind: "file" | "dir" | "symlink" | "other";
  /** Permission bits, at most 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly ctime: number;
  /** Decimal; larger than a number can hold on some file systems. */
  readonly inode: string;
  /** Names of the file. */
  readonly links: number;
}

export interface Listing {
  readonly root: Listed;
  /** Without the root and bkcache's own files, in the order of the paths' bytes. */
  readonly entries: readonly Listed[];
  readonly note: Note | null;
  /** What has a ctime before this was seen in its last state. */
  readonly settledBefore: number;
}

/** Longest string that V8 has, with room; three million entries. */
const maxListBytes = 400 * 2 ** 20;

/** Bytes of names for one stat: not many, so that find, stat and who reads them are at work at the same time. */
const batchBytes = 60_000;

/**
 * Names on standard input, each with a zero byte behind it, and for each a line: `$1`, which no name holds, so that names
 * may hold all that a line can; numbers; the name. stat says nothing of a name that is gone, and there is none to stop for.
 */
const statNames = `busybox xargs -0 -r -s ${batchBytes} busybox sh -c '
busybox stat -c "$0 %f %u %g %s %Y %Z %i %h %n" -- "$@" 2>/dev/null || :' "$1" | ${inLargePieces}`;

/**
 * Lists everything in the mount, after settling it.
 * @throws BkcacheError BK5032.
 */
export async function listMount(shell: MountShell, signal?: AbortSignal): Promise<Listing> {
  const mark = makeMark();
  const text = `${settleScript}${readClock}${printNote}
printf '%s\\0' "$now"
busybox find . -path './.bkcache-*' -prune -o -print0 | ${statNames}
`;
  const script = { text, args: [mark] };
  const output = await readScript(shell, script, { maxBytes: maxListBytes, ...(signal && { signal }) });
  const noteEnd = output.indexOf("\0");
  const dateEnd = output.indexOf("\0", noteEnd + 1);
  const note = readNote(output.slice(0, noteEnd));
  const now = Number(output.slice(noteEnd + 1, dateEnd));
  const all = parseLines(output, dateEnd + 1, mark);
  const root = all.find((entry) => entry.path === "");
  if (root === undefined || !Number.isSafeInteger(now)) throw unreadable("its listing is not complete");
  return {
    root,
    entries: all
      .filter((entry) => entry !== root && !isOwnPath(entry.path))
      .sort((a, b) => compareNames(a.path, b.path)),
    // One from the future was made by another clock.
    note: note !== null && note.time <= now ? note : null,
    // The kernel stamps files by a clock that lags some milliseconds behind the one that was asked.
    settledBefore: now - 1,
  };
}

/** The same for some paths; those that are gone are missing. */
export async function statPaths(
  shell: MountShell,
  paths: readonly Path[],
  signal?: AbortSignal,
): Promise<Map<Path, Listed>> {
  if (paths.length === 0) return new Map();
  const mark = makeMark();
  const script = { text: `set -e -o pipefail\n${statNames}`, args: [mark] };
  const input = namesInput(paths);
  const output = await readScript(shell, script, { input, maxBytes: maxListBytes, ...(signal && { signal }) });
  return new Map(parseLines(output, 0, mark).map((entry) => [entry.path, entry]));
}

/** Names on standard input, each with a zero byte behind it. */
export async function* namesInput(paths: readonly Path[]): AsyncGenerator<Buffer> {
  const atOnce = 1000;
  for (let at = 0; at < paths.length; at += atOnce) {
    const names = paths.slice(at, at + atOnce).map((path) => `./${path}\0`);
    yield Buffer.from(names.join(""), "latin1");
  }
}

/** The paths of names that find printed, each with a zero byte behind it. */
export function pathsOf(names: Buffer): Path[] {
  return names
    .toString("latin1")
    .split("\0")
    .slice(0, -1)
    .map((name) => (name === "." ? "" : name.slice("./".length)));
}

/** New for each listing, so that nobody can have made a name with it. */
function makeMark(): string {
  return randomBytes(8).toString("hex");
}

function parseLines(output: string, start: number, mark: string): Listed[] {
  const entries: Listed[] = [];
  const head = `${mark} `;
  const next = `\n${head}`;
  if (start < output.length && !output.startsWith(head, start)) throw unreadable("its listing is none");
  for (let at = start; at < output.length;) {
    const found = output.indexOf(next, at);
    const end = found === -1 ? output.length - 1 : found;
    entries.push(parseLine(output.slice(at + head.length, end)));
    at = end + 1;
  }
  return entries;
}

const kinds: Readonly<Record<number, Listed["kind"]>> = { 0o10: "file", 0o04: "dir", 0o12: "symlink" };

/** Mode in hex, uid, gid, size, mtime, ctime, inode, links, name. */
function parseLine(line: string): Listed {
  const fields: string[] = [];
  let at = 0;
  for (let end = line.indexOf(" "); fields.length < 8 && end !== -1; end = line.indexOf(" ", at)) {
    fields.push(line.slice(at, end));
    at = end + 1;
  }
  const name = line.slice(at);
  const mode = Number.parseInt(fields[0] ?? "", 16);
  const uid = Number(fields[1]);
  const gid = Number(fields[2]);
  const size = Number(fields[3]);
  const mtime = Number(fields[4]);
  const ctime = Number(fields[5]);
  const links = Number(fields[7]);
  // One that is no number makes the sum none.
  const areNumbers = Number.isSafeInteger(mode + uid + gid + size + mtime + ctime + links);
  if (!areNumbers || !name.startsWith(".")) throw unreadable("stat printed what is no record");
  return {
    path: name === "." ? "" : name.slice(2),
    kind: kinds[mode >> 12] ?? "other",
    mode: mode & 0o7777,
    uid,
    gid,
    size,
    mtime,
    ctime,
    inode: fields[6] ?? "",
    links,
  };
}
