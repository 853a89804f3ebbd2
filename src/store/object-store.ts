/** One object of a store. */
export interface ObjectInfo {
  /** Relative to the place that the store was opened at. */
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Time of the last write or touch, in ms since the epoch, by the store's clock. */
  readonly modifiedAt: number;
}

interface RequestOptions {
  readonly signal?: AbortSignal;
}

interface GetOptions extends RequestOptions {
  /** An object larger than this is refused with BK5020, not read. Bytes. */
  readonly maxBytes?: number;
}

interface PutOptions extends RequestOptions {
  /** Writes only where no object has the key; the answer is then "exists" for one that does. */
  readonly onlyIfAbsent?: boolean;
  /**
   * SHA-256 of the body in hex, where the caller has it: what was damaged on the way is then refused with BK5021 and
   * not stored.
   */
  readonly sha256?: string;
}

/**
 * A place for immutable objects under keys: a bucket's prefix or a folder. All keys are relative to that place, have `/`
 * between their parts, no empty, `.` or `..` part, none of more than 255 bytes, and no control characters. `a` and `a/b`
 * are not both keys, since a folder cannot hold both.
 *
 * An absent object is a value, not an error. What fails for good (after the store's own retries) throws a `BkcacheError`
 * of the 5xxx codes that names the backend. An aborted call rejects at once with the signal's reason; a put may then be
 * done or not.
 */
export interface ObjectStore {
  /** The place for people, such as `s3://bucket/prefix/`. */
  readonly place: string;
  /** The whole object, of exactly the length that the store says; null where there is none. */
  get(key: string, options?: GetOptions): Promise<Buffer | null>;
  /**
   * Stores the object whole or not at all. "exists" may mean an earlier try of the same call whose answer was lost.
   * The body must not change before the call is done.
   */
  put(key: string, body: Uint8Array, options?: PutOptions): Promise<"stored" | "exists">;
  /** Null where there is none. */
  stat(key: string, options?: RequestOptions): Promise<ObjectInfo | null>;
  /** Every object whose key begins with the prefix, page by page, in the order of the keys' bytes. */
  list(prefix: string, options?: RequestOptions): AsyncIterable<ObjectInfo>;
  /** Deletes what is there; keys that are not are no fault. */
  delete(keys: readonly string[], options?: RequestOptions): Promise<void>;
  /** Makes the object as young as one just written, on the store's side. False where there is none. */
  touch(key: string, options?: RequestOptions): Promise<boolean>;
  close(): void;
}
