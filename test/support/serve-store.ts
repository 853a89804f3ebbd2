import { readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { newKeys } from "../../src/relay/relay.ts";
import { type ServingRelay, servePlaces } from "../../src/relay/serve-places.ts";
import type { Keys } from "../../src/relay/signature.ts";
import { createFsStore } from "../../src/store/fs.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { openStore } from "../../src/store/open.ts";
import { makeTempDir } from "./cleanup.ts";
import { cleanEnv } from "./env.ts";
import { startGcsGate } from "./gcs-auth.ts";
import type { GcsServer } from "./gcs-server.ts";
import type { S3Server } from "./s3-server.ts";

const { signal } = new AbortController();

/** A relay with the bucket `shop`, and the key of a client that may write. */
export interface ServedStore {
  readonly relay: ServingRelay;
  readonly endpoint: string;
  readonly keys: Keys;
  close(): Promise<void>;
  /** Makes an object older, where the passing of time does not. */
  readonly age?: (key: string) => void;
}

export async function serveStore(
  store: ObjectStore,
  tls?: { readonly cert: string; readonly key: string },
): Promise<ServedStore> {
  const keys = newKeys();
  const relay = await servePlaces({
    isForOneBuilder: true,
    places: { shop: { store, layout: { blobsPrefix: "blobs/", manifestsPrefix: "manifests/" }, tier: null } },
    callers: [{ name: "client", keys, mayWrite: true }],
    listen: { host: "127.0.0.1", port: 0, tls: tls && { cert: readFileSync(tls.cert), key: readFileSync(tls.key) } },
    signal,
  });
  return {
    relay,
    keys,
    endpoint: `${tls === undefined ? "http" : "https"}://127.0.0.1:${relay.address.port}`,
    async close() {
      await relay.close();
      store.close();
    },
  };
}

export const storeKinds = ["memory", "folder", "S3", "GCS"] as const;

/** Serves a store of this kind; those in servers have the bucket that the servers have. */
export async function serveKind(
  kind: (typeof storeKinds)[number],
  { s3, gcs, bucket }: { readonly s3: S3Server; readonly gcs: GcsServer; readonly bucket: string },
): Promise<ServedStore> {
  switch (kind) {
    case "memory":
      return serveStore(createMemoryStore());
    case "folder":
      return serveStore(createFsStore({ backend: "disk", dir: makeTempDir("store"), signal }));
    case "S3": {
      const place = { name: "remote", type: "s3", bucket, prefix: "r/" };
      const served = await serveStore(await openStore(place, { env: cleanEnv(s3.env), signal }));
      const age = (key: string) => utimesSync(join(s3.dir, bucket, "r", key), 1_700_000_000, 1_700_000_000);
      return { ...served, age };
    }
    case "GCS":
    default: {
      const gate = await startGcsGate(gcs.endpoint);
      // Google's SDK reads the environment of its process.
      process.env["GOOGLE_APPLICATION_CREDENTIALS"] = gate.keyFile;
      const env = cleanEnv({ GOOGLE_APPLICATION_CREDENTIALS: gate.keyFile });
      const place = { name: "google", type: "gcs", bucket, prefix: "r/", endpointUrl: gate.endpoint, insecure: true };
      const served = await serveStore(await openStore(place, { env, signal }));
      return {
        ...served,
        async close() {
          await served.close();
          delete process.env["GOOGLE_APPLICATION_CREDENTIALS"];
          gate.stop();
        },
      };
    }
  }
}
