import { createHash, randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import { Readable } from "node:stream";
import { BkcacheError } from "../diagnostics/error.ts";
import { importWhole } from "../host/import-whole.ts";
import { fieldOf, listOf, parseJson } from "../host/json.ts";
import { createAgents } from "./agents.ts";
import { checkEndpoint, type Env } from "./endpoint.ts";
import { readFailure, verdictOf } from "./failure.ts";
import { googleTokenUrl, readTokenUrl } from "./gcs-credentials.ts";
import { answerError, classifyGcsError } from "./gcs-error.ts";
import { tokenError, tokenFinding } from "./gcs-token.ts";
import { createGoogleFetch } from "./google-fetch.ts";
import { assertKey, isKey, percentEncode } from "./keys.ts";
import type { ObjectInfo, ObjectStore } from "./object-store.ts";
import { checkDigest, tooLarge } from "./refusals.ts";
import { createRequests, defaultPolicy, type RequestPolicy } from "./requests.ts";
import { readBody } from "./transfer.ts";

export interface GcsStoreOptions {
  /** Name of the backend in the config. */
  readonly backend: string;
  readonly bucket: string;
  /** Ends with `/`, or is empty. */
  readonly prefix: string;
  /** The place for people. */
  readonly place: string;
  readonly endpointUrl: string;
  /** Whether plain http is accepted for this backend. */
  readonly insecure: boolean;
  /** Proxy variables; application default credentials are looked for in the environment of this process. */
  readonly env: Env;
  readonly signal: AbortSignal;
  readonly policy?: RequestPolicy;
  /** Keys of one page of a listing, at most 1000. */
  readonly pageSize?: number;
}

interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  /** Path and query behind the endpoint. */
  readonly path: string;
  readonly type?: string;
  readonly parts?: readonly Uint8Array[];
  readonly maxBytes?: number;
}

interface CallAnswer {
  readonly status: number;
  readonly body: Buffer | "too large";
}

/** Of answers that are not an object's bytes. */
const maxAnswer = 16 * 2 ** 20;
const scope = "https://www.googleapis.com/auth/devstorage.read_write";

/**
 * Objects in a bucket of Google Cloud Storage. The SDK finds the credentials, keeps the access token fresh and sends the
 * requests; what it has above that (`Bucket`, `File`) can neither be aborted nor notice a dead connection, and computes
 * checksums in JavaScript.
 * @throws BkcacheError BK2043, BK5023.
 */
