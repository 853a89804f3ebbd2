import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { createAgents } from "./agents.ts";
import type { Env } from "./endpoint.ts";
import { describeLine, readFailure } from "./failure.ts";
import type { BucketPlace } from "./place.ts";
import { where } from "./s3-error.ts";
import { objectUrl } from "./signed-request.ts";
import { transferError } from "./failure.ts";

/** What a store answers to somebody whom it does not know. */
export interface EndpointAnswer {
  /** The store's time, in ms since the epoch, and that of this machine when it came; null where the store does not say. */
  readonly clock: { readonly theirs: number; readonly ours: number } | null;
}

interface AskOptions {
  readonly env: Env;
  readonly signal: AbortSignal;
  /** Time in ms in which not a byte moves. */
  readonly idleMs: number;
}

/** An address of the bucket at which nothing lies, as it is called without credentials. */
export function strangersUrl(place: BucketPlace): URL {
  return objectUrl(place, `${place.prefix}doctor/nothing`);
}

/** Asks once, without credentials; any answer will do. A finding where there is none. */
export async function askEndpoint(
  place: BucketPlace,
  { env, signal, idleMs }: AskOptions,
): Promise<EndpointAnswer | Diagnostic> {
  const party = { backend: place.backend, where: where(place) };
  try {
    const agents = createAgents(env, 1);
    try {
      const url = strangersUrl(place);
      const [send, agent] = url.protocol === "http:" ? [requestHttp, agents.http] : [requestHttps, agents.https];
      const date = await new Promise<string | undefined>((resolve, reject) => {
        const request = send(url, { agent, signal }, (answer) => {
          answer.on("error", () => {}).resume();
          resolve(answer.headers.date);
        });
        request.setTimeout(idleMs, () => request.destroy(transferError("ETIMEDOUT", `no byte for ${idleMs} ms`)));
        request.on("error", reject).end();
      });
      const theirs = Date.parse(date ?? "");
      return { clock: Number.isNaN(theirs) ? null : { theirs, ours: Date.now() } };
    } finally {
      agents.destroy();
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof BkcacheError) return error.findings[0] as Diagnostic;
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return (
      describeLine(readFailure(error), party) ?? {
        code: "BK5007",
        message: `backend "${party.backend}": ${party.where} does not answer (${code})`,
        hint: "check the endpoint, the network and the proxy variables",
      }
    );
  }
}
