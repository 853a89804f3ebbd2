import { createHash } from "node:crypto";

/** Names that lead to one snapshot; none of them is encoded. */
export interface SnapshotRef {
  readonly mount: string;
  readonly scope: string;
  readonly key: string;
}

/** All keys of this format begin so; another format gets another number beside it. */
const formatPrefix = "v1/";
export const packPrefix = `${formatPrefix}p/`;
export const manifestPrefix = `${formatPrefix}m/`;
/** What runs have taken, beside the snapshots. */
const recordPrefix = `${formatPrefix}r/`;
export const garbagePrefix = `${formatPrefix}gc/`;

export function packKey(id: string): string {
  return `${packPrefix}${id.slice(0, 2)}/${id}`;
}

/** @param of what was built @param kind of machine */
export function recordKey(of: string, kind: string): string {
  return `${recordPrefix}${encodeName(of)}/${encodeName(kind)}`;
}

/** Null for what is no pack. */
export function readPackKey(key: string): string | null {
  const match = /^v1\/p\/([0-9a-f]{2})\/([0-9a-f]{64})$/.exec(key);
  return match !== null && match[2]?.startsWith(match[1] ?? "") ? match[2] : null;
}

export function manifestKey({ scope, mount, key }: SnapshotRef): string {
  return `${manifestPrefixOf(scope, mount)}${encodeName(key)}`;
}

/** What the manifests of one mount in one scope begin with; without a mount, those of the scope. */
export function manifestPrefixOf(scope: string, mount?: string): string {
  return `${manifestPrefix}${encodeName(scope)}/${mount === undefined ? "" : `${encodeName(mount)}/`}`;
}

/** The names in the key of a manifest; null for another key, and where a name was too long to stand there whole. */
export function readManifestKey(objectKey: string): SnapshotRef | null {
  const parts = objectKey.startsWith(manifestPrefix) ? objectKey.slice(manifestPrefix.length).split("/") : [];
  const [scope = null, mount = null, key = null] = parts.map(decodeName);
  return parts.length === 3 && scope !== null && mount !== null && key !== null ? { scope, mount, key } : null;
}

/** File systems take 255 bytes. */
const maxPartLength = 200;
const digestLength = 32;

/**
 * A name as one part of a key: A-Z, a-z, 0-9, `-` and an inner `.` stay, `_` is `__`, every other byte `_XX`, and the
 * empty name `_`. No two names have one encoding. What is too long ends with `_-` and a digest, which no name has by
 * itself.
 */
export function encodeName(name: string): string {
  if (name === "") return "_";
  const chars: string[] = [];
  for (const byte of new TextEncoder().encode(name)) chars.push(encodeByte(byte, chars.length === 0));
  const encoded = chars.join("");
  if (encoded.length <= maxPartLength) return encoded;
  // Between two bytes of the name: half of an escape would make an escape of the `_` that follows.
  const end = `_-${createHash("sha256").update(name).digest("hex").slice(0, digestLength)}`;
  let cut = "";
  for (const char of chars) {
    if (cut.length + char.length + end.length > maxPartLength) break;
    cut += char;
  }
  return cut + end;
}

function encodeByte(byte: number, isFirst: boolean): string {
  const char = String.fromCharCode(byte);
  if (/[A-Za-z0-9-]/.test(char) || (char === "." && !isFirst)) return char;
  return char === "_" ? "__" : `_${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

/** Null where it is no encoding, or not the whole name. */
export function decodeName(part: string): string | null {
  if (part === "_") return "";
  const bytes: number[] = [];
  for (let at = 0; at < part.length; at++) {
    const char = part[at] ?? "";
    if (char !== "_") {
      bytes.push(char.charCodeAt(0));
    } else if (part[at + 1] === "_") {
      bytes.push(0x5f);
      at++;
    } else {
      const digits = part.slice(at + 1, at + 3);
      if (!/^[0-9A-F]{2}$/.test(digits)) return null;
      bytes.push(Number.parseInt(digits, 16));
      at += 2;
    }
  }
  const name = Buffer.from(bytes).toString("utf8");
  return encodeName(name) === part ? name : null;
}
