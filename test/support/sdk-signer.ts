import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";

/** The form in which the SDK's signer takes a hash. */
class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;
  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret as string);
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  digest = async (): Promise<Uint8Array> => this.#hash.digest();
  reset(): void {}
}

interface SignAs {
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** Signs requests to S3 as the AWS SDK does. */
export function createSdkSigner({ region, credentials }: SignAs): SignatureV4 {
  // The path is escaped once; other services want it twice.
  return new SignatureV4({ service: "s3", region, credentials, sha256: Sha256, uriEscapePath: false });
}
