import { kindOf, readFailure } from "./failure.ts";
import type { Upload } from "./object-store.ts";
import { createParts } from "./parts.ts";
import type { BucketPlace } from "./place.ts";
import type { Requests } from "./requests.ts";
import type { S3Session } from "./s3-client.ts";
import { checkDigest } from "./refusals.ts";
import { refusedDigest, requireAnswer, type S3Put } from "./s3-put.ts";
import type { S3Sender } from "./s3-sender.ts";

export interface S3UploadOptions {
  readonly place: BucketPlace;
  readonly load: () => Promise<S3Session>;
  readonly sender: S3Sender;
  readonly requests: Requests;
  readonly putting: Pick<S3Put, "ifAbsent">;
  /** The store is known not to compare a body with its signed digest. */
  readonly sendsMd5: boolean;
  /** Full name of the object. */
  readonly name: string;
  readonly onlyIfAbsent?: boolean;
  readonly signal?: AbortSignal;
}

/** Time in ms for a request to abort, which is sent though all else is over. */
const abortTimeout = 10_000;

/** A multipart upload: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html */
export async function beginS3Upload(options: S3UploadOptions): Promise<Upload> {
  const { place, load, sender, requests, putting, sendsMd5, name, onlyIfAbsent = false } = options;
  const key = name.slice(place.prefix.length);
  const ending = new AbortController();
  const signal = options.signal === undefined ? ending.signal : AbortSignal.any([options.signal, ending.signal]);
  const { sdk, client } = await load();
  const object = { Bucket: place.bucket, Key: name };
  const begin = new sdk.CreateMultipartUploadCommand({ ...object, ContentType: "application/octet-stream" });
  const UploadId = await requests.run(
    async (attempt) => requireAnswer((await client.send(begin, { abortSignal: attempt.signal })).UploadId),
    signal,
  );
  const upload = { ...object, UploadId };
  const parts = createParts<string>(name);
  const sending = new Set<Promise<unknown>>();
  let refusesUnsigned = false;

  /** What is still on its way could arrive after the abort, and stay. */
  const abort = async (): Promise<void> => {
    if (parts.hasEnded) return;
    parts.end();
    ending.abort(new Error(`the upload of ${name} is aborted`));
    await Promise.allSettled(sending);
    const command = new sdk.AbortMultipartUploadCommand(upload);
    // Not among the other requests: those end with the signal that may be the reason for this one.
    const send = () => client.send(command, { abortSignal: AbortSignal.timeout(abortTimeout) });
    await send()
      .catch(send)
      .catch(() => {});
  };
  const isGone = async (): Promise<boolean> => {
    try {
      await requests.run(async (attempt) => {
        await client.send(new sdk.ListPartsCommand({ ...upload, MaxParts: 1 }), { abortSignal: attempt.signal });
      }, signal);
      return false;
    } catch (error) {
      if (isUnknownUpload(error)) return true;
      throw error;
    }
  };

  return {
    async part(PartNumber, Body, { sha256, isChecked = false } = {}) {
      parts.check(PartNumber);
      if (sendsMd5 && !isChecked) checkDigest(place.backend, key, Body, sha256);
      const request = {
        method: "PUT",
        name,
        query: { partNumber: String(PartNumber), uploadId: UploadId },
        body: Body,
        sha256,
      } as const;
      // Not by the SDK, which takes as long for a part as its bytes take.
      const send = async (signal: AbortSignal) => {
        if (!isChecked || refusesUnsigned) return sender.send({ ...request, signal });
        try {
          return await sender.send({ ...request, isChecked, signal });
        } catch (error) {
          if (kindOf(readFailure(error)) !== "denied") throw error;
          const answer = await sender.send({ ...request, signal });
          // Only now is it known that the missing signature was what it refused, as the policy of a bucket may do.
          refusesUnsigned = true;
          return answer;
        }
      };
      const sent = requests.run(async (attempt) => {
        try {
          const answer = await send(attempt.signal);
          answer.on("error", () => {}).resume();
          parts.set(PartNumber, requireAnswer(answer.headers.etag));
        } catch (error) {
          throw refusedDigest({ backend: place.backend, key, body: Body, sha256, error }) ?? error;
        }
      }, signal);
      sending.add(sent);
      await sent.finally(() => sending.delete(sent));
    },
    async complete() {
      const Parts = parts.inOrder().map((ETag, index) => ({ PartNumber: index + 1, ETag }));
      let isFirst = true;
      const send = async (condition: object, signal: AbortSignal): Promise<void> => {
        const command = new sdk.CompleteMultipartUploadCommand({
          ...upload,
          MultipartUpload: { Parts },
          ...condition,
        });
        try {
          requireAnswer((await client.send(command, { abortSignal: signal })).ETag);
        } catch (error) {
          // An earlier try was heard, and only its answer was not.
          if (isFirst || !isUnknownUpload(error)) throw error;
        } finally {
          isFirst = false;
        }
      };
      let result: "stored" | "exists" = "stored";
      // An upload that is gone though nobody aborted it has become the object.
      if (onlyIfAbsent) result = await putting.ifAbsent(name, { send, isOurs: isGone, signal });
      else await requests.run((attempt) => send({}, attempt.signal), signal);
      if (result === "exists") await abort();
      parts.end();
      return result;
    },
    abort,
  };
}

function isUnknownUpload(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return readFailure(cause).code === "NoSuchUpload";
}
