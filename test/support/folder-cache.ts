import { hash } from "node:crypto";
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes a layer cache as BuildKit's local exporter does: an OCI image layout with these layers. */
export function makeFolderCache(path: string, name: string, contents: readonly string[]): string {
  const dir = join(path, name);
  mkdirSync(join(dir, "blobs", "sha256"), { recursive: true });
  mkdirSync(join(dir, "ingest"), { recursive: true });
  const put = (body: string, mediaType: string) => {
    const hex = hash("sha256", body);
    writeFileSync(join(dir, "blobs", "sha256", hex), body);
    return { mediaType, digest: `sha256:${hex}`, size: body.length };
  };
  const layers = contents.map((content) => put(content, "application/vnd.oci.image.layer.v1.tar+gzip"));
  const cache = JSON.stringify({ layers: layers.map(({ digest }) => ({ blob: digest })), records: [{}, {}] });
  const config = put(cache, "application/vnd.buildkit.cacheconfig.v0");
  const manifest = put(JSON.stringify({ config, layers }), "application/vnd.oci.image.manifest.v1+json");
  const annotations = { "org.opencontainers.image.ref.name": "latest" };
  writeFileSync(join(dir, "index.json"), JSON.stringify({ manifests: [{ ...manifest, annotations }] }));
  return dir;
}

/** Lets everything below a folder be so old. */
export function age(dir: string, hours: number): void {
  const at = new Date(Date.now() - hours * 3_600_000);
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    utimesSync(join(entry.parentPath, entry.name), at, at);
  }
}
