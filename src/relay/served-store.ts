import type { ByteRange, ObjectContent, ObjectInfo } from "../store/object-store.ts";

/** Who asks. One that may not write is refused before its request comes here. */
export interface Caller {
  /** Of the key that signed the request, so that a report knows which target it was for. */
  readonly name: string;
  /** Aborted where the client has gone, took too long, or the relay stops. */
  readonly signal: AbortSignal;
}

export interface StoredObject {
  /** Bytes. */
  readonly size: number;
  /** In ms since the epoch. */
  readonly modifiedAt: number;
  /** Another one for other contents; without quotes. The same from `head` and `get`. */
  readonly etag: string;
}

export interface IncomingBody {
  /**
   * Without the framing of aws-chunked. Can be read once; nothing is read ahead of who reads. As many as `size`, and of the
   * checksums and signatures of chunks that were sent with them, else it throws an `S3Error` in place of its end: what was
   * read before then is not to be kept. Aborted, it throws the reason of the caller's signal.
   */
  readonly bytes: AsyncIterable<Buffer>;
  readonly size: number;
  /**
   * SHA-256 in hex that the client signed; null where it signed none. Whoever keeps the bytes verifies it, beside the main
   * thread where it can, and refuses others with XAmzContentSHA256Mismatch.
   */
  readonly sha256: string | null;
}

interface UploadRef {
  readonly id: string;
  readonly key: string;
  readonly caller: Caller;
}

/**
 * What one bucket of the relay serves: a backend's place, with its tier. All keys are relative to that place, and such as
 * `ObjectStore` allows. A refusal is an `S3Error`; what else is thrown is an InternalError for the client.
 */
export interface ServedStore {
  /** Of the bucket, never of the tier: other machines must find what this one was told is there. Null where there is none. */
  head(key: string, caller: Caller): Promise<StoredObject | null>;
  /** Null where there is none. A range that begins beyond the end has an empty body. */
  get(
    key: string,
    options: { readonly range: ByteRange | null; readonly caller: Caller },
  ): Promise<(ObjectContent & StoredObject) | null>;
  /**
   * Stores the object once its body is verified (`sha256` too), or leaves all as it was.
   * @throws S3Error PreconditionFailed with `onlyIfAbsent` where the key has an object
   */
  put(options: {
    readonly key: string;
    readonly body: IncomingBody;
    readonly onlyIfAbsent: boolean;
    readonly caller: Caller;
  }): Promise<StoredObject>;
  /** Makes the object as young as one just written. Null where there is none. */
  touch(key: string, caller: Caller): Promise<StoredObject | null>;
  /** In the order of the keys' bytes, those after `startAfter` where it is given. */
  list(
    prefix: string,
    options: { readonly startAfter: string | null; readonly caller: Caller },
  ): AsyncIterable<ObjectInfo & Pick<StoredObject, "etag">>;
  /** Keys that are not there are no fault. */
  delete(keys: readonly string[], caller: Caller): Promise<void>;
  /** The id of the upload: letters, digits, `-` and `_`. */
  createUpload(key: string, caller: Caller): Promise<string>;
  /** Parts are numbered from 1 to 10,000; the same number again replaces it. */
  uploadPart(
    options: UploadRef & { readonly number: number; readonly body: IncomingBody },
  ): Promise<{ readonly etag: string }>;
  /** @param options the parts in the order of their numbers, each once; with `onlyIfAbsent` as for `put` */
  completeUpload(
    options: UploadRef & {
      readonly parts: readonly { readonly number: number; readonly etag: string }[];
      readonly onlyIfAbsent: boolean;
    },
  ): Promise<StoredObject>;
  /** Harmless for an upload that has ended. */
  abortUpload(options: UploadRef): Promise<void>;
}
