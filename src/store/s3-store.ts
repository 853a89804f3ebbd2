import { BkcacheError } from "../diagnostics/error.ts";
import { readFailure } from "./failure.ts";
import { assertKey, comesAfter, isKey, percentEncode, percentEncodeKey } from "./keys.ts";
import type { ObjectStore } from "./object-store.ts";
import type { BucketPlace } from "./place.ts";
import { defaultPolicy, type RequestPolicy } from "./requests.ts";
import { loadS3Client, type S3ClientOptions, type S3Session } from "./s3-client.ts";
import { isAbsent } from "./s3-error.ts";
import { readPage } from "./s3-list.ts";
import { createS3Put, requireAnswer } from "./s3-put.ts";
import { createS3Reader, createS3Requests } from "./s3-reader.ts";
import { createS3Sender } from "./s3-sender.ts";
import { beginS3Upload } from "./s3-upload.ts";

export interface S3StoreOptions extends Omit<S3ClientOptions, "policy"> {
  /** The prefix ends with `/`, or is empty. */
  readonly place: BucketPlace;
  readonly signal: AbortSignal;
  /** The store is known not to compare a body with its signed digest: it gets an MD5 as well. */
  readonly sendsMd5?: boolean;
  readonly policy?: RequestPolicy;
  /** Keys of one page of a listing, at most 1000. */
  readonly pageSize?: number;
}

/** Keys in one request to delete; S3's own bound. */
const deleteBatch = 1_000;
/** S3 refuses requests of clients whose clock is further off than 15 minutes. */
const largestClockError = 20 * 60_000;

/**
 * Objects in a bucket of Amazon S3 or of what speaks its protocol. To read, list and put whole objects needs no SDK; all else
 * loads it.
 * @throws BkcacheError BK5007 where AWS_CA_BUNDLE cannot be read
 */
export function createS3Store(options: S3StoreOptions): ObjectStore {
  const { place, signal, sendsMd5 = false, policy = defaultPolicy, pageSize } = options;
  const { backend, bucket, prefix } = place;
  const shared = { ...options, policy };
  const sender = createS3Sender(place, shared);
  const reader = createS3Reader(place, shared, sender);
  const requests = createS3Requests(place, { policy, signal });
  let session: Promise<S3Session> | undefined;
  const load = (): Promise<S3Session> => (session ??= loadS3Client(place, shared));
  const nameOf = (key: string): string => {
    assertKey(key);
    return prefix + key;
  };
  const putting = createS3Put({ place, sender, requests, reader, sendsMd5 });
  /** Whether the store deletes many objects at once. */
  let deletesMany = true;

  const deleteOne = async (key: string, signal: AbortSignal | undefined): Promise<void> => {
    const { sdk, client } = await load();
    await requests.run(async (attempt) => {
      try {
        await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: nameOf(key) }), {
          abortSignal: attempt.signal,
        });
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    }, signal);
  };
  /** Returns the keys that are still there though another try may delete them. */
  const deleteBatchOf = async (
    keys: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<readonly string[]> => {
    const { sdk, client } = await load();
    const Objects = keys.map((key) => ({ Key: nameOf(key) }));
    return requests.run(async (attempt) => {
      const command = new sdk.DeleteObjectsCommand({ Bucket: bucket, Delete: { Quiet: true, Objects } });
      const { Errors = [] } = await client.send(command, { abortSignal: attempt.signal });
      return Errors.filter(({ Code }) => Code !== "NoSuchKey").map(({ Key = "" }) => Key.slice(prefix.length));
    }, signal);
  };

  return {
    place: `${place.type}://${bucket}/${prefix}`,
    get: async (key, calling) => reader.get(nameOf(key), calling),
    read: async (key, calling) => reader.read(nameOf(key), calling),
    stat: async (key, calling) => reader.stat(nameOf(key), calling),
    put: async (key, body, calling) => putting.put(nameOf(key), body, calling),
    upload: async (key, calling) =>
      beginS3Upload({ place, load, sender, requests, putting, sendsMd5, name: nameOf(key), ...calling }),
    async *list(under, { signal, startAfter } = {}) {
      const { idleMs } = policy;
      const from = startAfter === undefined ? undefined : prefix + startAfter;
      let token: string | undefined;
      do {
        const asked = { prefix: prefix + under, size: pageSize, token, startAfter: from, idleMs };
        const page = await requests.run((attempt) => readPage(sender, { ...asked, signal: attempt.signal }), signal);
        for (const object of page.objects) {
          const key = object.key.slice(prefix.length);
          // Folders as some tools make them, and whatever else is no key.
          if (isKey(key) && comesAfter(key, startAfter)) yield { ...object, key };
        }
        const next = page.isTruncated ? page.token : undefined;
        if (page.isTruncated && (next === undefined || next === token)) throw endlessListing(backend);
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
      const name = nameOf(key);
      const { sdk, client } = await load();
      const writtenAt = await requests.run(async (attempt) => {
        try {
          // S3 refuses a copy onto itself that changes nothing.
          const command = new sdk.CopyObjectCommand({
            Bucket: bucket,
            Key: name,
            CopySource: `${percentEncode(bucket)}/${percentEncodeKey(name)}`,
            MetadataDirective: "REPLACE",
            ContentType: "application/octet-stream",
            Metadata: { "updated-at": new Date().toISOString() },
          });
          const answer = await client.send(command, { abortSignal: attempt.signal });
          const { ETag, LastModified } = answer.CopyObjectResult ?? {};
          requireAnswer(ETag ?? LastModified);
          return LastModified?.getTime() ?? Date.now();
        } catch (error) {
          if (isAbsent(error)) return null;
          throw error;
        }
      }, signal);
      if (writtenAt === null) return false;
      if (Date.now() - writtenAt < largestClockError) return true;
      // A store that keeps files may change the metadata alone, so the bytes have to be written again.
      const within = signal === undefined ? {} : { signal };
      const body = await reader.get(name, within);
      if (body === null) return false;
      await putting.put(name, body, within);
      return true;
    },
    close() {
      reader.close();
      session?.then(
        ({ client }) => client.destroy(),
        () => {},
      );
    },
  };
}

/** What stores answer that delete objects one by one only, or ask for another checksum of the list. */
function refusesMany({ code, status }: ReturnType<typeof readFailure>): boolean {
  return status === 501 || status === 405 || (status === 400 && code !== "RequestTimeout");
}

function endlessListing(backend: string): BkcacheError {
  return new BkcacheError({
    code: "BK5010",
    message: `backend "${backend}": a page of a listing says that more follow, but not where`,
    hint: "the store breaks S3's protocol; bkcache will not take half of a listing for the whole",
  });
}
