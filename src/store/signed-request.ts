import { hash } from "node:crypto";
import { type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { Readable } from "node:stream";
import type { Agents } from "./agents.ts";
import { amazonEndpoint } from "./amazon-endpoint.ts";
import { kindOf, readFailure } from "./failure.ts";
import type { Credentials } from "./credentials.ts";
import { percentEncode, percentEncodeKey } from "./keys.ts";
import { signHeaders } from "./sigv4.ts";
import { chunksOf, discard, piecesOf } from "./transfer.ts";

/** Where a bucket is. */
export interface SignedPlace {
  readonly bucket: string;
  readonly region: string;
  /** Undefined: Amazon's own. */
  readonly endpointUrl?: string | undefined;
  /** Counts beside an endpoint only, as in BuildKit. */
  readonly usePathStyle?: boolean | undefined;
}

/** Who asks, and when by the store's clock. */
export interface Signer {
  credentials(): Promise<Credentials>;
  /** How far the store's clock is ahead of this machine's, in ms; learnt from a store that refuses the time. */
  clockOffset: number;
}

export interface SignedRequest {
  readonly method: "GET" | "PUT";
  /** Full name of an object; empty for the bucket itself. */
  readonly name: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Such as `range`; lower-case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** SHA-256 of the body in hex, where it is known: the store compares the body with it. */
  readonly sha256?: string | undefined;
  /** The store need not compare the body where TLS protects it, which spares both ends a digest. */
  readonly isChecked?: boolean;
  readonly signal: AbortSignal;
}

export interface SendOptions {
  readonly agents: Agents;
  readonly signer: Signer;
  /** Time in ms in which not a byte moves. */
  readonly idleMs: number;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
const unsigned = "UNSIGNED-PAYLOAD";

/**
 * Sends a request, signed with AWS Signature Version 4; the answer is to be read or destroyed. The whole SDK takes longer to
 * load than most builds whose steps are all cached.
 * @throws an error like the SDK's: with the `code` of the system, or the `Code`, `Region` and status of the answer.
 */
export async function sendSigned(
  place: SignedPlace,
  request: SignedRequest,
  options: SendOptions,
): Promise<IncomingMessage> {
  const { method, name, query = {}, body, sha256, isChecked = false, signal } = request;
  const url = objectUrl(place, name);
  const { signer, agents, idleMs } = options;
  const headers = signHeaders(
    {
      method,
      path: url.pathname,
      query,
      headers: {
        host: url.host,
        ...(body !== undefined && { "content-length": String(body.byteLength) }),
        ...request.headers,
      },
      payload: isChecked && url.protocol === "https:" ? unsigned : (sha256 ?? hash("sha256", body ?? "", "hex")),
    },
    {
      region: place.region,
      credentials: await signer.credentials(),
      date: new Date(Date.now() + signer.clockOffset),
    },
  );
  const pairs = Object.entries(query).map((pair) => pair.map(percentEncode).join("="));
  url.search = pairs.join("&");
  const [send, agent] = url.protocol === "http:" ? [httpRequest, agents.http] : [httpsRequest, agents.https];
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = send(url, { method, headers, agent, signal, timeout: idleMs }, resolve);
    sent.once("timeout", () => sent.destroy(namedError("TimeoutError")));
    // From here on who reads may take his time.
    sent.once("response", () => sent.setTimeout(0));
    // An abort has a reason; Node's own error has none. After an answer nobody waits for one, such as of a body cut short.
    sent.on("error", (error) => reject(signal.aborted ? (signal.reason as Error) : error));
    if (body === undefined || url.protocol === "http:") sent.end(body);
    else Readable.from(piecesOf([body])).pipe(sent);
  });
  const status = answer.statusCode ?? 0;
  if (status >= 200 && status < 300) return answer;
  const error = await refusal(answer, status, { idleMs, signal });
  const date = Date.parse(answer.headers.date ?? "");
  if (kindOf(readFailure(error)) === "clock" && !Number.isNaN(date)) signer.clockOffset = date - Date.now();
  throw error;
}

/**
 * The address of an object, or of the bucket where the key is empty. Path style where it is asked for, or the name of the host cannot take that of the bucket:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export function objectUrl({ bucket, region, endpointUrl, usePathStyle }: SignedPlace, key: string): URL {
  const base = new URL(endpointUrl ?? amazonEndpoint(region));
  const isHostName = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket);
  const inPath = (endpointUrl !== undefined && usePathStyle === true) || !isHostName || isIP(base.hostname) !== 0;
  if (!inPath) base.hostname = `${bucket}.${base.hostname}`;
  const folder = base.pathname.replace(/\/$/, "");
  const ofObject = key === "" ? "" : `/${percentEncodeKey(key)}`;
  base.pathname = `${folder}${inPath ? `/${percentEncode(bucket)}` : ""}${ofObject}`;
  return base;
}

/** Bytes of an answer that may be an error's text. */
const longestError = 64 * 1024;

async function refusal(
  answer: IncomingMessage,
  status: number,
  options: { readonly idleMs: number; readonly signal: AbortSignal },
): Promise<Error> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of chunksOf(answer, options)) {
    bytes = Buffer.concat([bytes, chunk]);
    if (bytes.length <= longestError) continue;
    discard(answer);
    break;
  }
  const text = bytes.toString("utf8");
  const field = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  const error = namedError(field("Code") ?? "");
  return Object.assign(error, {
    message: field("Message") ?? error.message,
    Region: field("Region") ?? answer.headers["x-amz-bucket-region"],
    $metadata: { httpStatusCode: status },
  });
}

/** An error that is told by its name, as those of the SDK are. */
export function namedError(name: string): Error {
  return Object.assign(new Error(name), { name });
}
