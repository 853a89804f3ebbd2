import { isAbsolute } from "node:path";
import type { Diagnostic } from "../diagnostics/error.ts";
import { readAwsProfile } from "./aws-profile.ts";
import {
  checkEndpoint,
  type Env,
  missingRegion,
  strayRegion,
  resolveEndpointUrl,
  resolveRegion,
  resolveVariantUrl,
} from "./endpoint.ts";
import { needsPathStyle, profileOf } from "./endpoint-profiles.ts";

/** A declared backend under its name, every text literal and `path` absolute; attributes as the config spells them. */
export interface StoreBackend {
  readonly name: string;
  readonly type: string;
  readonly [attribute: string]: string | number | boolean | undefined;
}

/** Where a backend keeps its objects, everything known. Both the cache entries and the stores are made from it. */
export type Place = FolderPlace | BucketPlace;

export interface FolderPlace {
  readonly type: "local";
  /** Name of the backend in the config. */
  readonly backend: string;
  /** Absolute. */
  readonly dir: string;
}

export interface BucketPlace {
  readonly type: "s3" | "gcs";
  /** Name of the backend in the config. */
  readonly backend: string;
  readonly bucket: string;
  /** As BuildKit takes it: put before a key as it stands. */
  readonly prefix: string;
  readonly region: string;
  /** Undefined: Amazon's own. */
  readonly endpointUrl: string | undefined;
  /** Counts beside an endpoint only, as in BuildKit. Undefined where nothing says it. */
  readonly usePathStyle: boolean | undefined;
  /** Whether plain http is accepted for this backend. */
  readonly insecure: boolean;
}

export interface ResolvedPlace {
  /** Null for types that hold layers only and cannot be looked into, and where it is not known. */
  readonly place: Place | null;
  /** What is known to be wrong: no bucket, no region, plain http without consent. */
  readonly stop: readonly Diagnostic[];
  readonly warning?: Diagnostic;
}

/** The place of a backend, with what only this machine knows: region and endpoint. */
export async function resolvePlace(backend: StoreBackend, env: Env): Promise<ResolvedPlace> {
  const { type } = backend;
  if (type === "local") {
    const dir = textOf(backend, "path") ?? "";
    if (!isAbsolute(dir)) throw new Error(`the path of backend ${backend.name} is not absolute: ${dir}`);
    return { place: { type: "local", backend: backend.name, dir }, stop: [] };
  }
  return type === "s3" || type === "gcs" ? resolveBucket({ ...backend, type }, env) : { place: null, stop: [] };
}

async function resolveBucket(
  backend: StoreBackend & { readonly type: "s3" | "gcs" },
  env: Env,
): Promise<ResolvedPlace> {
  const { name, type } = backend;
  const isGoogle = type === "gcs";
  const insecure = flagOf(backend, "insecure") === true;
  const bucket = textOf(backend, "bucket");
  const profileName = textOf(backend, "profile");
  const profile = profileOf(type, profileName);
  const own = textOf(backend, "endpointUrl") ?? profile.endpointUrl;
  const ownRegion = textOf(backend, "region") ?? profile.region;
  const region = isGoogle ? (ownRegion ?? null) : resolveRegion(ownRegion, env);
  const variant = () => (region === null ? undefined : resolveVariantUrl(region, env));
  const endpointUrl = isGoogle ? own : (resolveEndpointUrl(own, env) ?? variant());
  const usePathStyle =
    flagOf(backend, "usePathStyle") ??
    profile.usePathStyle ??
    (isGoogle ? undefined : styleOf(readAwsProfile(env).settings.get("s3.addressing_style"))) ??
    // A profile knows the endpoint that it is for; one that the environment adds may be any.
    needsPathStyle(own === undefined ? undefined : isGoogle ? type : profileName, endpointUrl);
  const { stop, warning } = checkEndpoint({ backend: name, url: endpointUrl, insecure, env });
  const wrong = [
    ...(bucket === undefined ? [noBucket(name, type)] : []),
    ...(region === null ? [missingRegion(name)] : strayRegion(name, region)),
    ...(stop === undefined ? [] : [stop]),
  ];
  const isKnown = bucket !== undefined && region !== null && wrong.length === 0;
  const prefix = textOf(backend, "prefix") ?? "";
  return {
    place: isKnown ? { type, backend: name, bucket, prefix, region, endpointUrl, usePathStyle, insecure } : null,
    stop: wrong,
    ...(warning !== undefined && { warning }),
  };
}

/** The attributes of a backend that say its place, as the config spells them. */
export function attributesOf(place: Place): Readonly<Record<string, string | boolean>> {
  if (place.type === "local") return { path: place.dir };
  const { region, endpointUrl, usePathStyle } = place;
  return {
    region,
    ...(endpointUrl !== undefined && { endpointUrl }),
    ...(usePathStyle !== undefined && { usePathStyle }),
  };
}

function noBucket(name: string, type: string): Diagnostic {
  return {
    code: "BK2044",
    message: `backend "${name}" names no bucket`,
    hint: `set backends.${name}.url: ${type}://bucket/prefix/`,
  };
}

/** What the AWS CLI takes besides these, `auto`, says nothing. */
function styleOf(addressing: string | undefined): boolean | undefined {
  return addressing === "path" ? true : addressing === "virtual" ? false : undefined;
}

function textOf(backend: StoreBackend, key: string): string | undefined {
  const value = backend[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function flagOf(backend: StoreBackend, key: string): boolean | undefined {
  const value = backend[key];
  return typeof value === "boolean" ? value : undefined;
}
