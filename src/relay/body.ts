import type { IncomingHttpHeaders } from "node:http";
import { checksumsIn, createChecksum } from "./checksums.ts";
import { decodeChunked, framingOf } from "./chunked.ts";
import { S3Error } from "./errors.ts";
import type { IncomingBody } from "./served-store.ts";
import { sha256 } from "./sha256.ts";
import type { SignedRequest } from "./signature.ts";

/** S3's own bound in bytes for one object that is put, or one part. */
const largest = 5 * 2 ** 30;

export interface BodySource {
  readonly headers: IncomingHttpHeaders;
  readonly signed: SignedRequest;
  /** What is on the line. */
  readonly bytes: AsyncIterable<Buffer>;
  /** Whether the checksums among the headers are those of the body; they may be of an object that was sent before. */
  readonly hasChecksums: boolean;
}

/**
 * What a request carries, of which nothing is read yet.
 * @throws S3Error for a body whose length or form is not known
 */
export function openBody({ headers, signed, bytes, hasChecksums }: BodySource): IncomingBody {
  const { payload } = signed;
  const framing = framingOf(payload);
  const digest = /^[0-9a-f]{64}$/.test(payload) ? payload : null;
  if (framing === null && digest === null && payload !== "UNSIGNED-PAYLOAD")
    throw new S3Error("InvalidArgument", `x-amz-content-sha256 ${payload} is not served`);
  const length = headers[framing === null ? "content-length" : "x-amz-decoded-content-length"];
  if (typeof length !== "string" || !/^\d{1,15}$/.test(length))
    throw new S3Error("MissingContentLength", "the length of the body is not given");
  const size = Number(length);
  if (size > largest) throw new S3Error("EntityTooLarge", `${size} bytes are more than one request may have`);
  const sent = hasChecksums ? checksumsIn(Object.keys(headers)) : [];
  const after = checksumsIn(
    (headers["x-amz-trailer"] ?? "")
      .toString()
      .toLowerCase()
      .split(/\s*,\s*/),
  );
  const checksums = [...new Set([...sent, ...after])].map(createChecksum);

  async function* verified() {
    const decoded = framing === null ? plain(bytes) : decodeChunked(bytes, signed);
    let read = 0;
    for (;;) {
      const next = await decoded.next();
      if (next.done === true) {
        if (read !== size) throw new S3Error("IncompleteBody", `${read} bytes came of ${size}`);
        for (const checksum of checksums) {
          const expected = after.includes(checksum.name) ? next.value.get(checksum.name) : headers[checksum.name];
          if (expected !== (await checksum.digest()))
            throw new S3Error("BadDigest", `${checksum.name} is not that of the body`);
        }
        return;
      }
      read += next.value.length;
      if (read > size) throw new S3Error("IncompleteBody", `more than ${size} bytes came`);
      for (const checksum of checksums) checksum.update(next.value);
      yield next.value;
    }
  }
  return { bytes: verified(), size, sha256: digest };
}

async function* plain(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, ReadonlyMap<string, string>, undefined> {
  yield* bytes;
  return new Map();
}

/**
 * A document that a request carries, in memory.
 * @throws S3Error where it is larger than the bound in bytes, or not what was signed
 */
export async function readDocument(body: IncomingBody, most: number): Promise<string> {
  if (body.size > most) throw new S3Error("EntityTooLarge", `${body.size} bytes are more than this request may have`);
  const parts: Buffer[] = [];
  for await (const part of body.bytes) parts.push(part);
  const document = Buffer.concat(parts);
  if (body.sha256 !== null && body.sha256 !== sha256(document))
    throw new S3Error("XAmzContentSHA256Mismatch", "the body is another than was signed");
  return document.toString("utf8");
}
