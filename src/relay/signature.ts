import { timingSafeEqual } from "node:crypto";
import { algorithm, canonicalQuery, hmac, scopeText, signingKey } from "../store/sigv4.ts";
import { S3Error } from "./errors.ts";
import { sha256 } from "./sha256.ts";

/** A pair as AWS has them. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A request as it came, before anything is decoded: what the client signed is the text on the line. */
export interface RequestHead {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Name, value, name, value. */
  readonly rawHeaders: readonly string[];
}

/** A request whose signature is right. */
export interface SignedRequest {
  readonly accessKeyId: string;
  /** `x-amz-content-sha256`: a digest in hex, or one of the forms that say how the body comes. */
  readonly payload: string;
  /** In hex; the first chunk of a signed stream goes on from it. */
  readonly signature: string;
  /** Signs what a chunk or the trailers of this request say, beginning with the algorithm's name. In hex. */
  readonly sign: (algorithm: string, ...lines: readonly string[]) => string;
}

/** S3's own bound in ms for a clock that is off. */
const largestSkew = 15 * 60_000;

/**
 * Verifies AWS Signature Version 4 in the Authorization header:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * @param options.secretOf undefined for a key that is not known
 * @throws S3Error for a request that is not signed, or not by a known key
 */
export function verifySignature(
  head: RequestHead,
  options: { readonly secretOf: (accessKeyId: string) => string | undefined; readonly now: number },
): SignedRequest {
  const headers = readHeaders(head.rawHeaders);
  const { accessKeyId, day, region, signedHeaders, signature } = readAuthorization(head, headers);
  const time = readTime(headers, day);
  if (Math.abs(options.now - time.ms) > largestSkew)
    throw new S3Error(
      "RequestTimeTooSkewed",
      `the request was signed at ${time.text}, by another clock than the relay's`,
    );
  const payload = headers.get("x-amz-content-sha256");
  if (payload === undefined) throw new S3Error("InvalidRequest", "x-amz-content-sha256 is missing");
  const names = signedHeaders.split(";");
  const unsigned = [...headers.keys()].find((name) => mustBeSigned(name) && !names.includes(name));
  if (unsigned !== undefined) throw new S3Error("AccessDenied", `the header ${unsigned} is not signed`);
  const secret = options.secretOf(accessKeyId);
  if (secret === undefined) throw new S3Error("InvalidAccessKeyId", "the access key is none of this relay's");

  const canonical = [
    head.method,
    ...canonicalTarget(head.target),
    ...names.map((name) => `${name}:${headers.get(name) ?? ""}`),
    "",
    signedHeaders,
    payload,
  ].join("\n");
  const scope = scopeText({ day, region });
  const key = signingKey(secret, { day, region });
  const sign: SignedRequest["sign"] = (name, ...lines) =>
    hmac(key, [name, time.text, scope, ...lines].join("\n")).toString("hex");
  if (!isSame(sign(algorithm, sha256(canonical)), signature))
    throw new S3Error("SignatureDoesNotMatch", "the signature is another than the request and this key make");
  return { accessKeyId, payload, signature, sign };
}

/** Whether two signatures are the same, in a time that tells nothing of where they differ. */
export function isSame(expected: string, given: string): boolean {
  return (
    expected.length === given.length && timingSafeEqual(Buffer.from(expected, "latin1"), Buffer.from(given, "latin1"))
  );
}

function readHeaders(raw: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = "", value = ""] = raw.slice(at, at + 2);
    const key = name.toLowerCase();
    const before = headers.get(key);
    // Node reads bytes as Latin-1; what was signed is UTF-8.
    const text = Buffer.from(value, "latin1").toString("utf8").trim().replaceAll(/ +/g, " ");
    headers.set(key, before === undefined ? text : `${before},${text}`);
  }
  return headers;
}

/** What changes the meaning of a request. */
function mustBeSigned(name: string): boolean {
  return name === "host" || name.startsWith("x-amz-");
}

function readAuthorization(head: RequestHead, headers: ReadonlyMap<string, string>) {
  const header = headers.get("authorization");
  if (header === undefined) {
    const isPresigned = /[?&](X-Amz-Signature|Signature)=/i.test(head.target);
    throw new S3Error(
      "AccessDenied",
      isPresigned ? "presigned addresses are not served: sign the request itself" : "the request is not signed",
    );
  }
  const [, fields = ""] = /^AWS4-HMAC-SHA256 +(.+)$/.exec(header) ?? [];
  if (fields === "") throw new S3Error("AccessDenied", `only ${algorithm} is served`);
  const values = new Map(
    fields.split(",").map((field) => {
      const [name = "", ...value] = field.trim().split("=");
      return [name, value.join("=")];
    }),
  );
  const [accessKeyId = "", day = "", region = "", service, end, ...rest] = (values.get("Credential") ?? "").split("/");
  const signedHeaders = values.get("SignedHeaders") ?? "";
  const signature = values.get("Signature") ?? "";
  const isForm =
    service === "s3" && end === "aws4_request" && rest.length === 0 && /^\d{8}$/.test(day) && region !== "";
  if (!isForm || signedHeaders === "" || !/^[0-9a-f]{64}$/.test(signature))
    throw new S3Error("AuthorizationHeaderMalformed", "the Authorization header is not of Signature Version 4 for s3");
  return { accessKeyId, day, region, signedHeaders, signature };
}

function readTime(headers: ReadonlyMap<string, string>, day: string): { readonly text: string; readonly ms: number } {
  const text = headers.get("x-amz-date") ?? "";
  const [, date, hour, minute, second] = /^(\d{8})T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  if (date === undefined) throw new S3Error("AccessDenied", "x-amz-date is missing or no time");
  if (date !== day) throw new S3Error("AuthorizationHeaderMalformed", "the day of the key is not that of the request");
  const iso = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${hour}:${minute}:${second}Z`;
  return { text, ms: Date.parse(iso) };
}

/** The path as it was sent, and the query in the one form that is signed. */
function canonicalTarget(target: string): readonly [path: string, query: string] {
  const { path, query } = splitTarget(target);
  return [path, canonicalQuery(query)];
}

/** @throws S3Error for what is no path, or has escapes that stand for no text */
export function splitTarget(target: string): {
  readonly path: string;
  readonly query: readonly (readonly [name: string, value: string])[];
} {
  const at = target.indexOf("?");
  const path = at < 0 ? target : target.slice(0, at);
  if (!path.startsWith("/")) throw new S3Error("InvalidRequest", "the request names no path");
  const fields = at < 0 ? [] : target.slice(at + 1).split("&");
  const query = fields
    .filter((field) => field !== "")
    .map((field) => {
      const [name = "", ...value] = field.replaceAll("+", " ").split("=");
      return [decode(name), decode(value.join("="))] as const;
    });
  return { path, query };
}

export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new S3Error("InvalidRequest", `${text} has escapes that stand for no text`, { cause });
  }
}
