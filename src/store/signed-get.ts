import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Agents } from "./agents.ts";
import { kindOf, readFailure } from "./failure.ts";
import type { Credentials } from "./credentials.ts";
import { percentEncode, percentEncodeKey } from "./keys.ts";
import { chunksOf, discard } from "./transfer.ts";

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

export interface GetOptions {
  readonly agents: Agents;
  readonly signer: Signer;
  /** Such as `range`; lower-case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Time in ms in which not a byte moves. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
}

/**
 * A GET of one object, signed with AWS Signature Version 4; to be read or destroyed. The whole SDK takes longer to load
 * than most builds whose steps are all cached, and for a look at a manifest nothing else of it is needed.
 * @throws an error like the SDK's: with the `code` of the system, or the `Code`, `Region` and status of the answer.
 */
export async function signedGet(place: SignedPlace, key: string, options: GetOptions): Promise<IncomingMessage> {
  const url = objectUrl(place, key);
  const { signer, agents, idleMs, signal } = options;
  const signature = new SignatureV4({
    service: "s3",
    region: place.region,
    credentials: await signer.credentials(),
    sha256: Sha256,
    // The path is escaped once; other services want it twice.
    uriEscapePath: false,
  });
  const { headers } = await signature.sign(
    {
      method: "GET",
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      headers: { host: url.host, ...options.headers },
    },
    { signingDate: new Date(Date.now() + signer.clockOffset) },
  );
  const [send, agent] = url.protocol === "http:" ? [httpRequest, agents.http] : [httpsRequest, agents.https];
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = send(url, { headers, agent, signal, timeout: idleMs }, resolve);
    request.once("timeout", () => request.destroy(namedError("TimeoutError")));
    // From here on who reads may take his time.
    request.once("response", () => request.setTimeout(0));
    // An abort has a reason; Node's own error has none.
    request.once("error", (error) => reject(signal.aborted ? (signal.reason as Error) : error));
    request.end();
  });
  const status = answer.statusCode ?? 0;
  if (status >= 200 && status < 300) return answer;
  const error = await refusal(answer, status, options);
  const date = Date.parse(answer.headers.date ?? "");
  if (kindOf(readFailure(error)) === "clock" && !Number.isNaN(date)) signer.clockOffset = date - Date.now();
  throw error;
}

/**
 * The address of an object. Path style where it is asked for, or the name of the host cannot take that of the bucket:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export function objectUrl({ bucket, region, endpointUrl, usePathStyle }: SignedPlace, key: string): URL {
  const base = new URL(endpointUrl ?? `https://s3.${region}.${domainOf(region)}`);
  const isHostName = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket);
  const inPath = (endpointUrl !== undefined && usePathStyle === true) || !isHostName || isIP(base.hostname) !== 0;
  if (!inPath) base.hostname = `${bucket}.${base.hostname}`;
  const folder = base.pathname.replace(/\/$/, "");
  base.pathname = `${folder}${inPath ? `/${percentEncode(bucket)}` : ""}/${percentEncodeKey(key)}`;
  return base;
}

/** Each of Amazon's partitions has a domain of its own: https://docs.aws.amazon.com/general/latest/gr/s3.html */
function domainOf(region: string): string {
  return domains.find(([start]) => region.startsWith(start))?.[1] ?? "amazonaws.com";
}

const domains: readonly (readonly [start: string, domain: string])[] = [
  ["cn-", "amazonaws.com.cn"],
  ["eusc-", "amazonaws.eu"],
  ["us-isob-", "sc2s.sgov.gov"],
  ["us-isof-", "csp.hci.ic.gov"],
  ["eu-isoe-", "cloud.adc-e.uk"],
  ["us-iso-", "c2s.ic.gov"],
];

/** Bytes of an answer that may be an error's text. */
const longestError = 64 * 1024;

async function refusal(answer: IncomingMessage, status: number, options: GetOptions): Promise<Error> {
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

/** The form in which the signer takes a hash. */
class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secretBytes(secret));
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {
    throw new Error("a hash is used once");
  }
}

function secretBytes(secret: string | ArrayBuffer | ArrayBufferView): string | Buffer {
  if (typeof secret === "string") return secret;
  return ArrayBuffer.isView(secret)
    ? Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength)
    : Buffer.from(secret);
}
