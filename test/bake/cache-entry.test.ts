import { describe, expect, test } from "vitest";
import { cacheEntry, type CacheEntryOptions } from "../../src/bake/cache-entry.ts";
import type { PlanBackend } from "../../src/bake/model.ts";

const to = { mode: "max", "ignore-error": "true" };
const image = {
  imageManifest: true,
  ociMediatypes: true,
  compression: "zstd",
  compressionLevel: 3,
  forceCompression: true,
};
const imageWire = {
  "image-manifest": "true",
  "oci-mediatypes": "true",
  compression: "zstd",
  "compression-level": "3",
  "force-compression": "true",
};

interface Case {
  readonly backend: PlanBackend;
  readonly from: unknown;
  readonly to: unknown;
  readonly options?: Partial<CacheEntryOptions>;
}

const cases: Readonly<Record<string, Case>> = {
  local: {
    backend: { type: "local", path: "cache/", tag: "t", digest: "sha256:0", reset: true, ...image },
    from: { type: "local", src: "cache/N", tag: "t", digest: "sha256:0" },
    to: { type: "local", dest: "cache/N", tag: "t", reset: "true", ...imageWire, ...to },
  },
  "local at home, on a known machine": {
    backend: { type: "local", path: "~/cache" },
    options: { runtime: { home: "/home/ada" } },
    from: { type: "local", src: "/home/ada/cache/N" },
    to: { type: "local", dest: "/home/ada/cache/N", ...to },
  },
  "local at home, on any machine": {
    backend: { type: "local", path: "~" },
    from: { type: "local", src: [{ variable: "BKCACHE_HOME" }, "/N"] },
    to: { type: "local", dest: [{ variable: "BKCACHE_HOME" }, "/N"], ...to },
  },
  "local in the root": {
    backend: { type: "local", path: "/" },
    from: { type: "local", src: "/N" },
    to: { type: "local", dest: "/N", ...to },
  },
  s3: {
    backend: {
      type: "s3",
      bucket: "b",
      prefix: "p/",
      region: "r",
      blobsPrefix: "x/",
      manifestsPrefix: "y/",
      touchRefresh: "12h",
      compression: "zstd",
      compressionLevel: 3,
      uploadParallelism: 8,
      retryMode: "adaptive",
      retryMaxAttempts: 5,
    },
    options: { mode: "min", ignoreError: false, runtime: { region: "not this one" } },
    from: {
      type: "s3",
      name: "N",
      bucket: "b",
      region: "r",
      prefix: "p/",
      blobs_prefix: "x/",
      manifests_prefix: "y/",
      retry_mode: "adaptive",
      retry_max_attempts: "5",
    },
    to: {
      type: "s3",
      name: "N",
      bucket: "b",
      region: "r",
      prefix: "p/",
      blobs_prefix: "x/",
      manifests_prefix: "y/",
      retry_mode: "adaptive",
      retry_max_attempts: "5",
      touch_refresh: "12h",
      compression: "zstd",
      "compression-level": "3",
      upload_parallelism: "8",
      mode: "min",
      "ignore-error": "false",
    },
  },
  "s3 with the machine's region and endpoint": {
    backend: { type: "s3", bucket: "b" },
    options: { runtime: { region: "r", endpointUrl: "http://127.0.0.1:9000" } },
    from: {
      type: "s3",
      name: "N",
      bucket: "b",
      region: "r",
      endpoint_url: "http://127.0.0.1:9000",
      use_path_style: "true",
    },
    to: {
      type: "s3",
      name: "N",
      bucket: "b",
      region: "r",
      endpoint_url: "http://127.0.0.1:9000",
      use_path_style: "true",
      ...to,
    },
  },
  "s3 at an endpoint of Amazon's": {
    backend: { type: "s3", bucket: "b", region: "r", endpointUrl: "https://s3.dualstack.r.amazonaws.com" },
    from: { type: "s3", name: "N", bucket: "b", region: "r", endpoint_url: "https://s3.dualstack.r.amazonaws.com" },
    to: {
      type: "s3",
      name: "N",
      bucket: "b",
      region: "r",
      endpoint_url: "https://s3.dualstack.r.amazonaws.com",
      ...to,
    },
  },
  "s3 of R2": {
    backend: { type: "s3", profile: "r2", bucket: "b", endpointUrl: "https://x.r2.cloudflarestorage.com" },
    from: {
      type: "s3",
      name: "N",
      bucket: "b",
      region: "auto",
      endpoint_url: "https://x.r2.cloudflarestorage.com",
      use_path_style: "true",
    },
    to: {
      type: "s3",
      name: "N",
      bucket: "b",
      region: "auto",
      endpoint_url: "https://x.r2.cloudflarestorage.com",
      use_path_style: "true",
      ...to,
    },
  },
  "s3 of MinIO, where the config knows better": {
    backend: {
      type: "s3",
      profile: "minio",
      bucket: "b",
      endpointUrl: "https://m",
      usePathStyle: false,
      region: "x",
      disableAcceptEncoding: true,
    },
    from: {
      type: "s3",
      name: "N",
      bucket: "b",
      region: "x",
      endpoint_url: "https://m",
      use_path_style: "false",
      disable_accept_encoding: "true",
    },
    to: {
      type: "s3",
      name: "N",
      bucket: "b",
      region: "x",
      endpoint_url: "https://m",
      use_path_style: "false",
      disable_accept_encoding: "true",
      ...to,
    },
  },
  "s3 of Ceph": {
    backend: { type: "s3", profile: "ceph", bucket: "b", endpointUrl: "https://c" },
    from: {
      type: "s3",
      name: "N",
      bucket: "b",
      region: "us-east-1",
      endpoint_url: "https://c",
      use_path_style: "true",
    },
    to: {
      type: "s3",
      name: "N",
      bucket: "b",
      region: "us-east-1",
      endpoint_url: "https://c",
      use_path_style: "true",
      ...to,
    },
  },
  gcs: {
    backend: { type: "gcs", bucket: "b", prefix: "p/" },
    // What the machine says of AWS is not about this bucket.
    options: { runtime: { region: "eu-central-1", endpointUrl: "http://127.0.0.1:9000" } },
    from: {
      type: "s3",
      name: "N",
      bucket: "b",
      prefix: "p/",
      region: "auto",
      endpoint_url: "https://storage.googleapis.com",
      use_path_style: "true",
      disable_accept_encoding: "true",
    },
    to: {
      type: "s3",
      name: "N",
      bucket: "b",
      prefix: "p/",
      region: "auto",
      endpoint_url: "https://storage.googleapis.com",
      use_path_style: "true",
      disable_accept_encoding: "true",
      ...to,
    },
  },
  registry: {
    backend: { type: "registry", ref: ["ghcr.io/", { variable: "ORG" }], insecure: true, compression: "estargz" },
    from: { type: "registry", ref: ["ghcr.io/", { variable: "ORG" }, ":N"], "registry.insecure": "true" },
    to: {
      type: "registry",
      ref: ["ghcr.io/", { variable: "ORG" }, ":N"],
      "registry.insecure": "true",
      compression: "estargz",
      ...to,
    },
  },
  gha: {
    backend: {
      type: "gha",
      scope: "pre-",
      timeout: "5m",
      version: 2,
      url: "https://u/",
      urlV2: "https://v/",
      repository: "a/b",
    },
    from: {
      type: "gha",
      scope: "pre-N",
      timeout: "5m",
      version: "2",
      url: "https://u/",
      url_v2: "https://v/",
      repository: "a/b",
    },
    to: {
      type: "gha",
      scope: "pre-N",
      timeout: "5m",
      version: "2",
      url: "https://u/",
      url_v2: "https://v/",
      repository: "a/b",
      ...to,
    },
  },
  azblob: {
    backend: {
      type: "azblob",
      accountUrl: "https://a",
      accountName: "n",
      container: "c",
      prefix: "p/",
      blobsPrefix: "x",
      manifestsPrefix: "y",
    },
    from: {
      type: "azblob",
      name: "N",
      account_url: "https://a",
      account_name: "n",
      container: "c",
      prefix: "p/",
      blobs_prefix: "x",
      manifests_prefix: "y",
    },
    to: {
      type: "azblob",
      name: "N",
      account_url: "https://a",
      account_name: "n",
      container: "c",
      prefix: "p/",
      blobs_prefix: "x",
      manifests_prefix: "y",
      ...to,
    },
  },
  inline: {
    backend: { type: "inline", ref: "acme/app:latest" },
    from: { type: "registry", ref: "acme/app:latest" },
    to: { type: "inline" },
  },
  "inline without an image to read": { backend: { type: "inline" }, from: null, to: { type: "inline" } },
};

describe("cacheEntry", () => {
  test.each(Object.entries(cases))("%s", (_, { backend, options, ...expected }) => {
    expect(cacheEntry(backend, { ...options, direction: "from", name: "N" })).toEqual(expected.from);
    expect(cacheEntry(backend, { ...options, direction: "to", name: "N" })).toEqual(expected.to);
  });
});
