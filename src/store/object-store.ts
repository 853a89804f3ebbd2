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

export interface PutOptions extends RequestOptions {
  /** Writes only where no object has the key; the answer is then "exists" for one that does. */
  readonly onlyIfAbsent?: boolean;
  /**
   * SHA-256 of the body in hex, where the caller has it: what was damaged on the way is then refused with BK5021 and
   * not stored.
   */
  readonly sha256?: string;
}

interface ListOptions extends RequestOptions {
  /** Only keys that come after this text, which need not be one. */
  readonly startAfter?: string;
}

/** Which bytes of an object: from `start` up to but not with `end`, or to its last; or as many of the last ones. */
export type ByteRange = { readonly start: number; readonly end?: number } | { readonly last: number };

interface ReadOptions extends RequestOptions {
  /** What lies beyond the end is left out, so that the body may be empty. Without it all bytes come. */
  readonly range?: ByteRange;
}

/** An object whose bytes come as they are asked for. */
export interface ObjectContent {
  /** Bytes of the entire object. */
  readonly size: number;
  readonly modifiedAt: number;
  /** Another one for other contents: the ETag or generation. */
  readonly version: string;
  /** Where in the object the body begins. */
  readonly start: number;
  /**
   * Exactly the bytes asked for, of one version, or an error, never fewer. A line that breaks is taken up where it broke.
   * Nothing is read ahead of who reads, who may take any time. Can be read once.
   */
  readonly body: AsyncIterable<Buffer>;
  /** Ends the transfer; for a body that is not read to its end. */
  close(): void;
}

export interface PartOptions extends Pick<PutOptions, "sha256"> {
  /**
   * The caller completes the object only where all of its bytes have the digest that they should have, so that the store
   * compares a part with its own only where the line does not protect it.
   */
  readonly isChecked?: boolean;
}

/**
 * An object that is written in parts. Nothing of it can be seen before it is complete; whoever does not complete it
 * aborts it, after a failure too.
 */
export interface Upload {
  /**
   * Stores one part, numbered from 1; in any order, several at once. The same number again replaces it. Each but the last
   * has at least 5 MiB. The bytes must not change before the call is done. With `sha256` as for `put`.
   */
  part(number: number, body: Uint8Array, options?: PartOptions): Promise<void>;
  /**
   * Puts the parts together by their numbers.
   * @throws Error where a number is missing, or there is no part at all.
   */
  complete(): Promise<"stored" | "exists">;
  /** Removes what was sent. Harmless after the end. */
  abort(): Promise<void>;
}

/** The reading half of `ObjectStore`. */
export interface ObjectReader {
  /** The whole object, of exactly the length that the store says; null where there is none. */
  get(key: string, options?: GetOptions): Promise<Buffer | null>;
  /** Null where there is none. */
  read(key: string, options?: ReadOptions): Promise<ObjectContent | null>;
  /** Null where there is none. */
  stat(key: string, options?: RequestOptions): Promise<ObjectInfo | null>;
  close(): void;
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
export interface ObjectStore extends ObjectReader {
  /** The place for people, such as `s3://bucket/prefix/`. */
  readonly place: string;
  /**
   * Stores the object whole or not at all; what an earlier try of the same call stored, whose answer was lost, is "stored".
   * The body must not change before the call is done.
   */
  put(key: string, body: Uint8Array, options?: PutOptions): Promise<"stored" | "exists">;
  /**
   * Begins an object that is written in parts.
   * @param options with `onlyIfAbsent`, it is written only where no object has the key when it is complete
   */
  upload(key: string, options?: RequestOptions & Pick<PutOptions, "onlyIfAbsent">): Promise<Upload>;
  /** Every object whose key begins with the prefix, page by page, in the order of the keys' bytes. */
  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectInfo>;
  /** Deletes what is there; keys that are not are no fault. */
  delete(keys: readonly string[], options?: RequestOptions): Promise<void>;
  /** Makes the object as young as one just written, on the store's side. False where there is none. */
  touch(key: string, options?: RequestOptions): Promise<boolean>;
}
