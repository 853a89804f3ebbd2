import { badTar, type RawHeader } from "./header.ts";

/** Records of a pax header that change an entry; the others, extended attributes among them, are passed over. */
export type PaxFields = ReadonlyMap<string, string>;

const known: ReadonlySet<string> = new Set(["path", "linkpath", "size", "mtime", "uid", "gid"]);

/** @throws BkcacheError BK5032. */
export function parsePax(bytes: Buffer): PaxFields {
  const fields = new Map<string, string>();
  const text = bytes.toString("latin1");
  for (let at = 0; at < text.length;) {
    // "LENGTH KEY=VALUE\n", where the length counts all of it.
    const blank = text.indexOf(" ", at);
    const digits = blank === -1 ? "" : text.slice(at, blank);
    const length = /^[1-9]\d{0,7}$/.test(digits) ? Number(digits) : 0;
    const end = at + length;
    const equals = text.indexOf("=", blank);
    if (end <= blank + 1 || end > text.length || text[end - 1] !== "\n" || equals === -1 || equals >= end) {
      throw badTar("a pax header is damaged");
    }
    const key = text.slice(blank + 1, equals);
    if (known.has(key)) fields.set(key, text.slice(equals + 1, end - 1));
    at = end;
  }
  return fields;
}

/** @throws BkcacheError BK5032. */
export function applyPax(header: RawHeader, fields: PaxFields | null): RawHeader {
  if (fields === null) return header;
  return {
    ...header,
    path: fields.get("path") ?? header.path,
    link: fields.get("linkpath") ?? header.link,
    size: readCount(fields, "size") ?? header.size,
    uid: readCount(fields, "uid") ?? header.uid,
    gid: readCount(fields, "gid") ?? header.gid,
    mtime: readTime(fields) ?? header.mtime,
  };
}

function readCount(fields: PaxFields, key: string): number | null {
  const text = fields.get(key);
  if (text === undefined) return null;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw badTar(`a pax header has a ${key} that is no number`);
  return value;
}

function readTime(fields: PaxFields): number | null {
  const text = fields.get("mtime");
  if (text === undefined) return null;
  const value = /^-?\d{1,15}(?:\.\d*)?$/.test(text) ? Math.floor(Number(text)) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw badTar("a pax header has an mtime that is no number");
  return value;
}
