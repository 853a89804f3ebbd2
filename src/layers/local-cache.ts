import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Diagnostic } from "../diagnostics/error.ts";
import { fieldOf, listOf, parseJsonWithin } from "../host/json.ts";
import { blobPath, type ManifestPlace } from "./place.ts";

type LocalPlace = Extract<ManifestPlace, { readonly type: "folder" }>;

/** A descriptor of the OCI image layout, as far as it is needed. */
export interface Descriptor {
  readonly digest: string;
  readonly mediaType: string;
}

const maxIndexBytes = 4 * 2 ** 20;
const tagAnnotation = "org.opencontainers.image.ref.name";

/** The manifest that a local cache folder has under the tag; null where the folder or the tag is missing. */
export async function findTagged(backend: string, place: LocalPlace): Promise<Descriptor | Diagnostic | null> {
  const index = await readBounded(join(place.dir, "index.json"), maxIndexBytes);
  if (index === null) return null;
  if (typeof index === "string") return unreadable(backend, place.dir, index);
  const parsed = parseJsonWithin(index);
  const manifests = listOf(fieldOf(parsed, "manifests"));
  if (parsed === undefined) return unreadable(backend, place.dir, "index.json is no JSON");
  for (const manifest of manifests) {
    const descriptor = readDescriptor(manifest);
    if (descriptor === null) continue;
    if (place.digest !== null && descriptor.digest === place.digest) return descriptor;
    const tag = fieldOf(fieldOf(manifest, "annotations"), tagAnnotation);
    if (place.digest === null && tag === place.tag) return descriptor;
  }
  return null;
}

/** A blob of a local cache; null where it is missing, too large or not readable. */
export async function readBlob(dir: string, digest: string, maxBytes: number): Promise<Buffer | null> {
  const path = blobPath(dir, digest);
  const blob = path === null ? null : await readBounded(path, maxBytes);
  return typeof blob === "string" ? null : blob;
}

export function readDescriptor(value: unknown): Descriptor | null {
  const digest = fieldOf(value, "digest");
  const mediaType = fieldOf(value, "mediaType");
  return typeof digest === "string" ? { digest, mediaType: typeof mediaType === "string" ? mediaType : "" } : null;
}

/** The bytes of a file, null where there is none, a reason where it cannot be had. */
export async function readBounded(path: string, maxBytes: number): Promise<Buffer | string | null> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      return size > maxBytes ? `${path} is larger than ${maxBytes} bytes` : await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOENT") return null;
    return code === "" ? String(error) : `${path} cannot be read (${code})`;
  }
}

function unreadable(backend: string, dir: string, reason: string): Diagnostic {
  return {
    code: "BK5013",
    message: `backend "${backend}": ${dir} is no readable cache: ${reason}`,
    hint: "check the folder's rights, or remove it: a bake that writes makes it anew",
  };
}
