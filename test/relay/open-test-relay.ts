import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { onTestFinished } from "vitest";
import type { Answered } from "../../src/relay/handle.ts";
import { newKeys, openRelay, type RelayOptions } from "../../src/relay/relay.ts";
import type { ServedStore } from "../../src/relay/served-store.ts";
import type { Keys } from "../../src/relay/signature.ts";
import { createMemoryServedStore } from "./memory-served-store.ts";

/** A relay on a free port with the bucket `cache`, and clients of it. All ends with the test. */
export async function openTestRelay({
  store = createMemoryServedStore(),
  ...options
}: { readonly store?: ServedStore } & Partial<RelayOptions> = {}) {
  const [writer, reader] = [newKeys(), newKeys()];
  const stop = new AbortController();
  const answered: Answered[] = [];
  const relay = await openRelay({
    buckets: { cache: store },
    callers: [
      { name: "writer", keys: writer, mayWrite: true },
      { name: "reader", keys: reader, mayWrite: false },
    ],
    listen: { host: "127.0.0.1", port: 0 },
    onAnswered: (each) => answered.push(each),
    signal: stop.signal,
    ...options,
  });
  onTestFinished(() => relay.close(0));
  const protocol = options.listen?.tls === undefined ? "http" : "https";
  const endpoint = `${protocol}://127.0.0.1:${relay.address.port}`;
  const client = (keys: Keys = writer, more: S3ClientConfig = {}): S3Client => {
    const sdk = new S3Client({
      endpoint,
      region: "eu-central-1",
      credentials: keys,
      forcePathStyle: true,
      maxAttempts: 1,
      ...more,
    });
    onTestFinished(() => sdk.destroy());
    return sdk;
  };
  return { relay, endpoint, writer, reader, client, answered, stop };
}
