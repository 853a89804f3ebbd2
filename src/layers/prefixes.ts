import type { StoreBackend } from "../store/place.ts";

/** What the keys of layers and manifests begin with, below the prefix of the backend: BuildKit's own names where it says none. */
export function prefixesOf({ blobsPrefix, manifestsPrefix }: StoreBackend): {
  readonly blobsPrefix: string;
  readonly manifestsPrefix: string;
} {
  return { blobsPrefix: String(blobsPrefix || "blobs/"), manifestsPrefix: String(manifestsPrefix || "manifests/") };
}
