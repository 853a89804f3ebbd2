import { isAbsolute, join, resolve } from "node:path";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { resolveBucket } from "./bucket-place.ts";
import { type CredentialsAnswer, resolveAws, resolveGcsHmac } from "./credentials.ts";
import type { Credentials } from "./key.ts";
import type { Env } from "./endpoint.ts";
import { createFsStore } from "./fs.ts";
import type { ObjectStore } from "./object-store.ts";
import { needsPathStyle, profileOf } from "./profiles.ts";
import type { RequestPolicy } from "./requests.ts";

/** A declared backend under its name, every text literal; attributes as the config spells them. */
export interface StoreBackend {
  readonly name: string;
  readonly type: string;
  readonly [attribute: string]: string | number | boolean | undefined;
}

export interface StoreContext {
  readonly env: Env;
  /** Ends every call. */
  readonly signal: AbortSignal;
  /** Folder that relative paths of local backends start from. Absolute. */
  readonly dir: string;
  /** Home folder, for paths that begin with `~/`. Absolute. */
  readonly home: string;
  /** Hears what is worth saying though it stops nothing: plain http by consent, credentials that end soon. */
  readonly warn?: (finding: Diagnostic) => void;
  readonly policy?: RequestPolicy;
}

/**
 * Opens the place of a backend: credentials are looked for, but nothing is asked of a bucket yet.
 * @throws BkcacheError BK2xxx for what is known to be wrong, 5xxx where credentials are missing or cannot be used.
 */
export async function openStore(backend: StoreBackend, context: StoreContext): Promise<ObjectStore> {
  switch (backend.type) {
    case "local":
      return openFolder(backend, context);
    case "s3":
    case "gcs":
      return openBucket({ ...backend, type: backend.type }, context);
    default:
      throw new BkcacheError({
        code: "BK2050",
        message: `backend "${backend.name}" is of type ${backend.type}, which holds layers only`,
        hint: "name a local, s3 or gcs backend under cache.mounts",
      });
  }
}

function openFolder(backend: StoreBackend, { dir, home, signal }: StoreContext): ObjectStore {
  const path = textOf(backend, "path") ?? ".";
  const expanded = path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : path;
  return createFsStore({
    backend: backend.name,
    dir: isAbsolute(expanded) ? resolve(expanded) : resolve(dir, expanded),
    signal,
  });
}

async function openBucket(
  backend: StoreBackend & { readonly type: "s3" | "gcs" },
  context: StoreContext,
): Promise<ObjectStore> {
  const { name, type } = backend;
  const { env, signal, warn = () => {}, policy } = context;
  const bucket = textOf(backend, "bucket");
  if (bucket === undefined) throw noBucket(name, type);
  const profileName = textOf(backend, "profile");
  const profile = profileOf(type, profileName);
  const configured = textOf(backend, "endpointUrl") ?? profile.endpointUrl;
  const found = await resolveBucket(
    {
      backend: name,
      type,
      region: textOf(backend, "region") ?? profile.region,
      endpointUrl: configured,
      usePathStyle:
        flagOf(backend, "usePathStyle") ??
        profile.usePathStyle ??
        needsPathStyle(type === "gcs" ? type : profileName, configured),
      insecure: flagOf(backend, "insecure") === true,
    },
    env,
  );
  if (found.stop.length > 0) throw BkcacheError.of(found.stop);
  if (found.warning !== undefined) warn(found.warning);
  const prefix = withSlash(textOf(backend, "prefix") ?? "");
  const place = `${type}://${bucket}/${prefix}`;
  const shared = { backend: name, bucket, prefix, place, env, signal, ...(policy !== undefined && { policy }) };

  const hmac = type === "gcs" ? resolveGcsHmac(env, [name]).credentials : null;
  if (type === "gcs") {
    const { hasDefaultCredentials } = await import("./gcs-credentials.ts");
    if (hmac === null || hasDefaultCredentials(env)) {
      const { createGcsStore } = await import("./gcs-store.ts");
      const insecure = flagOf(backend, "insecure") === true;
      return createGcsStore({ ...shared, endpointUrl: found.endpointUrl ?? "", insecure });
    }
  }
  const ask = async (): Promise<CredentialsAnswer> =>
    hmac === null ? resolveAws({ env, signal, now: () => Date.now() }, [name]) : { credentials: hmac, finding: null };
  const credentials = await take(ask, warn);
  const { createS3Store } = await import("./s3-store.ts");
  return createS3Store({
    ...shared,
    region: found.region ?? "",
    endpointUrl: found.endpointUrl,
    usePathStyle: found.usePathStyle === true,
    credentials,
    ...(credentials.expiration !== undefined && { renew: () => take(ask, () => {}) }),
    sendsMd5: type === "gcs",
  });
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

function noBucket(name: string, type: string): BkcacheError {
  return new BkcacheError({
    code: "BK2044",
    message: `backend "${name}" names no bucket`,
    hint: `set backends.${name}.url: ${type}://bucket/prefix/`,
  });
}

/** BuildKit joins prefix and key as they stand, so a prefix says its slash; one that does not is a folder all the same. */
function withSlash(prefix: string): string {
  return prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
}

function textOf(backend: StoreBackend, key: string): string | undefined {
  const value = backend[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function flagOf(backend: StoreBackend, key: string): boolean | undefined {
  const value = backend[key];
  return typeof value === "boolean" ? value : undefined;
}
