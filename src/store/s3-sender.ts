import type { IncomingMessage } from "node:http";
import { BkcacheError } from "../diagnostics/error.ts";
import { type Agents, createAgents } from "./agents.ts";
import type { Credentials } from "./credentials.ts";
import type { Env } from "./endpoint.ts";
import type { BucketPlace } from "./place.ts";
import type { RequestPolicy } from "./requests.ts";
import { sendSigned, type SignedRequest, type Signer } from "./signed-request.ts";

export interface S3SenderOptions {
  /** Asked for each request. */
  readonly credentials: () => Promise<Credentials>;
  /** Proxy variables and AWS_CA_BUNDLE. */
  readonly env: Env;
  readonly policy: RequestPolicy;
}

/** Sends requests about one bucket over connections that are kept. */
export interface S3Sender {
  /** Each once; the answer is to be read or destroyed. @throws as `sendSigned` does. */
  send(request: SignedRequest): Promise<IncomingMessage>;
  close(): void;
}

/** @throws BkcacheError BK5007 where AWS_CA_BUNDLE cannot be read */
export function createS3Sender(place: BucketPlace, { credentials, env, policy }: S3SenderOptions): S3Sender {
  const agents = openAgents(place, env);
  const signer: Signer = { credentials, clockOffset: 0 };
  return {
    send: (request) => sendSigned(place, request, { agents, signer, idleMs: policy.idleMs }),
    close: () => agents.destroy(),
  };
}

function openAgents({ backend }: BucketPlace, env: Env): Agents {
  try {
    // A body that is being read has a connection of its own; the requests are bounded elsewhere.
    return createAgents(env, Infinity);
  } catch (error) {
    if (!(error instanceof BkcacheError)) throw error;
    const { code, message, hint = "" } = error;
    throw new BkcacheError({ code, message: `backend "${backend}": ${message}`, hint, cause: error });
  }
}
