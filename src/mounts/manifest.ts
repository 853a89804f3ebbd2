import { hash } from "node:crypto";
import { BkcacheError } from "../diagnostics/error.ts";
import { fieldOf, isRecord, listOf, parseJson } from "../host/json.ts";
import { isJsonWithin } from "../host/json-bounds.ts";
import type { SnapshotRef } from "./keys.ts";
import { isSafePath, parentOf, readName, writeName } from "./names.ts";
import { blobBytes, packBytes, type Pack } from "./pack.ts";
import { at, badManifest, count, id, modeOf, readAll, text, time } from "./manifest-values.ts";
import { type Blob, type Entry, type Snapshot, totalsOf, type Writer } from "./snapshot.ts";
import { compress, decompress } from "./zstd.ts";

/** What a manifest may ask for; one that asks for more is refused before anything is fetched. */
export interface ManifestLimits {
  /** Of the JSON. */
  readonly maxBytes: number;
  readonly maxEntries: number;
  /** Of the contents of all files. */
  readonly maxContentBytes: number;
}

export const defaultLimits: ManifestLimits = {
  maxBytes: 512 * 2 ** 20,
  maxEntries: 2_000_000,
  maxContentBytes: 2 ** 40,
};

export const maxStoredManifestBytes = 128 * 2 ** 20;

/**
 * What a manifest of so many stored bytes may unpack to, in bytes and in values: of many times what any mount has, such as
 * 200,000 empty files in one folder (ratio 99, 15 values for each byte), but nothing that keeps a run busy.
 */
function boundsOf(
  storedBytes: number,
  { maxBytes }: ManifestLimits,
): { readonly bytes: number; readonly values: number } {
  return { bytes: Math.min(maxBytes, 4 * 2 ** 20 + 128 * storedBytes), values: 500_000 + 24 * storedBytes };
}

export interface WrittenManifest {
  readonly bytes: Buffer;
  /** SHA-256 of the bytes, in hex. */
  readonly sha256: string;
}

/** @throws BkcacheError BK5038 for more than `readManifest` would take. */
export async function writeManifest(
  snapshot: Snapshot,
  limits: ManifestLimits = defaultLimits,
): Promise<WrittenManifest> {
  const { mount, scope, key, parent, created, writer, root } = snapshot;
  const json = JSON.stringify({
    v: 1,
    mount,
    scope,
    key,
    parent: parent && { scope: parent.scope, key: parent.key },
    created,
    writer,
    root: [root.mode, root.uid, root.gid],
    packs: snapshot.packs.map(({ id, rawBytes, storedBytes, codec, day }) => [id, rawBytes, storedBytes, codec, day]),
    blobs: snapshot.blobs.map(({ pack, offset, length, digest }) => [pack, offset, length, digest]),
    entries: snapshot.entries.map(writeEntry),
  });
  const encoded = Buffer.from(json);
  const content = totalsOf(snapshot).bytes;
  const isTooMuch = snapshot.entries.length > limits.maxEntries || content > limits.maxContentBytes;
  if (isTooMuch || encoded.length > limits.maxBytes) throw tooMuch(snapshot, content);
  const bytes = await compress(encoded, { hasChecksum: true });
  const bounds = boundsOf(bytes.length, limits);
  // A text has no more values than bytes.
  const isShort = encoded.length <= bounds.values;
  const isReadable = encoded.length <= bounds.bytes && (isShort || isJsonWithin(encoded, bounds.values));
  if (bytes.length > maxStoredManifestBytes || !isReadable) throw tooMuch(snapshot, content);
  return { bytes, sha256: hash("sha256", bytes, "hex") };
}

function tooMuch({ mount, entries }: Snapshot, content: number): BkcacheError {
  return new BkcacheError({
    code: "BK5038",
    message: `mount "${mount}" is more than a snapshot can hold: ${entries.length} entries, ${Math.ceil(content / 1e9)} GB`,
    hint: "bound it with maxSize, or clean it up",
  });
}

