import { type Hash, randomBytes } from "node:crypto";
import type { ObjectStore, Upload } from "../store/object-store.ts";
import type { Background } from "./background.ts";
import type { Buffers } from "./buffers.ts";
import { S3Error } from "./errors.ts";
import { digestOf, type Layout } from "./names.ts";
import { checkDigests, collect } from "./receive.ts";
import { sha256 } from "./sha256.ts";
import type { Caller, IncomingBody } from "./served-store.ts";
import type { Spool } from "./spool.ts";
import { refusing } from "./store-failure.ts";
import type { Tier } from "./tier.ts";
import { createUploadDigest, type UploadDigest } from "./upload-digest.ts";
import type { Writes } from "./writes.ts";

export interface UploadsOptions {
  readonly store: ObjectStore;
  readonly tier: Tier | null;
  readonly layout: Layout;
  readonly spool: Spool;
  readonly buffers: Buffers;
  readonly background: Background;
  readonly writes: Writes;
  /** Of the relay: an upload lives longer than the request that begins it. */
  readonly signal: AbortSignal;
  /** Time in ms in which nothing comes, after which an upload is aborted. */
  readonly idleMs?: number;
}

interface UploadRef {
  readonly id: string;
  readonly key: string;
}

interface IncomingPart extends UploadRef {
  readonly number: number;
  readonly body: IncomingBody;
  readonly caller: Caller;
}

interface Part {
  readonly etag: string;
  readonly size: number;
}

interface Completion extends UploadRef {
  readonly parts: readonly { readonly number: number; readonly etag: string }[];
}

export interface Uploads {
  create(key: string): Promise<string>;
  part(incoming: IncomingPart): Promise<Part>;
  /** Returns the bytes of the object. */
  complete(completion: Completion): Promise<number>;
  /** Harmless for one that has ended. */
  abort(upload: UploadRef): Promise<void>;
  /** Aborts what is under way. */
  close(): Promise<void>;
}

/** BuildKit's parts have 8 MiB, and other clients' no more than they hold in memory themselves. */
const maxPartBytes = 64 * 2 ** 20;
const maxOpen = 1_000;

interface OpenUpload {
  readonly key: string;
  readonly upload: Upload;
  /** Parts that the bucket has. */
  readonly stored: Map<number, Part>;
  /** SHA-256 of the parts that the digest of all has been given. */
  readonly digested: Map<number, string>;
  /** The last request for each part: a client that hears nothing may send it again meanwhile. */
  readonly receiving: Map<number, Promise<unknown>>;
  /** Null where the key names no digest. */
  readonly digest: UploadDigest | null;
  /** Tells those that wait for the object. */
  readonly settle: () => void;
  readonly timer: NodeJS.Timeout;
  completing: Promise<number> | null;
}

/**
 * Uploads in parts. Each part goes on to the bucket as it comes; of a blob the digest is computed beside it, and the upload is
 * completed only where that is the one that its key names. Until then nobody sees the object.
 */
