import { createHmac } from "node:crypto";
import { setMaxListeners } from "node:events";
import { Agent, type IncomingMessage } from "node:http";
import { BkcacheError } from "../diagnostics/error.ts";
import { openContent, type OpenedBody, rangeHeader, readContentRange } from "./content.ts";
import { readFailure, verdictOf } from "./failure.ts";
import type { ByteRange, ObjectReader } from "./object-store.ts";
import type { BucketPlace } from "./place.ts";
import { replaced, tooLarge } from "./refusals.ts";
import { createRequests, type Requests } from "./requests.ts";
import { classifyS3Error, isAbsent, isOutsideRange, notS3 } from "./s3-error.ts";
import { createS3Sender, type S3Sender, type S3SenderOptions } from "./s3-sender.ts";
import { namedError } from "./signed-request.ts";
import { discard, readBody } from "./transfer.ts";

export interface S3ReaderOptions extends S3SenderOptions {
  readonly signal: AbortSignal;
}

/** Loads what Node loads at the first use. */
export function warmUp(): void {
  new Agent({ proxyEnv: {} }).destroy();
  createHmac("sha256", "").update("").digest();
}

/**
 * Reads objects by their full names, prefix included and of any form, without the SDK: that takes longer to load than most
 * builds whose steps are all cached.
 * @throws BkcacheError BK5007 where AWS_CA_BUNDLE cannot be read
 */
export function createS3Reader(
  place: BucketPlace,
  options: S3ReaderOptions,
  sender: S3Sender = createS3Sender(place, options),
): ObjectReader {
  const { signal: ofStore, policy } = options;
  const { idleMs, tries, waits } = policy;
  // One listener for each request in flight is no leak.
  setMaxListeners(0, ofStore);
  const requests = createS3Requests(place, options);
  const keyOf = (name: string) => name.slice(place.prefix.length);

  /** Null where there is no such object. */
  const ask = async (name: string, signal: AbortSignal, headers = {}): Promise<IncomingMessage | null> => {
    try {
      const answer = await sender.send({ method: "GET", name, headers, signal });
      if (versionOf(answer) !== "") return answer;
      discard(answer);
      throw namedError(notS3);
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  };
  const open = async (
    name: string,
    { range, version, signal }: { readonly range?: ByteRange; readonly version?: string; readonly signal: AbortSignal },
  ): Promise<S3Body | "outside" | null> => {
    const header = range === undefined ? undefined : rangeHeader(range);
    if (header === null) return "outside";
    try {
      const answer = await ask(name, signal, {
        ...(header !== undefined && { range: header }),
        ...(version !== undefined && { "if-match": version }),
      });
      return answer && openedBody(answer);
    } catch (error) {
      if (isOutsideRange(error)) return "outside";
      // Another object has taken the place of the one that was being read.
      if (version !== undefined && readFailure(error).status === 412) return null;
      throw error;
    }
  };

  return {
    // Not HEAD: its answer has no body, so it tells neither a missing bucket from a missing object nor a wrong secret from a
    // missing right.
    stat: (name, { signal } = {}) =>
      requests.run(async (attempt) => {
        let found = await open(name, { range: { start: 0, end: 1 }, signal: attempt.signal });
        if (found === "outside") found = await open(name, { signal: attempt.signal });
        if (found === null || found === "outside") return null;
        const { size, modifiedAt, body } = found;
        // One byte is read, so that the connection can be kept; a store that knows no ranges sends them all.
        if ((numberOf(body.headers["content-length"]) ?? 0) > 1) discard(body);
        else body.resume();
        return { key: keyOf(name), size, modifiedAt };
      }, signal),
    get: (name, { signal, maxBytes = Infinity } = {}) =>
      requests.run(async (attempt) => {
        const answer = await ask(name, attempt.signal);
        if (answer === null) return null;
        const length = numberOf(answer.headers["content-length"]);
        const body = await readBody(answer, { length, maxBytes, idleMs, signal: attempt.signal });
        if (body === "too large") throw tooLarge(place.backend, keyOf(name), maxBytes);
        return body;
      }, signal),
    async read(name, { range, signal: ofCall } = {}) {
      const signal = ofCall === undefined ? ofStore : AbortSignal.any([ofStore, ofCall]);
      const source = {
        // The signal of the call, not of an attempt: it ends the body too.
        open: (wanted?: ByteRange, version?: string) =>
          requests.run(
            () => open(name, { signal, ...(wanted && { range: wanted }), ...(version !== undefined && { version }) }),
            ofCall,
          ),
        isPassing: (error: unknown) => verdictOf(readFailure(error)) !== "final",
        describe: (error: unknown) => describeS3(error, place),
        replaced: () => replaced(place.backend, keyOf(name)),
        signal,
        idleMs,
        tries,
        waits,
      };
      return openContent(source, range);
    },
    close: () => sender.close(),
  };
}

interface S3Body extends OpenedBody {
  readonly body: IncomingMessage;
}

function openedBody(answer: IncomingMessage): S3Body {
  const { headers } = answer;
  const range = answer.statusCode === 206 ? readContentRange(headers["content-range"]) : null;
  const modifiedAt = Date.parse(headers["last-modified"] ?? "");
  return {
    size: range?.size ?? numberOf(headers["content-length"]) ?? 0,
    start: range?.start ?? 0,
    modifiedAt: Number.isNaN(modifiedAt) ? 0 : modifiedAt,
    version: versionOf(answer),
    body: answer,
  };
}

/** Empty for what is no object: every S3 has an ETag for one. */
function versionOf({ headers }: IncomingMessage): string {
  return headers.etag ?? "";
}

function numberOf(header: string | undefined): number | undefined {
  return header === undefined ? undefined : Number(header);
}

/** The requests to one bucket, with retries and a bound on how many there are at once. */
export function createS3Requests(
  place: BucketPlace,
  { policy, signal }: Pick<S3ReaderOptions, "policy" | "signal">,
): Requests {
  return createRequests({
    policy,
    signal,
    judge: {
      verdict: (error) => verdictOf(readFailure(error)),
      describe: (error) => describeS3(error, place),
    },
  });
}

export function describeS3(error: unknown, place: BucketPlace): BkcacheError {
  return error instanceof BkcacheError ? error : new BkcacheError({ ...classifyS3Error(error, place), cause: error });
}

/** The finding for a store that has not answered in the time that there was. */
export function describeSilence(place: BucketPlace) {
  return classifyS3Error(namedError("TimeoutError"), place);
}