function writeEntry(entry: Entry): readonly unknown[] {
  const path = writeName(entry.path);
  if (entry.kind === "hardlink") return [path, "h", writeName(entry.target)];
  const { uid, gid, mtime } = entry;
  if (entry.kind === "symlink") return [path, "l", uid, gid, mtime, writeName(entry.target)];
  if (entry.kind === "dir") return [path, "d", entry.mode, uid, gid, mtime];
  return [path, "f", entry.mode, uid, gid, mtime, entry.size, ...entry.blobs];
}

/**
 * Reads a manifest as hostile input: what it returns can be unpacked without a look at it again. See docs/pack-format.md.
 * @throws BkcacheError BK5030.
 */
export async function readManifest(stored: Buffer, limits: ManifestLimits = defaultLimits): Promise<Snapshot> {
  const document = readDocument(await unpack(stored, limits));
  const packs = readAll(document, "packs", readPack);
  const blobs = readAll(document, "blobs", (value) => readBlob(value, packs));
  if (new Set(packs.map((pack) => pack.id)).size !== packs.length) throw badManifest("a pack stands there twice");
  const { parent } = document;
  const root = readDir("", listOf(document["root"]));
  return {
    ...readRef(document),
    parent: parent === null ? null : { scope: text(fieldOf(parent, "scope")), key: text(fieldOf(parent, "key")) },
    created: count(document["created"]),
    writer: readWriter(document["writer"]),
    root: { mode: root.mode, uid: root.uid, gid: root.gid },
    packs,
    blobs,
    entries: readEntries(document, blobs, limits),
  };
}

/** @throws BkcacheError BK5030. */
async function unpack(stored: Buffer, limits: ManifestLimits): Promise<Buffer> {
  const bounds = boundsOf(stored.length, limits);
  const json = await decompress(stored, bounds.bytes, { hasChecksum: true });
  if (json === null || !isJsonWithin(json, bounds.values))
    throw badManifest("it is no compressed JSON object, or too large");
  return json;
}

function readDocument(json: Buffer): Readonly<Record<string, unknown>> {
  const document = parseJson(json);
  if (!isRecord(document)) throw badManifest("it is no compressed JSON object, or too large");
  const version = document["v"];
  if (version === 1) return document;
  const shown = typeof version === "number" ? String(version) : version === undefined ? "missing" : "no number";
  throw badManifest(`its format is ${shown}, and this bkcache reads 1`);
}

/** What a manifest says before its contents. */
export type ManifestHead = Pick<Snapshot, "mount" | "scope" | "key" | "packs">;

/**
 * Reads whose a manifest is and which packs it needs, without its entries, for who goes over all manifests of a store. What
 * `readManifest` refuses may pass.
 * @throws BkcacheError BK5030.
 */
export async function readManifestHead(stored: Buffer, limits: ManifestLimits = defaultLimits): Promise<ManifestHead> {
  const json = await unpack(stored, limits);
  // No string holds these characters: its quotes are escaped. Another writer may have another order.
  const end = json.indexOf(',"blobs":[');
  const head = end === -1 ? undefined : parseJson(`${json.toString("utf8", 0, end)}}`);
  const document = isRecord(head) && Object.hasOwn(head, "packs") ? head : readDocument(json);
  if (document["v"] !== 1) readDocument(json);
  return { ...readRef(document), packs: readAll(document, "packs", readPack) };
}

function readRef(document: Readonly<Record<string, unknown>>): SnapshotRef {
  return { mount: text(document["mount"]), scope: text(document["scope"]), key: text(document["key"]) };
}

