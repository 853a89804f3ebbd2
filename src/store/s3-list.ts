import type { ObjectInfo } from "./object-store.ts";
import { notS3 } from "./s3-error.ts";
import type { S3Sender } from "./s3-sender.ts";
import { namedError } from "./signed-request.ts";
import { readBody } from "./transfer.ts";
import { childrenOf, readXml, textOf, type XmlElement } from "./xml.ts";

export interface PageRequest {
  /** Of full names. */
  readonly prefix: string;
  /** Keys at most; 1000 without it, which is S3's own bound. */
  readonly size?: number | undefined;
  /** What the page before has said. */
  readonly token?: string | undefined;
  /** A full name; counts for the first page alone. */
  readonly startAfter?: string | undefined;
  /** Time in ms in which no byte comes. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
}

export interface Page {
  /** With their full names as keys. */
  readonly objects: readonly ObjectInfo[];
  readonly isTruncated: boolean;
  readonly token: string | undefined;
}

/** A page of a thousand keys of a kilobyte, and what else there is about each. */
const maxPageBytes = 8 * 2 ** 20;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export async function readPage(sender: S3Sender, request: PageRequest): Promise<Page> {
  const { prefix, size, token, startAfter, idleMs, signal } = request;
  const query = {
    "list-type": "2",
    prefix,
    ...(size !== undefined && { "max-keys": String(size) }),
    ...(token !== undefined && { "continuation-token": token }),
    ...(token === undefined && startAfter !== undefined && { "start-after": startAfter }),
  };
  const answer = await sender.send({ method: "GET", name: "", query, signal });
  const body = await readBody(answer, { length: undefined, maxBytes: maxPageBytes, idleMs, signal });
  const list = body === "too large" ? null : parse(body);
  if (list === null) throw namedError(notS3);
  const objects = childrenOf(list, "Contents").map((object) => ({
    key: textOf(object, "Key") ?? "",
    size: Number(textOf(object, "Size") ?? 0),
    modifiedAt: Date.parse(textOf(object, "LastModified") ?? "") || 0,
  }));
  return {
    objects,
    isTruncated: textOf(list, "IsTruncated") === "true",
    // An empty one is none.
    token: textOf(list, "NextContinuationToken") || undefined,
  };
}

/** Null for what is no listing, such as a page that a network's login shows. */
function parse(body: Buffer): XmlElement | null {
  let list;
  try {
    list = readXml(body.toString("utf8"));
  } catch {
    return null;
  }
  const isListing = list.name === "ListBucketResult" && (textOf(list, "Name") ?? textOf(list, "IsTruncated"));
  return isListing ? list : null;
}
