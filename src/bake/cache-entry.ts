import { compareNames } from "../config/names.ts";
import { joinTexts, partsOf, type Text } from "../config/text.ts";
import { unreachable } from "../diagnostics/unreachable.ts";
import { needsPathStyle, profileOf } from "../store/endpoint-profiles.ts";
import type { Entry, PlanBackend } from "./model.ts";

export interface CacheEntryOptions {
  readonly direction: "from" | "to";
  /** The cache name, from `cacheName`. */
  readonly name: Text;
  readonly mode?: "min" | "max";
  readonly ignoreError?: boolean;
  /** What only the machine that builds knows; stands in for what the config leaves out. */
  readonly runtime?: {
    readonly region?: string;
    readonly endpointUrl?: string;
    /** Absolute path of the home folder, for paths that begin with `~/`. */
    readonly home?: string;
  };
}

/** The bake variable that stands for the home folder where an entry is made without `runtime.home`. */
export const homeVariable = "BKCACHE_HOME";

/**
 * One entry of cache-from or cache-to as BuildKit spells it, without credentials. Null where the backend has nothing
 * for that direction: an inline cache without `ref` cannot be read.
 */
export function cacheEntry(backend: PlanBackend, { name, ...options }: CacheEntryOptions): Entry | null {
  return createCacheEntry(backend, options)?.(name) ?? null;
}

/** The same for many names: all that does not depend on the name is said once. */
export function createCacheEntry(
  backend: PlanBackend,
  options: Omit<CacheEntryOptions, "name">,
): ((name: Text) => Entry) | null {
  const { direction, mode = "max", ignoreError = true } = options;
  const place = createPlace(backend, options);
  if (place === null) return null;
  const known = spell(backend, { ...sharedKeys, ...(direction === "from" ? readKeys : writeKeys) });
  if (direction === "to" && backend.type !== "inline") {
    known["mode"] = mode;
    known["ignore-error"] = String(ignoreError);
  }
  const { type, named, prefix, fixed = {} } = place;
  const rest = withoutEmpty({ ...fixed, ...known, ...(named !== undefined && { [named]: "" }) });
  const keys = Object.keys(rest).sort(compareNames);
  return (name) => {
    const entry: Record<string, Text> = { type };
    for (const key of keys) {
      entry[key] = key !== named ? (rest[key] as Text) : prefix === undefined ? name : joinTexts(prefix, name);
    }
    return entry;
  };
}

/** Where the cache of a backend lies. */
interface Place {
  readonly type: string;
  /** The attribute that holds the cache name, after `prefix`. */
  readonly named?: string;
  readonly prefix?: Text;
  readonly fixed?: Readonly<Record<string, Text | undefined>>;
}

function createPlace(backend: PlanBackend, { direction, runtime = {} }: Omit<CacheEntryOptions, "name">): Place | null {
  const text = (key: string): Text | undefined => backend[key] as Text | undefined;
  switch (backend.type) {
    case "s3":
    case "gcs":
      return { type: "s3", named: "name", fixed: s3Place(backend, runtime) };
    case "local": {
      const prefix = joinTexts(withHome(text("path") ?? ".", runtime.home), "/");
      return { type: "local", named: direction === "from" ? "src" : "dest", prefix };
    }
    case "registry":
      return { type: "registry", named: "ref", prefix: joinTexts(text("ref") ?? "", ":") };
    case "gha":
      return { type: "gha", named: "scope", prefix: text("scope") ?? "" };
    case "azblob":
      return { type: "azblob", named: "name", fixed: { account_url: text("accountUrl") } };
    case "inline":
      // BuildKit imports an inline cache as what it is, an image.
      if (direction === "to") return { type: "inline" };
      return text("ref") === undefined ? null : { type: "registry", fixed: { ref: text("ref") } };
    default:
      return unreachable(backend.type);
  }
}

function s3Place(
  backend: PlanBackend,
  runtime: NonNullable<CacheEntryOptions["runtime"]>,
): Record<string, Text | undefined> {
  const name = backend.type === "gcs" ? "gcs" : (backend["profile"] as string | undefined);
  const profile = profileOf(backend.type, name);
  const endpoint = (backend["endpointUrl"] as Text | undefined) ?? profile.endpointUrl ?? runtime.endpointUrl;
  const usePathStyle =
    (backend["usePathStyle"] as boolean | undefined) ??
    profile.usePathStyle ??
    needsPathStyle(name, typeof endpoint === "string" ? endpoint : undefined);
  const disableAcceptEncoding =
    (backend["disableAcceptEncoding"] as boolean | undefined) ?? profile.disableAcceptEncoding;
  return {
    bucket: backend["bucket"] as Text | undefined,
    region: (backend["region"] as Text | undefined) ?? profile.region ?? runtime.region,
    endpoint_url: endpoint,
    // BuildKit looks at it only beside an endpoint.
    ...(endpoint !== undefined && usePathStyle !== undefined && { use_path_style: String(usePathStyle) }),
    ...(disableAcceptEncoding !== undefined && { disable_accept_encoding: String(disableAcceptEncoding) }),
  };
}

function withHome(path: Text, home: string | undefined): Text {
  const [first, ...rest] = partsOf(path);
  const bare = path === "/" ? "" : path;
  if (typeof first !== "string" || (first !== "~" && !first.startsWith("~/"))) return withoutSlash(bare);
  const start: Text = home ?? [{ variable: homeVariable }];
  return withoutSlash(joinTexts(start, first.slice(1), rest.length === 0 ? "" : rest));
}

function withoutSlash(path: Text): Text {
  const parts = [...partsOf(path)];
  const last = parts.at(-1);
  if (typeof last === "string") parts[parts.length - 1] = last.replace(/\/+$/, "");
  return joinTexts(...parts.map((part) => (typeof part === "string" ? part : [part])));
}

/** Attributes that keep their value; each backend has its own share of them. */
const sharedKeys: Readonly<Record<string, string>> = {
  prefix: "prefix",
  blobsPrefix: "blobs_prefix",
  manifestsPrefix: "manifests_prefix",
  retryMode: "retry_mode",
  retryMaxAttempts: "retry_max_attempts",
  accountName: "account_name",
  container: "container",
  timeout: "timeout",
  version: "version",
  url: "url",
  urlV2: "url_v2",
  repository: "repository",
  tag: "tag",
};
const readKeys: Readonly<Record<string, string>> = { digest: "digest" };
const writeKeys: Readonly<Record<string, string>> = {
  touchRefresh: "touch_refresh",
  uploadParallelism: "upload_parallelism",
  reset: "reset",
  imageManifest: "image-manifest",
  ociMediatypes: "oci-mediatypes",
  compression: "compression",
  compressionLevel: "compression-level",
  forceCompression: "force-compression",
};

function spell(backend: PlanBackend, keys: Readonly<Record<string, string>>): Record<string, Text> {
  const spelled: Record<string, Text> = {};
  for (const [key, wire] of Object.entries(keys)) {
    const value = backend[key];
    if (value === undefined) continue;
    spelled[wire] = typeof value === "number" || typeof value === "boolean" ? String(value) : value;
  }
  if (backend.type === "registry" && backend["insecure"] === true) spelled["registry.insecure"] = "true";
  return spelled;
}

function withoutEmpty(entry: Record<string, Text | undefined>): Entry {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as Entry;
}
