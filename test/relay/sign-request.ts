import { sha256 } from "../../src/relay/sha256.ts";
import type { Keys, RequestHead } from "../../src/relay/signature.ts";
import { createSdkSigner } from "../support/sdk-signer.ts";

export interface ToSign {
  readonly method?: string;
  readonly path?: string;
  readonly query?: Record<string, string>;
  /** The query as it is on the line. */
  readonly rawQuery?: string;
  readonly headers?: Record<string, string>;
}

/** Signs as the SDK does, and gives what is then on the line. */
export async function signRequest({
  keys,
  now,
  method = "GET",
  path = "/cache/key",
  query = {},
  rawQuery,
  headers = {},
}: ToSign & { readonly keys: Keys; readonly now: number }): Promise<RequestHead> {
  const signer = createSdkSigner({ region: "eu-central-1", credentials: keys });
  const request = { method, protocol: "http:", hostname: "127.0.0.1", path, query, headers };
  const signed = await signer.sign(
    { ...request, headers: { host: "127.0.0.1:1234", "x-amz-content-sha256": sha256(""), ...headers } },
    { signingDate: new Date(now) },
  );
  const text = rawQuery ?? new URLSearchParams(query).toString();
  return {
    method,
    target: text === "" ? path : `${path}?${text}`,
    rawHeaders: Object.entries(signed.headers).flat(),
  };
}
