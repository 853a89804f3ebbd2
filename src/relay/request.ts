import type { IncomingHttpHeaders } from "node:http";
import { S3Error } from "./errors.ts";
import type { Operation } from "./routes.ts";
import type { Caller, IncomingBody, ServedStore } from "./served-store.ts";
import { writeXml, type XmlValue } from "./xml.ts";

/** A request that is signed, understood and allowed. */
export interface S3Request {
  readonly operation: Operation;
  readonly headers: IncomingHttpHeaders;
  readonly caller: Caller;
  /** Of the operation's bucket. */
  readonly store: ServedStore;
  /** @throws S3Error for a bucket that is not there for this caller */
  readonly storeOf: (bucket: string) => ServedStore;
  /**
   * What it carries; nothing of it is read before it is asked for.
   * @param options.hasChecksums whether the checksums among the headers are its own
   */
  readonly body: (options?: { readonly hasChecksums: boolean }) => IncomingBody;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** A text is sent with its length; a stream needs `content-length` among the headers, or goes out in chunks. */
  readonly body?: string | AsyncIterable<Buffer>;
  /** Called once it is sent, or will not be. */
  close?(): void;
}

export function xmlAnswer(name: string, value: XmlValue): Answer {
  return { status: 200, headers: { "content-type": "application/xml" }, body: writeXml(name, value) };
}

export function quoted(etag: string): string {
  return `"${etag}"`;
}

/** A time in ms as S3's documents have it: in seconds, as its headers do, so that a listing and a head tell the same. */
export function isoTime(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString();
}

/**
 * Whether a header such as `If-Match` names this ETag.
 * @param header undefined where the client sent none
 */
export function namesEtag(header: string | undefined, etag: string): boolean {
  const named = (header ?? "").split(",").map((each) => each.trim().replace(/^W\//, ""));
  return named.includes("*") || named.some((each) => each === etag || each === quoted(etag));
}

/**
 * Whether an object is written only where its key has none.
 * @throws S3Error for other conditions, which would otherwise be passed over
 */
export function onlyIfAbsent(headers: IncomingHttpHeaders): boolean {
  const condition = headers["if-none-match"];
  if (headers["if-match"] !== undefined || (condition !== undefined && condition !== "*"))
    throw new S3Error("NotImplemented", "of the conditions for a write only If-None-Match: * is served");
  return condition === "*";
}
