import { importWhole } from "../host/import-whole.ts";
import type { Env } from "./endpoint.ts";
import type { Credentials } from "./credentials.ts";
import type { BucketPlace } from "./place.ts";
import type { RequestPolicy } from "./requests.ts";

export interface S3ClientOptions {
  /** Asked for each request; gives others before these end. */
  readonly credentials: () => Promise<Credentials>;
  /** Proxy variables and AWS_CA_BUNDLE. */
  readonly env: Env;
  readonly policy: RequestPolicy;
}

/**
 * Loads the SDK and makes its client for a bucket; it sends nothing yet.
 * @throws BkcacheError BK5007 where AWS_CA_BUNDLE cannot be read
 */
export async function loadS3Client(
  { region, endpointUrl, usePathStyle }: BucketPlace,
  { credentials, env, policy }: S3ClientOptions,
) {
  const [sdk, { requestHandler }] = await importWhole(() =>
    Promise.all([import("./s3-sdk.ts"), import("./request-handler.ts")]),
  );
  const client = new sdk.S3Client({
    region,
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
    // The place says all of that, for BuildKit as well; beside an endpoint the SDK refuses the variables for these.
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    // As BuildKit: path style counts beside an endpoint only.
    forcePathStyle: endpointUrl !== undefined && usePathStyle === true,
    credentials: async () => {
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = await credentials();
      return {
        accessKeyId,
        secretAccessKey,
        ...(sessionToken !== undefined && { sessionToken }),
        ...(expiration !== undefined && { expiration }),
      };
    },
    // Retries are made by `createRequests`, where a refused request can slow the others down.
    maxAttempts: 1,
    // Headers that stores other than Amazon's refuse; and the SDK computes CRC32 in JavaScript, at 0.1 GB/s.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // The SDK gives such a request a connection of its own, and some proxies never answer the question.
    expectContinueHeader: false,
    requestHandler: requestHandler(env, { requestMs: 0, idleMs: policy.idleMs, maxSockets: policy.concurrency }),
  });
  return { sdk, client };
}

export type S3Session = Awaited<ReturnType<typeof loadS3Client>>;
