import { setMaxListeners } from "node:events";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { importWhole } from "../host/import-whole.ts";
import type { Credentials } from "./credentials.ts";
import type { Env } from "./endpoint.ts";
import { classifyS3Error, isAbsent, isEmptyObject, type S3Place } from "./s3-error.ts";

export interface S3Options extends S3Place {
  readonly usePathStyle?: boolean;
  readonly credentials: Credentials;
  /** Proxy variables and AWS_CA_BUNDLE. */
  readonly env: Env;
  readonly signal: AbortSignal;
  /** Time in ms of one attempt; there are two. */
  readonly timeoutMs?: number;
}

/** A bucket, as far as reading goes. */
export interface S3Bucket {
  /** Whether the object exists. A failure is a finding that names the backend. */
  has(key: string): Promise<boolean | Diagnostic>;
  /** The object's bytes, null where there is none. Longer objects are a finding. */
  read(key: string, maxBytes: number): Promise<Buffer | null | Diagnostic>;
  close(): void;
}

const defaultTimeout = 4_000;

/** Loads the SDK. Callers that wait for something else first may begin with it. */
export function loadSdk() {
  return importWhole(() => Promise.all([import("./s3-sdk.ts"), import("./request-handler.ts")]));
}

/** Makes a client; sends nothing yet. */
export async function openS3(options: S3Options): Promise<S3Bucket> {
  const { bucket, region, endpointUrl, usePathStyle, credentials, env, signal, timeoutMs = defaultTimeout } = options;
  const [{ GetObjectCommand, S3Client }, { requestHandler }] = await loadSdk();
  const handler = attempt(() => requestHandler(env, timeoutMs));
  if (handler instanceof BkcacheError) return closedBucket(options, handler);
  const client = new S3Client({
    region,
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
    // As BuildKit: path style counts beside an endpoint only.
    forcePathStyle: endpointUrl !== undefined && usePathStyle === true,
    credentials: {
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey,
      ...(credentials.sessionToken !== undefined && { sessionToken: credentials.sessionToken }),
    },
    maxAttempts: 2,
    // Headers that stores other than Amazon's refuse.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: handler,
  });
  // One listener for each request in flight is no leak.
  setMaxListeners(0, signal);
  const get = (key: string, range?: string) =>
    client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...(range !== undefined && { Range: range }) }), {
      abortSignal: signal,
    });
  return {
    async has(key) {
      try {
        // Not HEAD: its answer has no body, so it tells neither a missing bucket from a missing object nor a wrong
        // secret from a missing right.
        const { Body } = await get(key, "bytes=0-0");
        await Body?.transformToByteArray();
        return true;
      } catch (error) {
        if (isAbsent(error)) return false;
        return isEmptyObject(error) || classifyS3Error(error, options);
      }
    },
    async read(key, maxBytes) {
      try {
        const { Body, ContentLength } = await get(key);
        const chunks: Uint8Array[] = [];
        let size = 0;
        for await (const chunk of (Body ?? []) as AsyncIterable<Uint8Array>) {
          size += chunk.length;
          if (size > maxBytes || (ContentLength ?? 0) > maxBytes) return tooLarge(options, key, maxBytes);
          chunks.push(chunk);
        }
        return Buffer.concat(chunks);
      } catch (error) {
        return isAbsent(error) ? null : classifyS3Error(error, options);
      }
    },
    close: () => client.destroy(),
  };
}

function attempt<T>(make: () => T): T | BkcacheError {
  try {
    return make();
  } catch (error) {
    if (error instanceof BkcacheError) return error;
    throw error;
  }
}

/** Answers every question with the reason why nothing can be asked. */
function closedBucket({ backend }: S3Place, { code, message, hint = "" }: BkcacheError): S3Bucket {
  const finding: Diagnostic = { code, message: `backend "${backend}": ${message}`, hint };
  return { has: async () => finding, read: async () => finding, close: () => {} };
}

function tooLarge({ backend }: S3Place, key: string, maxBytes: number): Diagnostic {
  return {
    code: "BK5010",
    message: `backend "${backend}": ${key} is larger than ${Math.round(maxBytes / 2 ** 20)} MiB, so it is no cache manifest`,
  };
}
