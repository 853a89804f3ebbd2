import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { Readable } from "node:stream";
import { BkcacheError } from "../diagnostics/error.ts";
import { readFailure, verdictOf } from "./failure.ts";
import { assertKey, isKey, percentEncode, percentEncodeKey } from "./keys.ts";
import type { ObjectInfo, ObjectStore } from "./object-store.ts";
import { checkDigest, damaged, hasDigest, tooLarge } from "./refusals.ts";
import { createRequests, defaultPolicy, type RequestPolicy } from "./requests.ts";
import { createS3Client, loadSdk, type S3Access } from "./s3-client.ts";
import { classifyS3Error, isAbsent, isEmptyObject } from "./s3-error.ts";
import { discard, readBody } from "./transfer.ts";

export interface S3StoreOptions extends S3Access {
  /** Ends with `/`, or is empty. */
  readonly prefix: string;
  /** The place for people. */
  readonly place: string;
  /** The store is known not to compare a body with its signed digest: it gets an MD5 as well. */
  readonly sendsMd5?: boolean;
  readonly policy?: RequestPolicy;
  /** Keys of one page of a listing, at most 1000. */
  readonly pageSize?: number;
}

/** Keys in one request to delete; S3's own bound. */
const deleteBatch = 1_000;

/**
 * Objects in a bucket of Amazon S3 or of what speaks its protocol.
 * @throws BkcacheError BK5007 where AWS_CA_BUNDLE cannot be read
 */
