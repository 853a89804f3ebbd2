import type { MountShell } from "../builder/gateway/shell.ts";
import { compareNames, isOwnPath, type Path } from "./names.ts";
import { readScript, unreadable } from "./run.ts";
import { settleScript, stampScript } from "./settle.ts";
import { readStamp, type Stamp } from "./stamp.ts";

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
  readonly stamp: { readonly content: Stamp; readonly time: number } | null;
  /** What has a ctime before this was seen in its last state. */
  readonly settledBefore: number;
}

/** Longest string that V8 has, with room; four million entries. */
const maxListBytes = 400 * 2 ** 20;
const format = "%f %u %g %s %Y %Z %i %h";

/**
 * For each batch of names: the names, each with a zero byte behind it, and an empty one; then what stat prints about
 * each, in their order, and a zero byte. stat prints nothing for a name that is gone; it is then asked about one at a time.
 */
const batchScript = `
printf '%s\\0' "$@"
printf '\\0'
busybox stat -c '${format}' -- "$@" 2>/dev/null || {
  echo again
  for name do busybox stat -c '${format}' -- "$name" 2>/dev/null || echo gone; done
}
printf '\\0'
`;
const inBatches = `busybox xargs -0 -r -s 500000 busybox sh -c "$1" sh`;

/**
 * Lists everything in the mount, after settling it.
 * @throws BkcacheError BK5032.
 */
export async function listMount(shell: MountShell, signal?: AbortSignal): Promise<Listing> {
  const text = `${settleScript}${stampScript}
printf '%s\\0' "$(busybox date +%s)"
busybox find . -path './.bkcache-*' -prune -o -print0 | ${inBatches}
`;
  const script = { text, args: [batchScript] };
  const output = await readScript(shell, script, { maxBytes: maxListBytes, ...(signal && { signal }) });
  const stampEnd = output.indexOf("\0");
  const dateEnd = output.indexOf("\0", stampEnd + 1);
  const content = readStamp(output.slice(0, stampEnd));
  const now = Number(output.slice(stampEnd + 1, dateEnd));
  const all = parseBatches(output, dateEnd + 1);
  const root = all.find((entry) => entry.path === "");
  if (root === undefined || !Number.isSafeInteger(now)) throw unreadable("its listing is not complete");
  const time = all.find((entry) => entry.path === ".bkcache")?.mtime;
  return {
    root,
    entries: all
      .filter((entry) => entry !== root && !isOwnPath(entry.path))
      .sort((a, b) => compareNames(a.path, b.path)),
    // A stamp from the future was made by another clock.
    stamp: content !== null && time !== undefined && time <= now ? { content, time } : null,
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
  const script = { text: inBatches, args: [batchScript] };
  const input = namesInput(paths);
  const output = await readScript(shell, script, { input, maxBytes: maxListBytes, ...(signal && { signal }) });
  return new Map(parseBatches(output, 0).map((entry) => [entry.path, entry]));
}

/** Names on standard input, each with a zero byte behind it. */
export async function* namesInput(paths: readonly Path[]): AsyncGenerator<Buffer> {
  const atOnce = 1000;
  for (let at = 0; at < paths.length; at += atOnce) {
    const names = paths.slice(at, at + atOnce).map((path) => `./${path}\0`);
    yield Buffer.from(names.join(""), "latin1");
  }
}

function parseBatches(output: string, start: number): Listed[] {
  const entries: Listed[] = [];
  for (let at = start; at < output.length;) {
    const names: string[] = [];
    for (;;) {
      const end = output.indexOf("\0", at);
      if (end === -1) throw unreadable("its listing is cut off");
      const name = output.slice(at, end);
      at = end + 1;
      if (name === "") break;
      names.push(name);
    }
    const end = output.indexOf("\0", at);
    if (end === -1) throw unreadable("its listing is cut off");
    const lines = output.slice(at, end).split("\n");
    // A first attempt that missed some, then each by itself.
    const again = lines.indexOf("again");
    const records = again === -1 ? lines : lines.slice(again + 1);
    if (records.length !== names.length + 1) throw unreadable("its listing does not fit its names");
    for (const [index, name] of names.entries()) {
      const record = records[index] ?? "";
      if (record !== "gone") entries.push(parseRecord(name, record));
    }
    at = end + 1;
  }
  return entries;
}

const kinds: Readonly<Record<number, Listed["kind"]>> = { 0o10: "file", 0o04: "dir", 0o12: "symlink" };

function parseRecord(name: string, record: string): Listed {
  const fields = record.split(" ");
  const [, uid, gid, size, mtime, ctime, , links] = fields.map(Number);
  const mode = Number.parseInt(fields[0] ?? "", 16);
  const numbers = [mode, uid, gid, size, mtime, ctime, links];
  if (fields.length !== 8 || !numbers.every(Number.isSafeInteger)) throw unreadable("stat printed what is no record");
  return {
    path: name === "." ? "" : name.slice(2),
    kind: kinds[mode >> 12] ?? "other",
    mode: mode & 0o7777,
    uid: uid as number,
    gid: gid as number,
    size: size as number,
    mtime: mtime as number,
    ctime: ctime as number,
    inode: fields[6] ?? "",
    links: links as number,
  };
}
