import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { importWhole } from "../host/import-whole.ts";
import type { Credentials } from "../store/credentials.ts";
import type { Env } from "../store/endpoint.ts";
import type { ObjectReader } from "../store/object-store.ts";
import type { BucketPlace, Place, StoreBackend } from "../store/place.ts";
import { prefixesOf } from "./prefixes.ts";

/** What it takes to look into a backend. */
export interface LayerAccess {
  /** Credentials by name of the backend, for those in a bucket. */
  readonly credentials: Readonly<Record<string, Credentials>>;
  /** Stores by name of the backend that are open already, at the place of the backend. They stay open. */
  readonly stores?: Readonly<Record<string, ObjectReader>>;
  readonly env: Env;
  readonly signal: AbortSignal;
}

/** Where BuildKit puts the manifest of one cache. */
export type ManifestPlace =
  | {
      readonly type: "bucket";
      readonly place: BucketPlace;
      /** Of the object, prefix included. */ readonly key: string;
    }
  | { readonly type: "folder"; readonly dir: string; readonly tag: string; readonly digest: string | null };

export interface ManifestQuestion {
  readonly backend: StoreBackend;
  readonly place: Place;
  /** The cache name. */
  readonly name: string;
  readonly direction: "from" | "to";
}

/** The keys are BuildKit's own, defaults included. */
export function manifestPlace({ backend, place, name, direction }: ManifestQuestion): ManifestPlace {
  const text = (key: string): string => String(backend[key] ?? "");
  if (place.type === "local") {
    const digest = direction === "from" ? text("digest") : "";
    return {
      type: "folder",
      dir: join(place.dir, name),
      tag: text("tag") || "latest",
      digest: digest === "" ? null : digest,
    };
  }
  // A plain concatenation: BuildKit puts no slash between the three.
  const [first = ""] = name.split(";");
  return {
    type: "bucket",
    place,
    key: `${place.prefix}${prefixesOf(backend).manifestsPrefix}${first || "buildkit"}`,
  };
}

/** Buckets as far as manifests are looked at, one store for each place, opened when first used. */
export interface ManifestReader {
  /** Whether the object exists. A failure is a finding that names the backend. */
  has(place: BucketPlace, key: string): Promise<boolean | Diagnostic>;
  /** The object's bytes, null where there is none. Longer objects are a finding. */
  read(place: BucketPlace, key: string, maxBytes: number): Promise<Buffer | null | Diagnostic>;
  /**
   * The first bytes of what lies beside a manifest; null where there is nothing, and where it cannot be had.
   * @param key relative to the place of the backend
   */
  readBeside(manifest: ManifestPlace, key: string, bytes: number): Promise<Buffer | null>;
  close(): Promise<void>;
}

/** Loads what a look into a bucket takes. Callers that wait for something else first may begin with it. */
export function loadProbe() {
  return importWhole(() => import("../store/s3-reader.ts"), ["crypto", "http", "http2"]);
}

/** A look at a manifest is a help, and waits neither long nor often. */
const policy = { tries: 2, waits: [0], idleMs: 4_000, concurrency: 32 };

export function createManifestReader({ credentials, stores = {}, env, signal }: LayerAccess): ManifestReader {
  const opened = new Map<string, Promise<ObjectReader>>();
  const openBucket = async (place: BucketPlace): Promise<ObjectReader> => {
    const ready = stores[place.backend];
    if (ready !== undefined) return ready;
    const name = JSON.stringify(place);
    const own = credentials[place.backend];
    if (own === undefined) throw new Error(`backend ${place.backend} is looked into without credentials`);
    const store =
      opened.get(name) ??
      loadProbe().then(({ createS3Reader }) =>
        createS3Reader(place, { credentials: async () => own, env, signal, policy }),
      );
    opened.set(name, store);
    return store;
  };
  const ask = async <T>(place: BucketPlace, work: (store: ObjectReader) => Promise<T>): Promise<T | Diagnostic> => {
    try {
      return await work(await openBucket(place));
    } catch (error) {
      if (error instanceof BkcacheError) return error.findings[0] as Diagnostic;
      if (!signal.aborted) throw error;
      const { describeSilence } = await loadProbe();
      return describeSilence(place);
    }
  };
  const reading = { signal };
  const keyIn = ({ backend, prefix }: BucketPlace, key: string) => (backend in stores ? key.slice(prefix.length) : key);
  return {
    has: (place, key) => ask(place, async (store) => (await store.stat(keyIn(place, key), reading)) !== null),
    read: (place, key, maxBytes) => ask(place, (store) => store.get(keyIn(place, key), { maxBytes, ...reading })),
    async readBeside(manifest, key, bytes) {
      if (manifest.type === "folder") return readStart(join(dirname(manifest.dir), key), bytes);
      const { place } = manifest;
      const isRelative = place.backend in stores;
      const name = isRelative ? key : `${place.prefix.replace(/(?<=[^/])$/, "/")}${key}`;
      const found = await ask(place, async (store) => {
        const content = await store.read(name, { range: { start: 0, end: bytes }, ...reading });
        return content === null ? null : collect(content.body);
      });
      return Buffer.isBuffer(found) ? found : null;
    },
    async close() {
      for (const store of await Promise.allSettled(opened.values())) {
        if (store.status === "fulfilled") store.value.close();
      }
    },
  };
}

async function collect(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function readStart(path: string, bytes: number): Promise<Buffer | null> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(size, bytes)), { position: 0 });
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}

/** Path of a blob in the OCI layout of a local cache; null for a digest that could lead elsewhere. */
export function blobPath(dir: string, digest: string): string | null {
  const match = /^sha256:([0-9a-f]{64})$/.exec(digest);
  return match === null ? null : join(dir, "blobs", "sha256", match[1] as string);
}