export function createUploads(options: UploadsOptions): Uploads {
  const { store, tier, layout, spool, buffers, background, writes, signal, idleMs = 10 * 60_000 } = options;
  const uploads = new Map<string, OpenUpload>();
  /** Those that are complete: a client whose answer was lost asks again. */
  const completed = new Map<string, { readonly key: string; readonly size: number }>();

  const find = ({ id, key }: UploadRef): OpenUpload => {
    const found = uploads.get(id);
    if (found?.key !== key) throw new S3Error("NoSuchUpload", `there is no such upload of ${key}`);
    found.timer.refresh();
    return found;
  };
  const abort = async (id: string): Promise<void> => {
    const found = uploads.get(id);
    if (found === undefined) return;
    uploads.delete(id);
    clearTimeout(found.timer);
    await Promise.all([found.upload.abort(), found.digest?.discard()]);
    found.settle();
  };
  const receive = async (to: OpenUpload, { number, body, caller }: IncomingPart): Promise<Part> => {
    const { upload, stored, digested, digest } = to;
    const loan = await buffers.lend(body.size, caller.signal);
    const { bytes } = loan;
    let isFree = false;
    let digesting = Promise.resolve();
    try {
      const isAgain = digested.has(number);
      let begun: Hash | null = null;
      await collect(body, bytes, (start, end) => {
        if (begun === null && !isAgain) [begun, start] = [digest?.begin(number) ?? null, 0];
        begun?.update(bytes.subarray(start, end));
      });
      const etag = body.sha256 === null || isAgain ? sha256(bytes) : body.sha256;
      // The digest of all is that of the bytes that came first.
      if (isAgain) checkDigests(etag, { signed: body.sha256, named: digested.get(number) ?? null });
      let isKept = false;
      if (digest !== null && !isAgain) {
        digested.set(number, etag);
        digesting = digest.add(number, { bytes, keep: () => (isKept = loan.keep()) }, begun);
        digesting.catch(() => {});
      }
      // The bucket compares the part with what was signed, where no digest of all does.
      await upload.part(number, bytes, { sha256: etag, isChecked: digest !== null && !isAgain });
      // The turn of what is kept may come with a part that the client sends once it has this answer.
      if (!isKept) await digesting;
      const part = { etag, size: bytes.length };
      stored.set(number, part);
      isFree = true;
      return part;
    } finally {
      // Whatever fails, bucket and digest are done with the bytes before they go.
      background.add(digesting.catch(() => {}).then(() => loan.giveBack(isFree)));
    }
  };
  const complete = async ({ id, key, parts }: Completion, from: OpenUpload): Promise<number> => {
    const { upload, stored, digest } = from;
    for (const [index, { number, etag }] of parts.entries()) {
      if (number !== index + 1 || stored.get(number)?.etag !== etag) {
        throw new S3Error("InvalidPart", `part ${number} is not the one that was stored, or not the next`);
      }
    }
    if (parts.length === 0 || parts.length !== stored.size) {
      throw new S3Error("InvalidPart", `${stored.size} parts were stored, not ${parts.length}`);
    }
    if (digest !== null) {
      const actual = await refusing(() => digest.finish(parts.length));
      const named = digestOf(key, layout);
      if (actual !== named) {
        await abort(id);
        checkDigests(actual, { signed: null, named });
      }
    }
    await refusing(() => upload.complete());
    const size = [...stored.values()].reduce((sum, part) => sum + part.size, 0);
    uploads.delete(id);
    clearTimeout(from.timer);
    if (digest !== null) background.add(digest.keep());
    completed.set(id, { key, size });
    for (const oldest of completed.keys()) if (completed.size > maxOpen) completed.delete(oldest);
    from.settle();
    return size;
  };

  return {
    async create(key) {
      if (uploads.size >= maxOpen) throw new S3Error("SlowDown", "too many uploads are open");
      const upload = await refusing(() => store.upload(key, { signal }));
      const id = randomBytes(18).toString("base64url");
      const hex = digestOf(key, layout);
      let settle = (): void => {};
      void writes.track(key, new Promise<void>((resolve) => (settle = resolve)));
      uploads.set(id, {
        key,
        upload,
        stored: new Map(),
        digested: new Map(),
        receiving: new Map(),
        digest: hex === null ? null : createUploadDigest({ hex, spool, tier }),
        settle,
        timer: setTimeout(() => background.add(abort(id)), idleMs).unref(),
        completing: null,
      });
      return id;
    },
    async part(incoming) {
      const { number, body } = incoming;
      const to = find(incoming);
      if (body.size > maxPartBytes) throw new S3Error("EntityTooLarge", `a part has at most ${maxPartBytes} bytes`);
      const earlier = to.receiving.get(number) ?? Promise.resolve();
      const received = earlier.then(() => refusing(() => receive(to, incoming)));
      const settled = received.catch(() => {});
      to.receiving.set(number, settled);
      return received.finally(() => {
        to.timer.refresh();
        if (to.receiving.get(number) === settled) to.receiving.delete(number);
      });
    },
    async complete(completion) {
      const done = completed.get(completion.id);
      if (done?.key === completion.key) return done.size;
      const from = find(completion);
      from.completing ??= complete(completion, from).finally(() => (from.completing = null));
      return from.completing;
    },
    async abort({ id, key }) {
      if (uploads.get(id)?.key === key) await abort(id);
    },
    async close() {
      await Promise.all([...uploads.keys()].map(abort));
    },
  };
}
