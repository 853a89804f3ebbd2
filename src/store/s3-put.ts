import { createHash } from "node:crypto";
import type { BkcacheError } from "../diagnostics/error.ts";
import { readFailure, verdictOf } from "./failure.ts";
import { hasBytes } from "./has-bytes.ts";
import type { ObjectReader, PutOptions } from "./object-store.ts";
import type { BucketPlace } from "./place.ts";
import { checkDigest, damaged, hasDigest } from "./refusals.ts";
import type { Requests } from "./requests.ts";
import { notS3 } from "./s3-error.ts";
import type { S3Sender } from "./s3-sender.ts";
import { namedError } from "./signed-request.ts";

export interface S3PutOptions {
  readonly place: BucketPlace;
  readonly sender: S3Sender;
  readonly requests: Requests;
  /** Looks what is there. */
  readonly reader: ObjectReader;
  readonly sendsMd5: boolean;
}

/** A write that may be made twice, since the answer to the first may be lost. */
export interface ConditionalWrite {
  send(condition: { readonly IfNoneMatch?: "*" }, signal: AbortSignal): Promise<void>;
  /** Whether the object that is there is the one that an earlier try was to write. */
  isOurs(): Promise<boolean>;
  readonly signal: AbortSignal | undefined;
}

export interface S3Put {
  /** @param name full name of the object */
  put(name: string, body: Uint8Array, options?: PutOptions): Promise<"stored" | "exists">;
  /** Writes where there is no object of that name: by a condition where the store knows any, else by looking first. */
  ifAbsent(name: string, write: ConditionalWrite): Promise<"stored" | "exists">;
}

export function createS3Put({ place, sender, requests, reader, sendsMd5 }: S3PutOptions): S3Put {
  const { backend, prefix } = place;
  /** Whether the store knows `If-None-Match` on a put; some answer that they do not. */
  let isConditional = true;

  const send = async ({ name, body, sha256, condition, signal }: PutRequest): Promise<void> => {
    const headers = {
      "content-type": "application/octet-stream",
      ...(condition.IfNoneMatch !== undefined && { "if-none-match": condition.IfNoneMatch }),
      ...(sendsMd5 && { "content-md5": createHash("md5").update(body).digest("base64") }),
    };
    try {
      const answer = await sender.send({ method: "PUT", name, headers, body, sha256, signal });
      // What it says besides is nothing that counts, but stands in the way of the next request.
      answer.on("error", () => {}).resume();
      requireAnswer(answer.headers.etag);
    } catch (error) {
      throw refusedDigest({ backend, key: name.slice(prefix.length), body, sha256, error }) ?? error;
    }
  };

  const ifAbsent: S3Put["ifAbsent"] = (name, write) => {
    // A store may refuse before it has read the body, and cut the line with its answer still on the way; or it has stored
    // all, and the answer is lost.
    let isAnswerLost = false;
    let mayBeOurs = false;
    const exists = async () => (mayBeOurs && (await write.isOurs()) ? "stored" : "exists");
    return requests.run(async ({ signal }) => {
      const isThere = async () => (await reader.stat(name, { signal })) !== null;
      try {
        if ((!isConditional || isAnswerLost) && (await isThere())) return await exists();
        await write.send(isConditional ? { IfNoneMatch: "*" } : {}, signal);
        return "stored";
      } catch (error) {
        const failure = readFailure(error);
        isAnswerLost = failure.status === undefined;
        if (failure.status === undefined || failure.status >= 500) mayBeOurs = true;
        if (failure.status === 412) return exists();
        if (!isConditional || !refusesConditions(failure)) throw error;
        if (await isThere()) return exists();
        await write.send({}, signal);
        // Only now is it known that the condition was what it refused.
        isConditional = false;
        return "stored";
      }
    }, write.signal);
  };

  return {
    ifAbsent,
    async put(name, body, { signal, onlyIfAbsent = false, sha256 } = {}) {
      // The digest is signed as it is given, and such a store does not compare the body with it.
      if (sendsMd5) checkDigest(backend, name.slice(prefix.length), body, sha256);
      const request = { name, body, sha256 };
      if (onlyIfAbsent) {
        return ifAbsent(name, {
          send: (condition, signal) => send({ ...request, condition, signal }),
          isOurs: () => hasBytes(reader, name, body),
          signal,
        });
      }
      await requests.run((attempt) => send({ ...request, condition: {}, signal: attempt.signal }), signal);
      return "stored";
    },
  };
}

interface PutRequest {
  readonly name: string;
  readonly body: Uint8Array;
  readonly sha256: string | undefined;
  readonly condition: { readonly IfNoneMatch?: "*" };
  readonly signal: AbortSignal;
}

interface RefusedBody {
  readonly backend: string;
  readonly key: string;
  readonly body: Uint8Array;
  readonly sha256: string | undefined;
  readonly error: unknown;
}

/** For a refusal that no other try changes, since the body has not the digest that its caller says; else null. */
export function refusedDigest({ backend, key, body, sha256, error }: RefusedBody): BkcacheError | null {
  if (verdictOf(readFailure(error)) !== "again" || sha256 === undefined || hasDigest(body, sha256)) return null;
  return damaged(backend, key, error);
}

/** @throws Error for a success without what every S3 gives with it, such as the ETag of what was stored. */
export function requireAnswer<T>(answer: T | undefined): T {
  if (answer === undefined || answer === "") throw namedError(notS3);
  return answer;
}

/** What stores answer that know no conditional put. */
function refusesConditions({ code, status }: ReturnType<typeof readFailure>): boolean {
  if (status === 501 || code === "NotImplemented") return true;
  return status === 400 && !code.startsWith("XAmz") && !["BadDigest", "InvalidDigest", "RequestTimeout"].includes(code);
}
