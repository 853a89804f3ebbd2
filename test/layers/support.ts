import { hash } from "node:crypto";
import type { LayerLayout } from "../../src/layers/caches.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";

export const layout: LayerLayout = { manifestPrefixes: ["manifests/"], blobsPrefix: "blobs/" };

export function blobOf(content: string): { readonly digest: string; readonly key: string; readonly body: Buffer } {
  const body = Buffer.from(content);
  const digest = `sha256:${hash("sha256", body)}`;
  return { digest, key: `blobs/${digest}`, body };
}

/** A cache manifest as BuildKit writes it, as far as it is read here. */
export function manifestOf(contents: readonly string[]): Buffer {
  const layers = contents.map((content) => {
    const { digest, body } = blobOf(content);
    return { blob: digest, annotations: { size: body.length } };
  });
  return Buffer.from(JSON.stringify({ layers, records: [{ digest: "sha256:0", layers: [{ layer: 0 }] }] }));
}

/** What a build leaves in a bucket that had nothing of it. */
export async function putCache(store: ObjectStore, name: string, contents: readonly string[]): Promise<void> {
  for (const content of contents) {
    const { key, body } = blobOf(content);
    await store.put(key, body);
  }
  await store.put(`manifests/${name}`, manifestOf(contents));
}
