import { setMaxListeners } from "node:events";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { createS3Client, loadSdk, type S3Access } from "./s3-client.ts";
import { classifyS3Error, isAbsent, isEmptyObject, type S3Place } from "./s3-error.ts";

export interface S3Options extends S3Access {
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

/** Makes a client; sends nothing yet. */
export async function openS3(options: S3Options): Promise<S3Bucket> {
  const { bucket, signal, timeoutMs = defaultTimeout } = options;
  const [{ GetObjectCommand }] = await loadSdk();
  const client = await createS3Client(options, { requestMs: timeoutMs, idleMs: timeoutMs }, 2).catch(ownError);
  if (client instanceof BkcacheError) return closedBucket(options, client);
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

function ownError(error: unknown): BkcacheError {
  if (error instanceof BkcacheError) return error;
  throw error;
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
