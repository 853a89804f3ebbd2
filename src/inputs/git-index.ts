import { readFileSync, statSync, type Stats } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { readIfThere } from "../host/files.ts";
import { commonFolder, findGitFolder } from "../host/git.ts";

/** What a repository knows of its files. */
export interface GitIndex {
  /** Id of a file's contents, by its absolute path; null where it may have changed, or git keeps it otherwise than it lies there. */
  idOf(path: string, stats: Stats): string | null;
}

/**
 * Reads the index of the repository that a folder lies in: a process costs more than that, and asks whose folder it is. What is in
 * doubt in any way is left to the caller to read: split and SHA-256 indexes, files of a merge, those that git was told to assume or
 * to skip, and all that attributes or settings let git convert. https://git-scm.com/docs/index-format
 */
export function openGitIndex(dir: string, env: Readonly<Record<string, string | undefined>>): GitIndex | null {
  try {
    const found = findGitFolder(dir);
    // There git converts by default.
    if (found === null || process.platform === "win32" || convertsByItself(commonFolder(found.folder), env))
      return null;
    const file = join(found.folder, "index");
    const writtenAt = statSync(file).mtimeMs;
    const bytes = readFileSync(file);
    const entries = readIndex(bytes);
    if (entries === null) return null;
    const converted = [...entries.keys()].filter(
      (name) => name === ".gitattributes" || name.endsWith("/.gitattributes"),
    );
    const folders = converted.flatMap((name) =>
      mayConvert(readIfThere(join(found.top, name)) ?? "") ? [`${dirname(name)}/`.replace(/^\.\//, "")] : [],
    );
    return {
      idOf(path, { mtimeMs, ctimeMs, ino, size }) {
        const name =
          sep === "/" && path.startsWith(`${found.top}/`) ? path.slice(found.top.length + 1) : nameOf(found.top, path);
        const at = entries.get(name);
        if (at === undefined || folders.some((folder) => name.startsWith(folder))) return null;
        const isSame =
          isNear(timeAt(bytes, at + 8), mtimeMs) &&
          isNear(timeAt(bytes, at), ctimeMs) &&
          bytes.readUInt32BE(at + 20) === ino % 2 ** 32 &&
          bytes.readUInt32BE(at + 36) === size % 2 ** 32;
        // One that was written as the index was may have changed since, within the same tick of the clock.
        return isSame && mtimeMs < writtenAt ? bytes.toString("hex", at + 40, at + 60) : null;
      },
    };
  } catch {
    // A broken repository, rights: the files are read then.
    return null;
  }
}

function nameOf(top: string, path: string): string {
  return relative(top, path).split(sep).join("/");
}

/** Stats have whole microseconds at the least; no clock of a file system is finer than its ticks of milliseconds. */
function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) < 0.002;
}

/** Whether settings, not the files' attributes, may let git convert or keep them otherwise. */
function convertsByItself(common: string, env: Readonly<Record<string, string | undefined>>): boolean {
  if (Object.keys(env).some((name) => /^GIT_(?:CONFIG|INDEX|DIR|WORK_TREE|OBJECT)/.test(name))) return true;
  const home = env["HOME"] ?? homedir();
  const files = [
    join(common, "config"),
    "/etc/gitconfig",
    join(home, ".gitconfig"),
    join(env["XDG_CONFIG_HOME"] || join(home, ".config"), "git/config"),
  ];
  const decides =
    /^\s*(?:autocrlf\s*=\s*(?!false)|eol\s*=|attributesfile\s*=|objectformat\s*=|worktree\s*=|splitindex\s*=)|^\s*\[include/im;
  const attributes = [join(common, "info/attributes"), "/etc/gitattributes", join(home, ".config/git/attributes")];
  return (
    files.some((file) => decides.test(readIfThere(file) ?? "")) ||
    attributes.some((file) => mayConvert(readIfThere(file) ?? ""))
  );
}

function mayConvert(attributes: string): boolean {
  return /^(?!\s*#).*(?:\s!?(?:text|eol|crlf|filter|ident|working-tree-encoding)\b|\[attr\])/m.test(attributes);
}

const [assumed, extended, stages] = [0x8000, 0x4000, 0x3000];
const [skipped, intended] = [0x4000, 0x2000];
const regularFile = 0o100000;

/** Where the entry of each file begins that is as it was when it was added; null for a form that is not read here. */
function readIndex(bytes: Buffer): ReadonlyMap<string, number> | null {
  const version = bytes.readUInt32BE(4);
  if (bytes.toString("latin1", 0, 4) !== "DIRC" || version < 2 || version > 4) return null;
  const count = bytes.readUInt32BE(8);
  const entries = new Map<string, number>();
  let name = "";
  let at = 12;
  for (let number = 0; number < count; number += 1) {
    const start = at;
    const mode = bytes.readUInt32BE(at + 24);
    const flags = bytes.readUInt16BE(at + 60);
    const isExtended = (flags & extended) !== 0;
    const more = isExtended ? bytes.readUInt16BE(at + 62) : 0;
    at += isExtended ? 64 : 62;
    let kept = "";
    if (version === 4) {
      const { value, next } = readVarint(bytes, at);
      // Names are cut in bytes.
      kept = Buffer.from(name)
        .subarray(0, -value || undefined)
        .toString();
      at = next;
    }
    let end = at;
    while (bytes[end] !== 0 && end < bytes.length) end += 1;
    name = kept + bytes.toString("utf8", at, end);
    at = version === 4 ? end + 1 : start + ((end - start + 8) & ~7);
    const isPlain = (flags & (assumed | stages)) === 0 && (more & (skipped | intended)) === 0;
    if (!isPlain || (mode & 0o170000) !== regularFile) continue;
    entries.set(name, start);
  }
  // Of a split index the other half lies elsewhere.
  return bytes.toString("latin1", at, at + 4) === "link" ? null : entries;
}

function timeAt(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 1000 + bytes.readUInt32BE(at + 4) / 1e6;
}

/** As in pack files: seven bits a byte, each further one adds one. */
function readVarint(bytes: Buffer, at: number): { readonly value: number; readonly next: number } {
  let byte = bytes.readUInt8(at);
  let value = byte & 0x7f;
  let next = at + 1;
  while ((byte & 0x80) !== 0) {
    byte = bytes.readUInt8(next);
    next += 1;
    value = (value + 1) * 128 + (byte & 0x7f);
  }
  return { value, next };
}
