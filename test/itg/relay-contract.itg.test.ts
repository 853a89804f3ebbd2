import { setTimeout as sleep } from "node:timers/promises";
import { describe } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { describeObjectStore } from "../contract/object-store.ts";
import { cleanEnv } from "../support/env.ts";
import { serveKind, type ServedStore, storeKinds } from "../support/serve-store.ts";
import { bucket, tlsTest as test } from "../support/servers.ts";

const { signal } = new AbortController();

/** A store in memory holds what the suite wants to see on its way through this process. */
const kinds = storeKinds.filter((kind) => kind !== "memory");

describe.each(kinds)("the relay over %s", (kind) => {
  let served: ServedStore;
  test.beforeAll(async ({ s3, gcs }) => void (served = await serveKind(kind, { s3, gcs, bucket })));
  test.afterAll(() => served?.close());

  // The AWS SDK in the hands of bkcache's own S3 store, which is how mounts get to a relay that is a service.
  describeObjectStore(`S3 by way of the relay over ${kind}`, async () => ({
    open: async (more = {}) =>
      openStore(
        {
          name: "remote",
          type: "s3",
          bucket: "shop",
          prefix: "mounts/",
          region: "eu-central-1",
          endpointUrl: served.endpoint,
          usePathStyle: true,
          insecure: true,
        },
        {
          env: cleanEnv({
            AWS_ACCESS_KEY_ID: served.keys.accessKeyId,
            AWS_SECRET_ACCESS_KEY: served.keys.secretAccessKey,
          }),
          signal,
          ...more,
        },
      ),
    age: async (key) => served.age?.(`mounts/${key}`) ?? sleep(1_100),
  }));
});
