import type { ByteRange, ObjectContent } from "../store/object-store.ts";
import { childrenOf, textOf } from "../store/xml.ts";
import { readDocument } from "./body.ts";
import { S3Error } from "./errors.ts";
import { noSuchKey } from "./read-object.ts";
import { type Answer, isoTime, namesEtag, onlyIfAbsent, quoted, type S3Request, xmlAnswer } from "./request.ts";
import { checkKey, readCopySource } from "./routes.ts";
import type { StoredObject } from "./served-store.ts";
import { readXml } from "./xml.ts";

/** Bytes of a list of 1000 keys, the most that one request may have. */
const longestList = 4 * 2 ** 20;
const mostKeys = 1000;

export async function putObject({ operation, headers, store, caller, body }: S3Request): Promise<Answer> {
  const { key } = operation;
  const stored = await store.put({ key, body: body(), onlyIfAbsent: onlyIfAbsent(headers), caller });
  return { status: 200, headers: { etag: quoted(stored.etag), "content-length": 0 } };
}

/** A copy onto itself makes an object younger, which is how BuildKit keeps what it uses from rules of the bucket. */
export async function copyObject(request: S3Request): Promise<Answer> {
  const { operation, store, caller } = request;
  const source = readSource(request);
  const isTouch = source.bucket === operation.bucket && source.key === operation.key;
  const copied = isTouch ? await store.touch(operation.key, caller) : await copy(request, source);
  if (copied === null) throw noSuchKey(source.key);
  return xmlAnswer("CopyObjectResult", { LastModified: isoTime(copied.modifiedAt), ETag: quoted(copied.etag) });
}

async function copy(request: S3Request, source: CopySource) {
  const { operation, headers, store, caller } = request;
  const isOnlyIfAbsent = onlyIfAbsent(headers);
  const found = await source.open(null);
  try {
    const body = { bytes: found.body, size: found.size, sha256: null };
    return await store.put({ key: operation.key, body, onlyIfAbsent: isOnlyIfAbsent, caller });
  } finally {
    found.close();
  }
}

interface CopySource {
  readonly bucket: string;
  readonly key: string;
  /** @throws S3Error where there is none, or another than the client wants */
  readonly open: (range: ByteRange | null) => Promise<ObjectContent & StoredObject>;
}

/** @throws S3Error for other conditions on the source, which would otherwise be passed over */
export function readSource({ headers, storeOf, caller }: S3Request): CopySource {
  const prefix = "x-amz-copy-source-if-";
  const conditions = Object.keys(headers).filter((name) => name.startsWith(prefix));
  const other = conditions.find((name) => name !== `${prefix}match`);
  if (other !== undefined) throw new S3Error("NotImplemented", `${other} is not served`);
  const wanted = headers[`${prefix}match`]?.toString();
  const { bucket, key } = readCopySource(String(headers["x-amz-copy-source"]));
  return {
    bucket,
    key,
    async open(range) {
      const found = await storeOf(bucket).get(key, { range, caller });
      if (found === null) throw noSuchKey(key);
      if (wanted === undefined || namesEtag(wanted, found.etag)) return found;
      found.close();
      throw new S3Error("PreconditionFailed", "the source is another one by now");
    },
  };
}

export async function deleteObject({ operation, store, caller }: S3Request): Promise<Answer> {
  await store.delete([operation.key], caller);
  return { status: 204 };
}

export async function deleteObjects({ store, caller, body }: S3Request): Promise<Answer> {
  const document = readXml(await readDocument(body(), longestList));
  const objects = childrenOf(document, "Object");
  const keys = objects.map((each) => textOf(each, "Key") ?? "");
  if (document.name !== "Delete" || keys.length === 0 || keys.length > mostKeys || keys.includes(""))
    throw new S3Error("MalformedXML", `a list to delete has 1 to ${mostKeys} keys`);
  if (objects.some((each) => each.children.some(({ name }) => name !== "Key")))
    throw new S3Error("NotImplemented", "objects are deleted by their keys alone");
  keys.forEach(checkKey);
  await store.delete(keys, caller);
  const isQuiet = textOf(document, "Quiet") === "true";
  return xmlAnswer("DeleteResult", { Deleted: isQuiet ? [] : keys.map((Key) => ({ Key })) });
}
