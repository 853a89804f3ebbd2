import { createHmac } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { IncomingMessage } from "node:http";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { type Agents, createAgents } from "./agents.ts";
import type { Env } from "./endpoint.ts";
import { classifyS3Error, isAbsent, isEmptyObject, isPassing, type S3Place } from "./s3-error.ts";
import { signedGet, type SignedPlace } from "./signed-get.ts";

export interface S3Options extends S3Place, SignedPlace {
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
const attempts = 2;

/** Loads what Node loads at the first use. */
export function warmUp(): void {
  createAgents({}, 1).http.destroy();
  createHmac("sha256", "").update("").digest();
}

/** Opens connections only when something is asked. */
export function openS3(options: S3Options): S3Bucket {
  const agents = attempt(() => createAgents(options.env, 32));
  if (agents instanceof BkcacheError) return closedBucket(options, agents);
  // One listener for each request in flight is no leak.
  setMaxListeners(0, options.signal);
  return {
    async has(key) {
      try {
        // Not HEAD: its answer has no body, so it tells neither a missing bucket from a missing object nor a wrong
        // secret from a missing right.
        await ask(options, agents, key, async (answer) => void answer.resume(), "bytes=0-0");
        return true;
      } catch (error) {
        if (isAbsent(error)) return false;
        return isEmptyObject(error) || classifyS3Error(error, options);
      }
    },
    async read(key, maxBytes) {
      try {
        return (
          (await ask(options, agents, key, (answer) => readBody(answer, maxBytes))) ?? tooLarge(options, key, maxBytes)
        );
      } catch (error) {
        return isAbsent(error) ? null : classifyS3Error(error, options);
      }
    },
    close() {
      agents.destroy();
    },
  };
}

/** Sends a GET, and once more after a failure that may pass. */
async function ask<T>(
  options: S3Options,
  agents: Agents,
  key: string,
  read: (answer: IncomingMessage) => Promise<T>,
  range?: string,
): Promise<T> {
  const { timeoutMs = defaultTimeout } = options;
  for (let number = 1; ; number += 1) {
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(timeoutMs)]);
    try {
      return await read(
        await signedGet(options, key, { agents, idleMs: timeoutMs, signal, ...(range !== undefined && { range }) }),
      );
    } catch (error) {
      if (number >= attempts || options.signal.aborted || !isPassing(error)) throw error;
    }
  }
}

/** Null where there is more than may be. */
async function readBody(answer: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  if (Number(answer.headers["content-length"] ?? 0) > maxBytes) {
    answer.destroy();
    return null;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop ends the connection.
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
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
