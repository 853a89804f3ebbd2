import { setMaxListeners } from "node:events";
import { Readable } from "node:stream";
import { BkcacheError } from "../diagnostics/error.ts";
import { importWhole } from "../host/import-whole.ts";
import { createAgents } from "./agents.ts";
import { checkEndpoint, type Env } from "./endpoint.ts";
import { readFailure, verdictOf } from "./failure.ts";
import { answerError, classifyGcsError } from "./gcs-error.ts";
import { tokenError, tokenFinding } from "./gcs-token-error.ts";
import { googleTokenUrl, readGoogleFile } from "./google-credentials.ts";
import { createGoogleFetch } from "./google-fetch.ts";
import type { BucketPlace } from "./place.ts";
import { createRequests, type RequestPolicy } from "./requests.ts";
import { piecesOf, readBody } from "./transfer.ts";

export interface GcsClientOptions {
  readonly place: BucketPlace;
  /** Proxy variables; application default credentials are looked for in the environment of this process. */
  readonly env: Env;
  readonly signal: AbortSignal;
  readonly policy: RequestPolicy;
}

/** One request. */
export interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  /** Path and query behind the endpoint. */
  readonly path: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly parts?: readonly Uint8Array[];
  readonly maxBytes?: number;
}

export interface CallAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer | "too large";
  /** How often it was sent. */
  readonly tries: number;
}

/** An answer whose body is not yet read. */
export interface CallContent {
  readonly headers: Headers;
  readonly body: Readable;
}

export interface GcsClient {
  /**
   * Sends a request until it succeeds or fails for good.
   * @param expected statuses other than success that are answers; the others throw
   */
  readonly ask: (call: Call, expected: readonly number[], signal: AbortSignal | undefined) => Promise<CallAnswer>;
  /** Sends a request once, whatever the store's signal says, and leaves the body. @throws for every status but success. */
  open(call: Call, signal: AbortSignal): Promise<CallContent>;
  /** Retries what throws, with the other requests of the store. */
  run<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T>;
  readonly isPassing: (error: unknown) => boolean;
  readonly describe: (error: unknown) => BkcacheError;
  close(): void;
}

/** Of answers that are not an object's bytes. */
const maxAnswer = 16 * 2 ** 20;
const scope = "https://www.googleapis.com/auth/devstorage.read_write";

/**
 * Requests to a bucket of Google Cloud Storage. The SDK finds the credentials, keeps the access token fresh and sends the
 * requests; what it has above that (`Bucket`, `File`) can neither be aborted nor notice a dead connection, and computes
 * checksums in JavaScript.
 * @throws BkcacheError BK2043, BK5023.
 */
export async function createGcsClient({ place, env, signal: ofStore, policy }: GcsClientOptions): Promise<GcsClient> {
  const { backend, bucket, endpointUrl = "", insecure } = place;
  const { idleMs } = policy;
  const file = readGoogleFile(backend, env);
  const tokenUrl = file?.tokenUrl ?? null;
  const { stop } = checkEndpoint({ backend, url: tokenUrl ?? undefined, insecure, env });
  if (stop !== undefined) throw new BkcacheError(stop);
  const { Storage } = await importWhole(() => import("./gcs-sdk.ts"));
  muteLookup();
  // A body that is being read has a connection of its own; the requests are bounded below.
  const agents = createAgents(env, Infinity);
  const fetchImplementation = createGoogleFetch({
    agents,
    idleMs,
    instead: new Map(tokenUrl === null ? [] : [[googleTokenUrl, tokenUrl]]),
  });
  const storage = new Storage({
    apiEndpoint: endpointUrl,
    scopes: [scope],
    clientOptions: {
      transporterOptions: { fetchImplementation },
      ...(tokenUrl !== null && { additionalClaims: { aud: tokenUrl } }),
    },
  });
  // One listener for each request in flight is no leak.
  setMaxListeners(0, ofStore);
  const describe = (error: unknown): BkcacheError =>
    error instanceof BkcacheError
      ? error
      : (tokenFinding(error) ??
        new BkcacheError({ ...classifyGcsError(error, { backend, bucket, endpointUrl }), cause: error }));
  const requests = createRequests({
    policy,
    signal: ofStore,
    judge: { verdict: (error) => verdictOf(readFailure(error)), describe },
  });

  /** Sends one request. Statuses are answers; the line's failures throw. */
  const send = async ({ method, path, type, parts, headers }: Call, signal: AbortSignal) => {
    const length = parts?.reduce((sum, part) => sum + part.byteLength, 0) ?? 0;
    try {
      // Found, or renewed, before anything is sent, so that its failures are not taken for the bucket's.
      await storage.authClient.getRequestHeaders();
    } catch (error) {
      throw tokenError(error, { backend, type: file?.type });
    }
    return storage.authClient
      .request<Readable>({
        method,
        url: `${storage.apiEndpoint}${path}`,
        headers: {
          "content-length": String(length),
          ...(type !== undefined && { "content-type": type }),
          ...headers,
        },
        ...(parts !== undefined && { data: Readable.from(piecesOf(parts)) }),
        responseType: "stream",
        validateStatus: () => true,
        retry: false,
        signal,
      })
      .catch(strip);
  };
  const read = async (
    { status, headers, data }: Awaited<ReturnType<typeof send>>,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<Omit<CallAnswer, "tries">> => {
    const declared = headers.get("content-length");
    const length = declared === null ? undefined : Number(declared);
    const bound = isSuccess(status) ? maxBytes : maxAnswer;
    return { status, headers, body: await readBody(data, { length, maxBytes: bound, idleMs, signal }) };
  };
  const refusal = ({ status, body }: Pick<CallAnswer, "status" | "body">) =>
    answerError(status, body === "too large" ? Buffer.alloc(0) : body);

  return {
    ask: (call, expected, signal) =>
      requests.run(async (attempt) => {
        const answer = await read(await send(call, attempt.signal), call.maxBytes ?? maxAnswer, attempt.signal);
        if (isSuccess(answer.status) || expected.includes(answer.status)) {
          return { ...answer, tries: attempt.number };
        }
        throw refusal(answer);
      }, signal),
    async open(call, signal) {
      const answer = await send(call, signal);
      if (isSuccess(answer.status)) return { headers: answer.headers, body: answer.data };
      throw refusal(await read(answer, maxAnswer, signal));
    },
    run: (work, signal) => requests.run(work, signal),
    isPassing: (error) => verdictOf(readFailure(error)) !== "final",
    describe,
    close: () => agents.destroy(),
  };
}

let isMuted = false;

/** Looking for this machine's own account, the SDK warns on the terminal where there is none; that is an error of ours already. */
function muteLookup(): void {
  if (isMuted) return;
  isMuted = true;
  const emit = process.emitWarning.bind(process) as (...given: readonly unknown[]) => void;
  process.emitWarning = (...given: readonly unknown[]) => {
    if (given[1] !== "MetadataLookupWarning") emit(...given);
  };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Errors of the SDK hold the request with its token: of those only the reason goes on. */
function strip(error: unknown): never {
  const { code } = readFailure(error);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
  throw Object.assign(new Error(cause?.message ?? "the request failed"), { code });
}
