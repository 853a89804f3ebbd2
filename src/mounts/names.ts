/**
 * Names of files are bytes, and not all are UTF-8. Inside the program a path is a *byte string*: one character for each
 * byte (latin1), so that it compares, sorts and indexes as the bytes do.
 */
export type Path = string;

/** A path or link target in a manifest: text where the bytes are UTF-8, else base64. */
export type WrittenName = string | { readonly b64: string };

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function writeName(path: Path): WrittenName {
  if (isAscii(path)) return path;
  const bytes = Buffer.from(path, "latin1");
  try {
    return decoder.decode(bytes);
  } catch {
    return { b64: bytes.toString("base64") };
  }
}

/** Null for what no writer makes: lone surrogates, base64 of what is text, anything else. */
export function readName(written: unknown): Path | null {
  if (typeof written === "string") {
    if (isAscii(written)) return written;
    return written.isWellFormed() ? Buffer.from(written, "utf8").toString("latin1") : null;
  }
  if (typeof written !== "object" || written === null || !("b64" in written)) return null;
  if (typeof written.b64 !== "string") return null;
  const bytes = Buffer.from(written.b64, "base64");
  // One name has one spelling, else two entries could mean one file.
  return bytes.toString("base64") === written.b64 && typeof writeName(bytes.toString("latin1")) === "object"
    ? bytes.toString("latin1")
    : null;
}

/** For people: as text, with what is no text or would move the cursor replaced. */
export function showName(path: Path): string {
  return Buffer.from(path, "latin1").toString("utf8").replaceAll(/\p{C}/gu, "�");
}

/** Order of the bytes. */
export function compareNames(a: Path, b: Path): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The folder that holds it; "" is the root of the mount. */
export function parentOf(path: Path): Path {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/**
 * Whether a path stays inside of the mount whatever is done with it: relative, no empty, `.` or `..` part, no zero byte,
 * and nothing that bkcache itself keeps at the root.
 */
export function isSafePath(path: Path): boolean {
  if (path === "" || path.length > maxPathBytes || path.includes("\0") || isOwnPath(path)) return false;
  return !/(?:^|\/)\.{0,2}(?:\/|$)/.test(path);
}

/** PATH_MAX of Linux. */
const maxPathBytes = 4096;

/** bkcache's own files at the root of a mount; never part of a snapshot. */
export function isOwnPath(path: Path): boolean {
  if (!path.startsWith(".bkcache")) return false;
  const next = path[".bkcache".length];
  return next === undefined || next === "/" || next === "-";
}

function isAscii(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  return /^[\u0000-\u007f]*$/.test(text);
}
