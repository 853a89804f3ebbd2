import { createHash } from "node:crypto";
import { isShared } from "../store/chunks.ts";
import { S3Error } from "./errors.ts";
import { sha256 } from "./sha256.ts";
import { isSame, type SignedRequest } from "./signature.ts";

/** Bytes of a line: a size with its signature, or a trailer. */
const longestLine = 1024;
const mostTrailers = 16;

/** How a body is framed; null where it comes as it is. */
export function framingOf(payload: string): { readonly isSigned: boolean; readonly hasTrailers: boolean } | null {
  switch (payload) {
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD":
      return { isSigned: true, hasTrailers: false };
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER":
      return { isSigned: true, hasTrailers: true };
    case "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
      return { isSigned: false, hasTrailers: true };
    default:
      return null;
  }
}

/**
 * The bytes in a body of aws-chunked, and in the end its trailers. The signature of a chunk is verified when all of it has
 * been given on.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 * @throws S3Error for frames that are none, or whose signatures are wrong
 */
export async function* decodeChunked(
  source: AsyncIterable<Buffer>,
  signed: SignedRequest,
): AsyncGenerator<Buffer, ReadonlyMap<string, string>, undefined> {
  const framing = framingOf(signed.payload);
  if (framing === null) throw new Error(`${signed.payload} is no framing`);
  const { isSigned, hasTrailers } = framing;
  const reader = createReader(source);
  let previous = signed.signature;
  for (;;) {
    const [, digits = "", signature = ""] =
      /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(await reader.line()) ?? [];
    if (digits === "" || isSigned !== (signature !== "")) throw malformed();
    const size = parseInt(digits, 16);
    const hash = isSigned ? createHash("sha256") : null;
    for (let left = size; left > 0;) {
      const bytes = await reader.some(left);
      left -= bytes.length;
      hash?.update(bytes);
      yield bytes;
    }
    if (hash !== null) {
      const expected = signed.sign("AWS4-HMAC-SHA256-PAYLOAD", previous, sha256(""), hash.digest("hex"));
      if (!isSame(expected, signature)) throw wrongSignature("a chunk");
      previous = signature;
    }
    if (size === 0) break;
    if ((await reader.line()) !== "") throw malformed();
  }
  const trailers = await readTrailers(reader);
  if (!hasTrailers && trailers.size > 0) throw malformed();
  if (isSigned && hasTrailers) {
    const signature = trailers.get(trailerSignature) ?? "";
    trailers.delete(trailerSignature);
    const lines = [...trailers].map(([name, value]) => `${name}:${value}\n`).join("");
    const expected = signed.sign("AWS4-HMAC-SHA256-TRAILER", previous, sha256(lines));
    if (!isSame(expected, signature)) throw wrongSignature("the trailers");
  }
  await reader.end();
  return trailers;
}

const trailerSignature = "x-amz-trailer-signature";

async function readTrailers(reader: Reader): Promise<Map<string, string>> {
  const trailers = new Map<string, string>();
  for (;;) {
    const line = await reader.line();
    if (line === "") return trailers;
    const [, name = "", value = ""] = /^([\w-]+):(.*)$/.exec(line) ?? [];
    if (name === "" || trailers.size === mostTrailers) throw malformed();
    trailers.set(name.toLowerCase(), value.trim());
  }
}

interface Reader {
  /** Without its end. */
  line(): Promise<string>;
  /** At least one byte. */
  some(most: number): Promise<Buffer>;
  /** @throws S3Error where more follows */
  end(): Promise<void>;
}

function createReader(source: AsyncIterable<Buffer>): Reader {
  const parts = source[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const more = async (): Promise<Buffer> => {
    for (;;) {
      const next = await parts.next();
      if (next.done === true) throw new S3Error("IncompleteBody", "the body ends within a chunk");
      if (next.value.length > 0) return isShared(next.value);
    }
  };
  return {
    async line() {
      for (;;) {
        const end = rest.indexOf("\n");
        if (end > longestLine || (end < 0 && rest.length > longestLine)) throw malformed();
        if (end >= 0) {
          const line = rest.toString("latin1", 0, end).replace(/\r$/, "");
          rest = rest.subarray(end + 1);
          return line;
        }
        rest = Buffer.concat([rest, await more()]);
      }
    },
    async some(most) {
      if (rest.length === 0) rest = await more();
      const bytes = rest.subarray(0, most);
      rest = rest.subarray(bytes.length);
      return bytes;
    },
    async end() {
      if (rest.length > 0 || (await parts.next()).done !== true) throw malformed();
    },
  };
}

function malformed(): S3Error {
  return new S3Error("InvalidRequest", "the body is not framed as aws-chunked");
}

function wrongSignature(what: string): S3Error {
  return new S3Error("SignatureDoesNotMatch", `the signature of ${what} is another than its bytes make`);
}