export async function createGcsStore(options: GcsStoreOptions): Promise<ObjectStore> {
  const { backend, bucket, prefix, place, env, signal, policy = defaultPolicy, pageSize = 1_000 } = options;
  const tokenUrl = readTokenUrl(backend, env);
  const { stop } = checkEndpoint({ backend, url: tokenUrl ?? undefined, insecure: options.insecure, env });
  if (stop !== undefined) throw new BkcacheError(stop);
  const { Storage } = await importWhole(() => import("./gcs-sdk.ts"));
  const agents = createAgents(env, policy.concurrency);
  const fetchImplementation = createGoogleFetch({
    agents,
    idleMs: policy.idleMs,
    instead: new Map(tokenUrl === null ? [] : [[googleTokenUrl, tokenUrl]]),
  });
  const storage = new Storage({
    apiEndpoint: options.endpointUrl,
    scopes: [scope],
    clientOptions: {
      transporterOptions: { fetchImplementation },
      ...(tokenUrl !== null && { additionalClaims: { aud: tokenUrl } }),
    },
  });
  // One listener for each request in flight is no leak.
  setMaxListeners(0, signal);
  const requests = createRequests({
    policy,
    signal,
    judge: {
      verdict: (error) => verdictOf(readFailure(error)),
      describe: (error) =>
        tokenFinding(error) ?? new BkcacheError({ ...classifyGcsError(error, options), cause: error }),
    },
  });

  /** Sends one request. Statuses are answers; the line's failures throw. */
  const send = async (call: Call, signal: AbortSignal): Promise<CallAnswer> => {
    const { method, path, type, parts, maxBytes = maxAnswer } = call;
    const length = parts?.reduce((sum, part) => sum + part.byteLength, 0) ?? 0;
    try {
      // Found, or renewed, before anything is sent, so that its failures are not taken for the bucket's.
      await storage.authClient.getRequestHeaders();
    } catch (error) {
      throw tokenError(error, backend);
    }
    const answer = await storage.authClient
      .request<Readable>({
        method,
        url: `${storage.apiEndpoint}${path}`,
        headers: {
          "content-length": String(length),
          ...(type !== undefined && { "content-type": type }),
        },
        ...(parts !== undefined && { data: Readable.from(parts) }),
        responseType: "stream",
        validateStatus: () => true,
        retry: false,
        signal,
      })
      .catch(strip);
    const told = answer.headers.get("content-length");
    const { idleMs } = policy;
    const body = await readBody(answer.data, {
      length: told === null ? undefined : Number(told),
      maxBytes: answer.status < 300 ? maxBytes : maxAnswer,
      idleMs,
      signal,
    });
    return { status: answer.status, body };
  };
  /** The same, with retries; statuses other than success and `expected` throw. */
  const ask = (call: () => Call, expected: readonly number[], signal: AbortSignal | undefined): Promise<CallAnswer> =>
    requests.run(async (attempt) => {
      const answer = await send(call(), attempt.signal);
      const { status, body } = answer;
      if ((status >= 200 && status < 300) || expected.includes(status)) return answer;
      throw answerError(status, body === "too large" ? Buffer.alloc(0) : body);
    }, signal);

  const objects = `/storage/v1/b/${percentEncode(bucket)}/o`;
  const nameOf = (key: string): string => {
    assertKey(key);
    return prefix + key;
  };
  const pathOf = (key: string): string => `${objects}/${percentEncode(nameOf(key))}`;
  /** A missing object and a missing bucket answer alike, so the bucket is asked for at the first that is missing. */
  let isBucketKnown = false;
  const absent = async (signal: AbortSignal | undefined): Promise<null> => {
    if (!isBucketKnown) {
      await ask(() => ({ method: "GET", path: `${objects}?maxResults=1&fields=nextPageToken` }), [], signal);
    }
    isBucketKnown = true;
    return null;
  };

  return {
    place,
    async get(key, { signal, maxBytes = Infinity } = {}) {
      const path = `${pathOf(key)}?alt=media`;
      const { status, body } = await ask(() => ({ method: "GET", path, maxBytes }), [404], signal);
      if (status === 404) return absent(signal);
      if (body === "too large") throw tooLarge(backend, key, maxBytes);
      return body;
    },
    async put(key, body, { signal, onlyIfAbsent = false, sha256 } = {}) {
      const name = nameOf(key);
      // Google knows no SHA-256; it compares the MD5 of what was just found to be right.
      checkDigest(backend, key, body, sha256);
      const md5Hash = sha256 === undefined ? undefined : createHash("md5").update(body).digest("base64");
      const contentType = "application/octet-stream";
      const boundary = randomBytes(16).toString("hex");
      const head =
        `--${boundary}\r\ncontent-type: application/json; charset=utf-8\r\n\r\n` +
        `${JSON.stringify({ name, contentType, md5Hash })}\r\n--${boundary}\r\ncontent-type: ${contentType}\r\n\r\n`;
      const parts = [Buffer.from(head), body, Buffer.from(`\r\n--${boundary}--\r\n`)];
      const query = `uploadType=multipart&fields=name${onlyIfAbsent ? "&ifGenerationMatch=0" : ""}`;
      const { status } = await ask(
        () => ({
          method: "POST",
          path: `/upload${objects}?${query}`,
          type: `multipart/related; boundary=${boundary}`,
          parts,
        }),
        onlyIfAbsent ? [412] : [],
        signal,
      );
      return status === 412 ? "exists" : "stored";
    },
    async stat(key, { signal } = {}) {
      const path = `${pathOf(key)}?fields=${fields}`;
      const { status, body } = await ask(() => ({ method: "GET", path }), [404], signal);
      return status === 404 ? absent(signal) : readInfo(parseAnswer(body), key);
    },
    async *list(under, { signal } = {}) {
      let token = "";
      do {
        const query = new URLSearchParams({
          prefix: prefix + under,
          maxResults: String(pageSize),
          fields: `items(${fields}),nextPageToken`,
          ...(token !== "" && { pageToken: token }),
        });
        const { body } = await ask(() => ({ method: "GET", path: `${objects}?${query}` }), [], signal);
        const page = parseAnswer(body);
        for (const item of listOf(fieldOf(page, "items"))) {
          const name = fieldOf(item, "name");
          const key = typeof name === "string" ? name.slice(prefix.length) : "";
          // Folders as some tools make them, and whatever else is no key.
          if (!isKey(key)) continue;
          yield readInfo(item, key);
        }
        const next = fieldOf(page, "nextPageToken");
        if (next === token && token !== "") throw endlessListing(backend);
        token = typeof next === "string" ? next : "";
      } while (token !== "");
    },
    async delete(keys, { signal } = {}) {
      const paths = [...new Set(keys)].map(pathOf);
      await Promise.all(paths.map((path) => ask(() => ({ method: "DELETE", path }), [404], signal)));
    },
    async touch(key, { signal } = {}) {
      const path = `${pathOf(key)}/rewriteTo${pathOf(key).slice("/storage/v1".length)}`;
      let query = "";
      do {
        const { status, body } = await ask(() => ({ method: "POST", path: `${path}${query}` }), [404], signal);
        if (status === 404) return (await absent(signal)) !== null;
        // A large object is rewritten in several steps.
        const step = parseAnswer(body);
        const token = fieldOf(step, "done") === false ? fieldOf(step, "rewriteToken") : undefined;
        query = typeof token === "string" ? `?rewriteToken=${encodeURIComponent(token)}` : "";
      } while (query !== "");
      return true;
    },
    close() {
      agents.destroy();
    },
  };
}

const fields = "name,size,timeCreated";

function readInfo(item: unknown, key: string): ObjectInfo {
  // A rewrite makes a new generation, and this the time of it.
  return {
    key,
    size: Number(fieldOf(item, "size") ?? 0),
    modifiedAt: new Date(String(fieldOf(item, "timeCreated"))).getTime(),
  };
}

function parseAnswer(body: Buffer | "too large"): unknown {
  return body === "too large" ? undefined : parseJson(body);
}

/** Errors of the SDK hold the request with its token: of those only the reason goes on. */
function strip(error: unknown): never {
  const { code } = readFailure(error);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
  throw Object.assign(new Error(cause?.message ?? "the request failed"), { code });
}

function endlessListing(backend: string): BkcacheError {
  return new BkcacheError({
    code: "BK5010",
    message: `backend "${backend}": a page of a listing names itself as the next`,
    hint: "the store breaks Google's protocol; bkcache will not take half of a listing for the whole",
  });
}
