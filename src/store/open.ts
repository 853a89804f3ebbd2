import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { type Credentials, type CredentialsAnswer, resolveAws, resolveGcsHmac } from "./credentials.ts";
import { createFsStore } from "./fs.ts";
import type { Env } from "./endpoint.ts";
import { hasDefaultCredentials } from "./google-credentials.ts";
import type { ObjectStore } from "./object-store.ts";
import { type BucketPlace, resolvePlace, type StoreBackend } from "./place.ts";
import type { RequestPolicy } from "./requests.ts";

export interface StoreContext {
  readonly env: Env;
  /** Ends every call. */
  readonly signal: AbortSignal;
  /** Hears what is worth saying though it stops nothing: plain http by consent, credentials that end soon. */
  readonly warn?: (finding: Diagnostic) => void;
  readonly policy?: RequestPolicy;
  /** Keys of one page of a listing, at most 1000. */
  readonly pageSize?: number;
}

/**
 * Opens the place of a backend: credentials are looked for, but nothing is asked of a bucket yet.
 * @throws BkcacheError BK2xxx for what is known to be wrong, 5xxx where credentials are missing or cannot be used.
 */
export async function openStore(backend: StoreBackend, context: StoreContext): Promise<ObjectStore> {
  const { place, stop, warning } = await resolvePlace(backend, context.env);
  if (stop.length > 0) throw BkcacheError.of(stop);
  if (place === null) {
    throw new BkcacheError({
      code: "BK2050",
      message: `backend "${backend.name}" is of type ${backend.type}, which holds layers only`,
      hint: "name a local, s3 or gcs backend under cache.mounts",
    });
  }
  if (warning !== undefined) context.warn?.(warning);
  if (place.type === "local") return createFsStore({ ...place, signal: context.signal });
  return openBucket({ ...place, prefix: withSlash(place.prefix) }, backend["auth"] === "hmac", context);
}

/** @param byHmac says that no other credentials are to be used */
async function openBucket(place: BucketPlace, byHmac: boolean, context: StoreContext): Promise<ObjectStore> {
  const { env, signal, warn = () => {}, policy, pageSize } = context;
  const shared = {
    place,
    env,
    signal,
    ...(policy !== undefined && { policy }),
    ...(pageSize !== undefined && { pageSize }),
  };
  const keys = place.type === "gcs" ? resolveGcsHmac(env, [place.backend]) : null;
  if (keys !== null && !byHmac && (keys.credentials === null || hasDefaultCredentials(env))) {
    const { createGcsStore } = await import("./gcs-store.ts");
    return createGcsStore(shared);
  }
  const ask = async (options?: { readonly anew: boolean }): Promise<CredentialsAnswer> =>
    keys ?? resolveAws({ env, signal, now: () => Date.now() }, [place.backend], options);
  const { createS3Store } = await import("./s3-store.ts");
  return createS3Store({
    ...shared,
    credentials: keepFresh(await take(ask, warn), () =>
      take(
        () => ask({ anew: true }),
        () => {},
      ),
    ),
    sendsMd5: keys !== null,
  });
}

/** Time in ms before their end in which credentials are asked for anew. */
const renewBefore = 5 * 60_000;

/** Credentials for a store that may be used for longer than they last. */
function keepFresh(first: Credentials, renew: () => Promise<Credentials>): () => Promise<Credentials> {
  let current = Promise.resolve(first);
  let endsAt = first.expiration?.getTime() ?? Infinity;
  return () => {
    if (Date.now() < endsAt - renewBefore) return current;
    // One question for all who wait; where it fails the next one asks again.
    endsAt = Infinity;
    current = renew();
    current.then(
      ({ expiration }) => (endsAt = expiration?.getTime() ?? Infinity),
      () => (endsAt = 0),
    );
    return current;
  };
}

async function take(ask: () => Promise<CredentialsAnswer>, warn: (finding: Diagnostic) => void): Promise<Credentials> {
  const { credentials, finding } = await ask();
  if (credentials !== null) {
    if (finding !== null) warn(finding);
    return credentials;
  }
  if (finding === null) throw new Error("neither credentials nor a reason");
  throw new BkcacheError(finding);
}

/** BuildKit joins prefix and key as they stand, so a prefix says its slash; one that does not is a folder all the same. */
function withSlash(prefix: string): string {
  return prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
}
