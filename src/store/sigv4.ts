import { createHmac, hash } from "node:crypto";
import { percentEncode } from "./keys.ts";

/*
 * AWS Signature Version 4 for S3: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * Own code: the package for it brings what all services of AWS take, and loads for some 6 ms before each bake (read off one trace).
 */

export const algorithm = "AWS4-HMAC-SHA256";

export interface ToSign {
  readonly method: string;
  /** As it is on the line: every part percent-encoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** All of them are signed; names in lower case, `host` among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hex. */
  readonly payload: string;
}

export interface SignAs {
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly date: Date;
}

/** The headers of the request with those that the signature adds. */
export function signHeaders(
  { method, path, query, headers, payload }: ToSign,
  { region, credentials, date }: SignAs,
): Readonly<Record<string, string>> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const time = date.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const scope = { day: time.slice(0, 8), region };
  const all: Record<string, string> = {
    ...headers,
    "x-amz-content-sha256": payload,
    "x-amz-date": time,
    ...(sessionToken !== undefined && { "x-amz-security-token": sessionToken }),
  };
  const names = Object.keys(all).sort();
  const lines = names.map((name) => `${name}:${(all[name] ?? "").trim().replaceAll(/\s+/g, " ")}`);
  const signed = names.join(";");
  const canonical = [method, path, canonicalQuery(Object.entries(query)), ...lines, "", signed, payload].join("\n");
  const text = [algorithm, time, scopeText(scope), hash("sha256", canonical, "hex")].join("\n");
  const signature = hmac(signingKey(secretAccessKey, scope), text).toString("hex");
  const credential = `${accessKeyId}/${scopeText(scope)}`;
  return {
    ...all,
    authorization: `${algorithm} Credential=${credential}, SignedHeaders=${signed}, Signature=${signature}`,
  };
}

interface Scope {
  /** As in `20260131`. */
  readonly day: string;
  readonly region: string;
}

export function scopeText({ day, region }: Scope): string {
  return `${day}/${region}/s3/aws4_request`;
}

export function signingKey(secret: string, { day, region }: Scope): Buffer {
  return hmac([day, region, "s3"].reduce<string | Buffer>(hmac, `AWS4${secret}`), "aws4_request");
}

export function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

/** The query in the one form that is signed. */
export function canonicalQuery(query: readonly (readonly [name: string, value: string])[]): string {
  const pairs = query.map(([name, value]) => [percentEncode(name), percentEncode(value)] as const);
  // By the names first: `a-b=1` comes after `a=2`, though not as text.
  pairs.sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]));
  return pairs.map((pair) => pair.join("=")).join("&");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