export async function createS3Store(options: S3StoreOptions): Promise<ObjectStore> {
  const { backend, bucket, prefix, signal, place, sendsMd5 = false, policy = defaultPolicy, pageSize } = options;
  const [sdk] = await loadSdk();
  // Retries are made here, where a refused request can slow the others down.
  const handler = { requestMs: 0, idleMs: policy.idleMs, maxSockets: policy.concurrency };
  const client = await createS3Client(options, handler, 1);
  // One listener for each request in flight is no leak.
  setMaxListeners(0, signal);
  const requests = createRequests({
    policy,
    signal,
    judge: {
      verdict: (error) => verdictOf(readFailure(error)),
      describe: (error) => new BkcacheError({ ...classifyS3Error(error, options), cause: error }),
    },
  });
  const named = (key: string) => {
    assertKey(key);
    return { Bucket: bucket, Key: prefix + key };
  };
  /** Whether the store knows `If-None-Match` on a put; some answer that they do not. */
  let isConditional = true;
  /** Whether the store deletes many objects at once. */
  let deletesMany = true;

  const put = async (key: string, body: Uint8Array, { sha256, condition = false, signal }: PutAttempt) => {
    const command = new sdk.PutObjectCommand({
      ...named(key),
      Body: body,
      ContentLength: body.byteLength,
      ContentType: "application/octet-stream",
      ...(condition && { IfNoneMatch: "*" }),
      ...(sendsMd5 && { ContentMD5: createHash("md5").update(body).digest("base64") }),
    });
    if (sha256 !== undefined) {
      // The signature covers this header, and the store compares the body with it; the SDK takes it as it is.
      command.middlewareStack.add(
        (next) => (args) => {
          const { headers } = args.request as { readonly headers: Record<string, string> };
          headers["x-amz-content-sha256"] = sha256;
          return next(args);
        },
        { step: "build", name: "payloadDigest" },
      );
    }
    await client.send(command, { abortSignal: signal });
  };
  const head = async (key: string, signal: AbortSignal): Promise<ObjectInfo | null> => {
    try {
      const found = await client.send(new sdk.HeadObjectCommand(named(key)), { abortSignal: signal });
      return { key, size: found.ContentLength ?? 0, modifiedAt: found.LastModified?.getTime() ?? 0 };
    } catch (error) {
      const { status } = readFailure(error);
      if (status === undefined || status < 400 || status >= 500) throw error;
    }
    // The answer to HEAD has no body, so that it does not tell a missing bucket from a missing object.
    try {
      const found = await client.send(new sdk.GetObjectCommand({ ...named(key), Range: "bytes=0-0" }), {
        abortSignal: signal,
      });
      discard(found.Body as Readable);
      const size = Number(/\/(\d+)$/.exec(found.ContentRange ?? "")?.[1] ?? found.ContentLength ?? 0);
      return { key, size, modifiedAt: found.LastModified?.getTime() ?? 0 };
    } catch (error) {
      if (isAbsent(error)) return null;
      if (isEmptyObject(error)) return { key, size: 0, modifiedAt: 0 };
      throw error;
    }
  };
  const deleteOne = async (key: string, signal: AbortSignal | undefined): Promise<void> => {
    await requests.run(async (attempt) => {
      try {
        await client.send(new sdk.DeleteObjectCommand(named(key)), { abortSignal: attempt.signal });
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    }, signal);
  };
  /** Returns the keys that are still there though another try may delete them. */
  const deleteBatchOf = (keys: readonly string[], signal: AbortSignal | undefined): Promise<readonly string[]> =>
    requests.run(async (attempt) => {
      const { Errors = [] } = await client.send(
        new sdk.DeleteObjectsCommand({
          Bucket: bucket,
          Delete: { Quiet: true, Objects: keys.map((key) => ({ Key: named(key).Key })) },
        }),
        { abortSignal: attempt.signal },
      );
      return Errors.filter(({ Code }) => Code !== "NoSuchKey").map(({ Key = "" }) => Key.slice(prefix.length));
    }, signal);

  const get = async (key: string, { signal, maxBytes = Infinity }: GetCall = {}): Promise<Buffer | null> => {
    const request = new sdk.GetObjectCommand(named(key));
    return requests.run(async (attempt) => {
      let answer;
      try {
        answer = await client.send(request, { abortSignal: attempt.signal });
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
      const { idleMs } = policy;
      const body = await readBody(answer.Body as Readable, {
        length: answer.ContentLength,
        maxBytes,
        idleMs,
        signal: attempt.signal,
      });
      if (body === "too large") throw tooLarge(backend, key, maxBytes);
      return body;
    }, signal);
  };

  return {
    place,
    get,
    async put(key, body, { signal, onlyIfAbsent = false, sha256 } = {}) {
      named(key);
      // The SDK signs what it is given; this one does not look.
      if (sendsMd5) checkDigest(backend, key, body, sha256);
      // A store may refuse before it has read the body, and cut the line with its answer still on the way.
      let isAnswerLost = false;
      return requests.run(async (attempt) => {
        const { signal } = attempt;
        try {
          const looksFirst = onlyIfAbsent && (!isConditional || isAnswerLost);
          if (looksFirst && (await head(key, signal)) !== null) return "exists";
          await put(key, body, { sha256, condition: onlyIfAbsent && isConditional, signal });
          return "stored";
        } catch (error) {
          const failure = readFailure(error);
          isAnswerLost = failure.status === undefined;
          if (onlyIfAbsent && failure.status === 412) return "exists";
          if (verdictOf(failure) === "again" && sha256 !== undefined && !hasDigest(body, sha256)) {
            throw damaged(backend, key, error);
          }
          if (!onlyIfAbsent || !isConditional || !refusesConditions(failure)) throw error;
          if ((await head(key, signal)) !== null) return "exists";
          await put(key, body, { sha256, signal });
          // Only now is it known that the condition was what it refused.
          isConditional = false;
          return "stored";
        }
      }, signal);
    },
    async stat(key, { signal } = {}) {
      named(key);
      return requests.run((attempt) => head(key, attempt.signal), signal);
    },
    async *list(under, { signal } = {}) {
      let token: string | undefined;
      do {
        const page = await requests.run(
          (attempt) =>
            client.send(
              new sdk.ListObjectsV2Command({
                Bucket: bucket,
                Prefix: prefix + under,
                ...(pageSize !== undefined && { MaxKeys: pageSize }),
                ...(token !== undefined && { ContinuationToken: token }),
              }),
              { abortSignal: attempt.signal },
            ),
          signal,
        );
        for (const { Key = "", Size = 0, LastModified } of page.Contents ?? []) {
          const key = Key.slice(prefix.length);
          // Folders as some tools make them, and whatever else is no key.
          if (!isKey(key)) continue;
          yield { key, size: Size, modifiedAt: LastModified?.getTime() ?? 0 };
        }
        const next: string | undefined = page.IsTruncated === true ? page.NextContinuationToken : undefined;
        if (page.IsTruncated === true && (next === undefined || next === token)) throw endlessListing(backend);
        token = next;
      } while (token !== undefined);
    },
    async delete(keys, { signal } = {}) {
      keys.forEach(assertKey);
      let left: readonly string[] = [...new Set(keys)];
      while (deletesMany && left.length > 1) {
        const batch = left.slice(0, deleteBatch);
        try {
          const failed = await deleteBatchOf(batch, signal);
          // Each of them alone is tried again, and says why where it fails for good.
          for (const key of failed) await deleteOne(key, signal);
          left = left.slice(batch.length);
        } catch (error) {
          if (!(error instanceof BkcacheError) || !refusesMany(readFailure(error.cause))) throw error;
          deletesMany = false;
        }
      }
      await Promise.all(left.map((key) => deleteOne(key, signal)));
    },
    async touch(key, { signal } = {}) {
      const target = named(key);
      const writtenAt = await requests.run(async (attempt) => {
        try {
          // S3 refuses a copy onto itself that changes nothing.
          const answer = await client.send(
            new sdk.CopyObjectCommand({
              ...target,
              CopySource: `${percentEncode(bucket)}/${percentEncodeKey(target.Key)}`,
              MetadataDirective: "REPLACE",
              ContentType: "application/octet-stream",
              Metadata: { "updated-at": new Date().toISOString() },
            }),
            { abortSignal: attempt.signal },
          );
          return answer.CopyObjectResult?.LastModified?.getTime() ?? Date.now();
        } catch (error) {
          if (isAbsent(error)) return null;
          throw error;
        }
      }, signal);
      if (writtenAt === null) return false;
      if (Date.now() - writtenAt < largestClockError) return true;
      // A store that keeps files may change the metadata alone, so the bytes have to be written again.
      const body = await get(key, { signal });
      if (body === null) return false;
      await requests.run((attempt) => put(key, body, { signal: attempt.signal }), signal);
      return true;
    },
    close: () => client.destroy(),
  };
}

/** S3 refuses requests of clients whose clock is further off than 15 minutes. */
const largestClockError = 20 * 60_000;

interface GetCall {
  readonly signal?: AbortSignal | undefined;
  readonly maxBytes?: number;
}

interface PutAttempt {
  readonly sha256?: string | undefined;
  /** Writes only where no object has the key. */
  readonly condition?: boolean;
  readonly signal: AbortSignal;
}

type Failure = ReturnType<typeof readFailure>;

/** What stores answer that know no conditional put. */
function refusesConditions({ code, status }: Failure): boolean {
  if (status === 501 || code === "NotImplemented") return true;
  return status === 400 && !code.startsWith("XAmz") && !["BadDigest", "InvalidDigest", "RequestTimeout"].includes(code);
}

/** What stores answer that delete objects one by one only, or ask for another checksum of the list. */
function refusesMany({ code, status }: Failure): boolean {
  return status === 501 || status === 405 || (status === 400 && code !== "RequestTimeout");
}

function endlessListing(backend: string): BkcacheError {
  return new BkcacheError({
    code: "BK5010",
    message: `backend "${backend}": a page of a listing says that more follow, but not where`,
    hint: "the store breaks S3's protocol; bkcache will not take half of a listing for the whole",
  });
}
