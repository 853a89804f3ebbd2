import { childrenOf, textOf } from "../store/xml.ts";
import { readDocument } from "./body.ts";
import { S3Error } from "./errors.ts";
import { readRange } from "./read-object.ts";
import { type Answer, isoTime, onlyIfAbsent, quoted, type S3Request, xmlAnswer } from "./request.ts";
import type { IncomingBody } from "./served-store.ts";
import { readSource } from "./write-object.ts";
import { readXml } from "./xml.ts";

/** S3's own bound. */
const mostParts = 10_000;
/** Bytes of a list of as many parts, each with its checksums. */
const longestList = 8 * 2 ** 20;

export async function createUpload({ operation, store, caller }: S3Request): Promise<Answer> {
  const { bucket: Bucket, key: Key } = operation;
  const UploadId = await store.createUpload(Key, caller);
  return xmlAnswer("InitiateMultipartUploadResult", { Bucket, Key, UploadId });
}

export async function uploadPart(request: S3Request): Promise<Answer> {
  const { etag } = await storePart(request, request.body());
  return { status: 200, headers: { etag: quoted(etag), "content-length": 0 } };
}

export async function uploadPartCopy(request: S3Request): Promise<Answer> {
  const header = request.headers["x-amz-copy-source-range"];
  const range = readRange(header?.toString());
  if (header !== undefined && (range === null || "last" in range || range.end === undefined))
    throw new S3Error("InvalidArgument", "x-amz-copy-source-range has a first and a last byte");
  const found = await readSource(request).open(range);
  try {
    const end = range !== null && "end" in range ? (range.end ?? found.size) : found.size;
    if (end > found.size) throw new S3Error("InvalidArgument", `the source has ${found.size} bytes only`);
    const { etag } = await storePart(request, { bytes: found.body, size: end - found.start, sha256: null });
    return xmlAnswer("CopyPartResult", { LastModified: isoTime(Date.now()), ETag: quoted(etag) });
  } finally {
    found.close();
  }
}

async function storePart({ operation, store, caller }: S3Request, body: IncomingBody) {
  const text = operation.query.get("partNumber") ?? "";
  return store.uploadPart({ ...upload(operation), number: readNumber(text), body, caller });
}

export async function completeUpload({ operation, headers, store, caller, body }: S3Request): Promise<Answer> {
  const { bucket: Bucket, key: Key } = operation;
  const list = readXml(await readDocument(body({ hasChecksums: false }), longestList));
  if (list.name !== "CompleteMultipartUpload") throw new S3Error("MalformedXML", "the body is no list of parts");
  const parts = childrenOf(list, "Part").map((part) => ({
    number: readNumber(textOf(part, "PartNumber") ?? ""),
    etag: (textOf(part, "ETag") ?? "").trim().replaceAll('"', ""),
  }));
  if (parts.length === 0) throw new S3Error("MalformedXML", "the list has no part");
  if (parts.some(({ number }, index) => number <= (parts[index - 1]?.number ?? 0)))
    throw new S3Error("InvalidPartOrder", "the list has its parts in another order than their numbers");
  const stored = await store.completeUpload({
    ...upload(operation),
    parts,
    onlyIfAbsent: onlyIfAbsent(headers),
    caller,
  });
  return xmlAnswer("CompleteMultipartUploadResult", { Bucket, Key, ETag: quoted(stored.etag) });
}

export async function abortUpload({ operation, store, caller }: S3Request): Promise<Answer> {
  await store.abortUpload({ ...upload(operation), caller });
  return { status: 204 };
}

function upload({ key, query }: S3Request["operation"]): { readonly id: string; readonly key: string } {
  const id = query.get("uploadId") ?? "";
  // What the store gave has this form; others may become a file's name there.
  if (!/^[\w-]{1,128}$/.test(id)) throw new S3Error("NoSuchUpload", "there is no such upload");
  return { id, key };
}

function readNumber(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > mostParts)
    throw new S3Error(
      "InvalidArgument",
      `${JSON.stringify(text)} is no number of a part: they go from 1 to ${mostParts}`,
    );
  return number;
}