function readEntries(document: unknown, blobs: readonly Blob[], limits: ManifestLimits): readonly Entry[] {
  const written = fieldOf(document, "entries");
  if (!Array.isArray(written) || written.length > limits.maxEntries) {
    throw badManifest(`it has no entries, or more than ${limits.maxEntries}`);
  }
  const dirs = new Set([""]);
  const files = new Set<string>();
  let before = "";
  let bytes = 0;
  return written.map((value) => {
    const entry = readEntry(listOf(value), blobs);
    const { path } = entry;
    // Each path once, and after the folder that it is in: so nothing is unpacked through a link.
    if (path <= before) throw badManifest("its entries are not in order");
    if (!dirs.has(parentOf(path))) throw badManifest("an entry is in no folder");
    before = path;
    if (entry.kind === "dir") dirs.add(path);
    if (entry.kind === "file") {
      files.add(path);
      bytes += entry.size;
      if (bytes > limits.maxContentBytes) throw badManifest(`its files have more than ${limits.maxContentBytes} bytes`);
    }
    if (entry.kind === "hardlink" && !files.has(entry.target)) throw badManifest("a hard link leads to no file");
    return entry;
  });
}

function readEntry([writtenPath, type, ...rest]: readonly unknown[], blobs: readonly Blob[]): Entry {
  const path = readName(writtenPath);
  if (path === null || !isSafePath(path)) throw badManifest("a path leads out of the mount, or is none");
  switch (type) {
    case "d":
      return readDir(path, rest);
    case "f": {
      const [mode, uid, gid, mtime, size, ...indices] = rest;
      let length = 0;
      for (const index of indices) length += at(blobs, index).length;
      if (length !== size) throw badManifest("a file has another size than its contents");
      const common = { path, uid: id(uid), gid: id(gid), mtime: time(mtime) };
      return { kind: "file", ...common, mode: modeOf(mode, 0o1777), size: length, blobs: indices as number[] };
    }
    case "l": {
      const [uid, gid, mtime, target] = rest;
      return { kind: "symlink", path, uid: id(uid), gid: id(gid), mtime: time(mtime), target: readTarget(target) };
    }
    case "h":
      return { kind: "hardlink", path, target: readTarget(rest[0]) };
    default:
      throw badManifest("an entry is of no known type");
  }
}

function readDir(path: string, [mode, uid, gid, mtime = 0]: readonly unknown[]): Extract<Entry, { kind: "dir" }> {
  return { kind: "dir", path, uid: id(uid), gid: id(gid), mtime: time(mtime), mode: modeOf(mode, 0o3777) };
}

/** Longer targets do not exist on Linux. */
const maxTargetBytes = 4095;

function readTarget(written: unknown): string {
  const target = readName(written);
  if (target === null || target === "" || target.length > maxTargetBytes || target.includes("\0")) {
    throw badManifest("a link leads nowhere");
  }
  return target;
}

function readPack(value: unknown): Pack {
  const [id, rawBytes, storedBytes, codec, day] = listOf(value);
  if (typeof id !== "string" || !/^[0-9a-f]{64}$/.test(id)) throw badManifest("a pack has no name");
  if (codec !== "zstd" && codec !== "store") throw badManifest("a pack is compressed in an unknown way");
  const pack = { id, rawBytes: count(rawBytes), storedBytes: count(storedBytes), codec, day: count(day) } as const;
  // Compressed only where that made it smaller.
  const isStored = codec === "store";
  const hasFit = isStored ? pack.storedBytes === pack.rawBytes : pack.storedBytes < pack.rawBytes;
  if (pack.rawBytes === 0 || pack.rawBytes > packBytes || !hasFit) throw badManifest("a pack has an impossible length");
  return pack;
}

function readBlob(value: unknown, packs: readonly Pack[]): Blob {
  const [pack, offset, length, digest] = listOf(value);
  const blob = { pack: count(pack), offset: count(offset), length: count(length), digest: text(digest) };
  const end = blob.offset + blob.length;
  if (blob.length === 0 || blob.length > blobBytes || end > at(packs, pack).rawBytes) {
    throw badManifest("a blob lies outside of its pack");
  }
  if (!/^[A-Za-z0-9+/]{43}=$/.test(blob.digest)) throw badManifest("a blob has no digest");
  return blob;
}

function readWriter(value: unknown): Writer {
  const optional = (["commit", "run", "build", "level"] as const).flatMap((key) => {
    const said = fieldOf(value, key);
    return said === undefined ? [] : [[key, text(said)] as const];
  });
  return { version: text(fieldOf(value, "version")), ...Object.fromEntries(optional) };
}
