import { isAbsolute, join, resolve } from "node:path";
import type { Entry } from "../bake/model.ts";
import { showText } from "../config/text.ts";
import { importWhole } from "../host/import-whole.ts";
import type { Env } from "../store/endpoint.ts";
import type { Credentials } from "../store/key.ts";
import type { S3Bucket } from "../store/s3-probe.ts";

/** What it takes to look into a backend. */
export interface LayerAccess {
  /** Credentials by name of the backend, for those in a bucket. */
  readonly credentials: Readonly<Record<string, Credentials>>;
  readonly env: Env;
  /** Folder that relative paths of local backends start from. */
  readonly dir: string;
  readonly signal: AbortSignal;
}

/** Where BuildKit puts the manifest of one cache entry; null for types that cannot be looked into. */
export type ManifestPlace =
  | { readonly kind: "s3"; readonly key: string; readonly bucket: BucketPlace }
  | { readonly kind: "local"; readonly dir: string; readonly tag: string; readonly digest: string | null };

interface BucketPlace {
  readonly bucket: string;
  readonly region: string;
  readonly endpointUrl: string | undefined;
  readonly usePathStyle: boolean;
}

/** Reads an entry in BuildKit's spelling, every text literal. The keys are BuildKit's own, defaults included. */
export function placeOf(entry: Entry, dir: string): ManifestPlace | null {
  const text = (key: string): string => showText(entry[key] ?? "");
  switch (text("type")) {
    case "s3": {
      // A plain concatenation: BuildKit puts no slash between the three.
      const [name = ""] = text("name").split(";");
      return {
        kind: "s3",
        key: `${text("prefix")}${text("manifests_prefix") || "manifests/"}${name || "buildkit"}`,
        bucket: {
          bucket: text("bucket"),
          region: text("region"),
          endpointUrl: text("endpoint_url") || undefined,
          usePathStyle: text("use_path_style") === "true",
        },
      };
    }
    case "local": {
      const path = text("src") || text("dest");
      if (path === "") return null;
      const digest = text("digest");
      return {
        kind: "local",
        dir: isAbsolute(path) ? path : resolve(dir, path),
        tag: text("tag") || "latest",
        digest: digest === "" ? null : digest,
      };
    }
    default:
      return null;
  }
}

/** Clients of buckets, one for each backend and bucket, opened when first used. */
export interface Buckets {
  open(backend: string, place: BucketPlace): Promise<S3Bucket>;
  close(): Promise<void>;
}

/** Loads what a look into a bucket takes. Callers that wait for something else first may begin with it. */
export function loadProbe() {
  return importWhole(() => import("../store/s3-probe.ts"), ["crypto", "http", "http2"]);
}

export function createBuckets(access: LayerAccess): Buckets {
  const opened = new Map<string, Promise<S3Bucket>>();
  return {
    open(backend, place) {
      const key = JSON.stringify([backend, place]);
      const credentials = access.credentials[backend];
      if (credentials === undefined) throw new Error(`backend ${backend} is looked into without credentials`);
      const { env, signal } = access;
      const bucket =
        opened.get(key) ?? loadProbe().then(({ openS3 }) => openS3({ backend, ...place, credentials, env, signal }));
      opened.set(key, bucket);
      return bucket;
    },
    async close() {
      for (const bucket of await Promise.allSettled(opened.values())) {
        if (bucket.status === "fulfilled") bucket.value.close();
      }
    },
  };
}

/** Path of a blob in the OCI layout of a local cache; null for a digest that could lead elsewhere. */
export function blobPath(dir: string, digest: string): string | null {
  const match = /^sha256:([0-9a-f]{64})$/.exec(digest);
  return match === null ? null : join(dir, "blobs", "sha256", match[1] as string);
}
