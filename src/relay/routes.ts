import { isKey } from "../store/keys.ts";
import { S3Error } from "./errors.ts";
import { decode, splitTarget } from "./signature.ts";

/** What a request asks for, by the name that S3's reference has for it. */
export type OperationName = (typeof rows)[number]["name"];

export interface Operation {
  readonly name: OperationName;
  /** Empty for what is asked of the service. */
  readonly bucket: string;
  /** Empty for what is asked of a bucket. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly isWrite: boolean;
}

interface Row {
  readonly name: string;
  readonly method: string;
  readonly on: "service" | "bucket" | "object";
  /** Fields of the query that make it this operation. */
  readonly needs?: readonly string[];
  /** Others that it may have. */
  readonly takes?: readonly string[];
  /** Whether there is a source to copy from. */
  readonly copies?: boolean;
  readonly isWrite?: boolean;
}

const listing = ["prefix", "delimiter", "max-keys", "encoding-type"];

/** In the order in which they are tried. */
const rows = [
  { name: "ListBuckets", method: "GET", on: "service", takes: ["max-buckets", "prefix", "bucket-region"] },
  { name: "HeadBucket", method: "HEAD", on: "bucket" },
  { name: "GetBucketLocation", method: "GET", on: "bucket", needs: ["location"] },
  {
    name: "ListObjectsV2",
    method: "GET",
    on: "bucket",
    needs: ["list-type"],
    takes: [...listing, "continuation-token", "start-after", "fetch-owner"],
  },
  { name: "ListObjects", method: "GET", on: "bucket", takes: [...listing, "marker"] },
  { name: "DeleteObjects", method: "POST", on: "bucket", needs: ["delete"], isWrite: true },
  { name: "HeadObject", method: "HEAD", on: "object" },
  { name: "GetObject", method: "GET", on: "object" },
  { name: "UploadPart", method: "PUT", on: "object", needs: ["partNumber", "uploadId"], copies: false, isWrite: true },
  {
    name: "UploadPartCopy",
    method: "PUT",
    on: "object",
    needs: ["partNumber", "uploadId"],
    copies: true,
    isWrite: true,
  },
  { name: "PutObject", method: "PUT", on: "object", copies: false, isWrite: true },
  { name: "CopyObject", method: "PUT", on: "object", copies: true, isWrite: true },
  { name: "CreateMultipartUpload", method: "POST", on: "object", needs: ["uploads"], isWrite: true },
  { name: "CompleteMultipartUpload", method: "POST", on: "object", needs: ["uploadId"], isWrite: true },
  { name: "AbortMultipartUpload", method: "DELETE", on: "object", needs: ["uploadId"], isWrite: true },
  { name: "DeleteObject", method: "DELETE", on: "object", isWrite: true },
] as const satisfies readonly Row[];

/** S3's own bound in bytes. */
const longestKey = 1024;

/**
 * Finds out what a request asks for.
 * @throws S3Error for what this relay does not serve; for a key that would lead out of its place, before anything else
 */
export function routeOf(head: {
  readonly method: string;
  readonly target: string;
  readonly copies: boolean;
}): Operation {
  const { path, query: pairs } = splitTarget(head.target);
  const [, rawBucket = "", rawKey = ""] = /^\/([^/]*)(?:\/(.*))?$/s.exec(path) ?? [];
  const bucket = decode(rawBucket);
  const key = decode(rawKey);
  if (bucket === "" && key !== "") throw new S3Error("InvalidRequest", "the address names no bucket");
  if (key !== "") checkKey(key);
  const query = new Map(pairs);
  const on = bucket === "" ? "service" : key === "" ? "bucket" : "object";
  // The SDKs name the operation as well.
  query.delete("x-id");
  const candidates = (rows as readonly Row[]).filter((row) => row.method === head.method && row.on === on);
  const found = candidates.find(({ needs = [], takes = [], copies = head.copies }) => {
    const known = new Set([...needs, ...takes]);
    return (
      copies === head.copies &&
      needs.every((name) => query.has(name)) &&
      [...query.keys()].every((name) => known.has(name))
    );
  });
  if (found === undefined) {
    if (candidates.length === 0) throw new S3Error("MethodNotAllowed", `${head.method} is not served for a ${on}`);
    throw new S3Error(
      "NotImplemented",
      `${head.method} with ${[...query.keys()].join(", ")} is not served for a ${on}`,
    );
  }
  return { name: found.name as OperationName, bucket, key, query, isWrite: found.isWrite ?? false };
}

/** @throws S3Error for a key that no object of a store can have, such as one that leads out of its folder */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > longestKey)
    throw new S3Error("KeyTooLongError", `keys have at most ${longestKey} bytes`);
  if (!isKey(key))
    throw new S3Error("InvalidArgument", `${JSON.stringify(key)} is no key that an object can have here`);
}

/** Bucket and key of `x-amz-copy-source`; BuildKit sends them as they are, others escape them. */
export function readCopySource(header: string): { readonly bucket: string; readonly key: string } {
  const text = Buffer.from(header, "latin1").toString("utf8");
  if (text.includes("?versionId=")) throw new S3Error("NotImplemented", "versions are not served");
  const [, bucket = "", key = ""] = /^\/?([^/]+)\/(.+)$/s.exec(decode(text)) ?? [];
  if (bucket === "") throw new S3Error("InvalidArgument", `${text} names no bucket and key to copy`);
  checkKey(key);
  return { bucket, key };
}
