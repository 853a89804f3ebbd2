import { importWhole } from "../host/import-whole.ts";
import type { Credentials } from "./key.ts";
import type { Env } from "./endpoint.ts";
import type { HandlerOptions } from "./request-handler.ts";
import type { S3Place } from "./s3-error.ts";

export interface S3Access extends S3Place {
  readonly usePathStyle?: boolean;
  readonly credentials: Credentials;
  /** Called when the credentials are about to end; without it they are used to their end. */
  readonly renew?: () => Promise<Credentials>;
  /** Proxy variables and AWS_CA_BUNDLE. */
  readonly env: Env;
  readonly signal: AbortSignal;
}

/** Loads the SDK. Callers that wait for something else first may begin with it. */
export function loadSdk() {
  return importWhole(() => Promise.all([import("./s3-sdk.ts"), import("./request-handler.ts")]));
}

/**
 * The client of everything that talks to an S3-compatible bucket; it sends nothing yet.
 * @param attempts of the SDK's own for one command
 * @throws BkcacheError BK5007 where AWS_CA_BUNDLE cannot be read
 */
export async function createS3Client(access: S3Access, handler: HandlerOptions, attempts: number) {
  const { region, endpointUrl, usePathStyle, credentials, renew, env } = access;
  const [{ S3Client }, { requestHandler }] = await loadSdk();
  let next: Credentials | null = credentials;
  return new S3Client({
    region,
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
    // As BuildKit: path style counts beside an endpoint only.
    forcePathStyle: endpointUrl !== undefined && usePathStyle === true,
    credentials:
      renew === undefined
        ? spell({ ...credentials, expiration: undefined })
        : async () => {
            const current = next ?? (await renew());
            next = null;
            return spell(current);
          },
    maxAttempts: attempts,
    // Headers that stores other than Amazon's refuse; and the SDK computes CRC32 in JavaScript, at 0.1 GB/s.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // The SDK gives such a request a connection of its own, and some proxies never answer the question.
    expectContinueHeader: false,
    requestHandler: requestHandler(env, handler),
  });
}

function spell(credentials: Omit<Credentials, "expiration"> & { readonly expiration?: Date | undefined }) {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    ...(expiration !== undefined && { expiration }),
  };
}
