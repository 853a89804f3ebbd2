import type { ByteRange } from "../store/object-store.ts";
import { S3Error } from "./errors.ts";
import { type Answer, namesEtag, quoted, type S3Request } from "./request.ts";
import type { StoredObject } from "./served-store.ts";

export async function headObject({ operation, headers, store, caller }: S3Request): Promise<Answer> {
  const found = await store.head(operation.key, caller);
  if (found === null) throw noSuchKey(operation.key);
  return notModified(headers, found) ?? { status: 200, headers: { ...about(found), "content-length": found.size } };
}

/**
 * A range that begins beyond the end is answered with 206 and nothing: after a line that broke BuildKit asks for such a
 * one in the end, and 416 would fail its build.
 */
export async function getObject({ operation, headers, store, caller }: S3Request): Promise<Answer> {
  const range = readRange(headers.range);
  const found = await store.get(operation.key, { range, caller });
  if (found === null) throw noSuchKey(operation.key);
  const { size, start, body } = found;
  const close = (): void => found.close();
  try {
    const unchanged = notModified(headers, found);
    if (unchanged !== null) return { ...unchanged, close };
  } catch (error) {
    close();
    throw error;
  }
  const end = endOf(range, size, start);
  const shared = { ...about(found), "content-length": end - start };
  if (range === null) return { status: 200, headers: shared, body, close };
  // One without bytes says where it begins, and what there is in all, as well as the form allows.
  const contentRange = `bytes ${start}-${Math.max(0, end - 1)}/${size}`;
  return { status: 206, headers: { ...shared, "content-range": contentRange }, body, close };
}

export function noSuchKey(key: string): S3Error {
  return new S3Error("NoSuchKey", `there is no object ${key}`);
}

/** One range of bytes; null for none, and for what is none, which HTTP has servers pass over. */
export function readRange(header: string | undefined): ByteRange | null {
  const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (first === "") return last === "" ? null : { last: Number(last) };
  if (last === "") return { start: Number(first) };
  return Number(last) < Number(first) ? null : { start: Number(first), end: Number(last) + 1 };
}

function endOf(range: ByteRange | null, size: number, start: number): number {
  if (range === null || "last" in range) return size;
  return Math.max(start, Math.min(range.end ?? size, size));
}

function about({ etag, modifiedAt }: StoredObject): Readonly<Record<string, string>> {
  return {
    etag: quoted(etag),
    "last-modified": new Date(modifiedAt).toUTCString(),
    "accept-ranges": "bytes",
    "content-type": "application/octet-stream",
  };
}

/** @throws S3Error PreconditionFailed where it is another object than the client wants */
function notModified(headers: S3Request["headers"], found: StoredObject): Answer | null {
  const { "if-match": wanted, "if-none-match": known } = headers;
  if (wanted !== undefined && !namesEtag(wanted, found.etag))
    throw new S3Error("PreconditionFailed", "the object is another one by now");
  if (known === undefined || !namesEtag(known, found.etag)) return null;
  return { status: 304, headers: { etag: quoted(found.etag) } };
}
