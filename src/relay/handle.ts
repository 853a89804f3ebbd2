import { chunksOf } from "../store/transfer.ts";
import { openBody } from "./body.ts";
import { S3Error } from "./errors.ts";
import { listObjects } from "./listing.ts";
import { abortUpload, completeUpload, createUpload, uploadPart, uploadPartCopy } from "./multipart.ts";
import { getObject, headObject } from "./read-object.ts";
import { type Answer, type S3Request, xmlAnswer } from "./request.ts";
import { type OperationName, routeOf } from "./routes.ts";
import { answerInTime, asS3Error, errorAnswer, type Rest, send } from "./send.ts";
import type { ServedStore } from "./served-store.ts";
import type { Exchange } from "./server.ts";
import { type Keys, type SignedRequest, verifySignature } from "./signature.ts";
import { copyObject, deleteObject, deleteObjects, putObject } from "./write-object.ts";

/** Who may use the relay. */
export interface RelayCaller {
  /** For reports: such as the target whose cache it is. */
  readonly name: string;
  readonly keys: Keys;
  readonly mayWrite: boolean;
  /** All of them where none are named. */
  readonly buckets?: readonly string[];
}

/** One request that has been answered, or whose client has gone. */
export interface Answered {
  /** Null for one that was not signed by a known key. */
  readonly caller: string | null;
  /** Null where it was refused before that was known. */
  readonly operation: OperationName | null;
  /** What it was refused with; its `cause` is why, where that is the relay's own failure or the store's. */
  readonly error: S3Error | null;
  readonly milliseconds: number;
}

export interface HandlerOptions {
  readonly buckets: ReadonlyMap<string, ServedStore>;
  readonly callers: readonly RelayCaller[];
  /** Answers to requests that need no signature; null for all others. */
  readonly page: (method: string, path: string) => Answer | null;
  readonly now: () => number;
  readonly onAnswered: (answered: Answered) => void;
}

/** Refused bodies are read to this many bytes and ms, so that the client gets to read why. Fewer of a stranger's. */
const restOfKnown = { most: 16 * 2 ** 20, ms: 5_000 };
const restOfStranger = { most: 64 * 1024, ms: 1_000 };

/** Answers one request: verifies who asks, finds out what for, and does it. */
export function createHandler(options: HandlerOptions): (exchange: Exchange) => Promise<void> {
  const { buckets, page, now, onAnswered } = options;
  const callers = new Map(options.callers.map((caller) => [caller.keys.accessKeyId, caller]));

  const operate = async (exchange: Exchange, known: Known): Promise<Answer> => {
    const { request, signal } = exchange;
    const { signed, caller } = known;
    const { method = "", headers } = request;
    const operation = routeOf({ method, target: request.url ?? "", copies: "x-amz-copy-source" in headers });
    known.operation = operation.name;
    const mayUse = (name: string): boolean => caller.buckets === undefined || caller.buckets.includes(name);
    const storeOf = (name: string): ServedStore => {
      const store = buckets.get(name);
      if (store === undefined) throw new S3Error("NoSuchBucket", `there is no bucket ${name}`);
      if (!mayUse(name)) throw new S3Error("AccessDenied", `this key is not for the bucket ${name}`);
      return store;
    };
    if (operation.name === "ListBuckets") {
      const Bucket = [...buckets.keys()].filter(mayUse).map((Name) => ({ Name, CreationDate: creationDate }));
      return xmlAnswer("ListAllMyBucketsResult", { Buckets: { Bucket } });
    }
    const store = storeOf(operation.bucket);
    if (operation.isWrite && !caller.mayWrite) throw new S3Error("AccessDenied", "this key may only read");
    if (Object.keys(headers).some((name) => name.includes("server-side-encryption-customer")))
      throw new S3Error("NotImplemented", "keys of customers are not served");
    return operations[operation.name]({
      operation,
      headers,
      caller: { name: caller.name, signal },
      store,
      storeOf,
      body: ({ hasChecksums } = { hasChecksums: true }) =>
        openBody({ headers, signed, bytes: { [Symbol.asyncIterator]: () => known.bytes }, hasChecksums }),
    });
  };

  return async (exchange) => {
    const started = performance.now();
    const { request, signal } = exchange;
    const { method = "", url = "" } = request;
    let isAwaited = exchange.awaitsContinue;
    const bytes = bodyOf(exchange, () => (isAwaited = false));
    let known: Known | null = null;
    let refusal: S3Error | null = null;
    let answer: Answer;
    try {
      const free = request.headers.authorization === undefined ? page(method, url) : null;
      if (free !== null) return await send(exchange, free, null);
      const head = { method, target: url, rawHeaders: request.rawHeaders };
      const signed = verifySignature(head, { secretOf: (id) => callers.get(id)?.keys.secretAccessKey, now: now() });
      const caller = callers.get(signed.accessKeyId);
      if (caller === undefined) throw new Error("a key that is known belongs to a caller");
      known = { signed, caller, bytes, operation: null };
      const work = operate(exchange, known);
      answer = await (slow.has(known.operation ?? "") ? answerInTime(work, url) : work);
    } catch (error) {
      refusal = asS3Error(error);
      answer = errorAnswer(refusal, url);
    }
    const rest: Rest | null = isAwaited ? null : { bytes, ...(known === null ? restOfStranger : restOfKnown) };
    try {
      await send(exchange, answer, rest);
    } catch (error) {
      refusal ??= asS3Error(error);
    }
    // That the client has gone is no failure of anybody here.
    if (signal.aborted && (refusal?.cause === signal.reason || refusal?.cause === request.errored)) refusal = null;
    onAnswered({
      caller: known?.caller.name ?? null,
      operation: known?.operation ?? null,
      error: refusal,
      milliseconds: performance.now() - started,
    });
  };
}

interface Known {
  readonly signed: SignedRequest;
  readonly caller: RelayCaller;
  readonly bytes: AsyncGenerator<Buffer, void, undefined>;
  operation: OperationName | null;
}

/** Buckets of the relay have no time of their own. */
const creationDate = new Date(0).toISOString();

const operations: Readonly<Record<Exclude<OperationName, "ListBuckets">, (request: S3Request) => Promise<Answer>>> = {
  HeadBucket: async () => ({ status: 200, headers: { "content-length": 0 } }),
  GetBucketLocation: async () => xmlAnswer("LocationConstraint", ""),
  ListObjects: listObjects,
  ListObjectsV2: listObjects,
  HeadObject: headObject,
  GetObject: getObject,
  PutObject: putObject,
  CopyObject: copyObject,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  CreateMultipartUpload: createUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  CompleteMultipartUpload: completeUpload,
  AbortMultipartUpload: abortUpload,
};

/** What a store may take its time for, and clients know to wait for. */
const slow: ReadonlySet<string> = new Set(["CompleteMultipartUpload", "CopyObject", "UploadPartCopy"]);

/** The body as it is on the line. A client that waits to be asked for it is asked when somebody reads. */
async function* bodyOf(exchange: Exchange, onRead: () => void): AsyncGenerator<Buffer, void, undefined> {
  const { request, response, awaitsContinue, idleMs, signal } = exchange;
  if (awaitsContinue) response.writeContinue();
  onRead();
  yield* chunksOf(request, { idleMs, signal });
}
