import { test as plainTest } from "vitest";
import { type Buildkit, type BuildkitOptions, startBuildkit } from "./buildkit.ts";
import { makeCerts } from "./certs.ts";
import { makeTempDir } from "./cleanup.ts";
import { makeBusyboxContext } from "./contexts.ts";
import { makeDockerConfig } from "./docker-config.ts";
import { cleanEnv } from "./env.ts";
import { startFakeGcs } from "./gcs-server.ts";
import { emptyBuilder } from "./mount-project.ts";
import { startVersitygw } from "./s3-server.ts";

/** The bucket that each server has. */
export const bucket = "cache";

/** Real servers and builders. What a test names is started for it or for its file, and ends with that. */
export const test = plainTest
  .extend("s3", { scope: "file" }, async ({}, { onCleanup }) => {
    const s3 = await startVersitygw();
    onCleanup(() => s3.stop());
    await s3.createBucket(bucket);
    return s3;
  })
  /** Of a run that reads and writes that server by the builder, with a docker configuration of its own. */
  .extend(
    "environment",
    { scope: "file" },
    ({ s3 }) =>
      (builder: Buildkit | null, extra: Record<string, string | undefined> = {}) =>
        cleanEnv({
          ...makeDockerConfig().env,
          ...s3.env,
          BKCACHE: "read-write",
          ...(builder === null ? {} : { BUILDKIT_HOST: builder.address }),
          ...extra,
        }),
  )
  .extend("gcs", { scope: "file" }, async ({}, { onCleanup }) => {
    const gcs = await startFakeGcs();
    onCleanup(() => gcs.stop());
    await gcs.createBucket(bucket);
    return gcs;
  })
  /** A folder that stands in for the image busybox, as a build context. */
  .extend("busybox", { scope: "file" }, () => makeBusyboxContext(makeTempDir("busybox")))
  /** One builder for all tests of the file, with what they leave on it. */
  .extend("sharedBuilder", { scope: "file" }, async ({}, { onCleanup }) => {
    const builder = await startBuildkit();
    onCleanup(() => builder.stop());
    return builder;
  })
  /** Certificates for mutual TLS: of an authority, a server and a client. */
  .extend("certs", { scope: "file" }, () => makeCerts(makeTempDir("certs")))
  /** Another builder for all tests of the file, on TCP with these certificates. */
  .extend("tlsBuilder", { scope: "file" }, async ({ certs }, { onCleanup }) => {
    const builder = await startBuildkit({ tls: certs });
    onCleanup(() => builder.stop());
    return builder;
  })
  /** The shared one, emptied before the test, which is as good as another one. */
  .extend("builder", async ({ sharedBuilder }) => {
    await emptyBuilder(sharedBuilder);
    return sharedBuilder;
  })
  /** Starts an empty builder, as often as it is called. */
  .extend("newBuilder", async ({}, { onCleanup }) => {
    const started: Buildkit[] = [];
    onCleanup(async () => void (await Promise.all(started.map((builder) => builder.stop()))));
    return async (options?: BuildkitOptions): Promise<Buildkit> => {
      const builder = await startBuildkit(options);
      started.push(builder);
      return builder;
    };
  });

/** The same with a bucket as those of clouds are: it speaks TLS alone. Builders trust it unless they are told whom to trust. */
export const tlsTest = test
  .extend("s3", { scope: "file" }, async ({ certs }, { onCleanup }) => {
    const s3 = await startVersitygw({ tls: certs });
    onCleanup(() => s3.stop());
    await s3.createBucket(bucket);
    return s3;
  })
  .extend("newBuilder", async ({ certs, newBuilder }) => {
    return (options?: BuildkitOptions): Promise<Buildkit> => newBuilder({ trusts: certs.ca, ...options });
  });
