import { createAgents } from "./agents.ts";
import type { Env } from "./endpoint.ts";

export interface HandlerOptions {
  /** Time in ms until the answer of one attempt begins, and for the connection at most 3 s of it; 0 for no bound. */
  readonly requestMs: number;
  /** Time in ms in which not a byte moves. */
  readonly idleMs: number;
  /** Connections to one host. */
  readonly maxSockets?: number;
}

/**
 * How the SDK sends requests; proxies and certificates as `createAgents` says.
 * @throws BkcacheError BK5007 where AWS_CA_BUNDLE cannot be read
 */
export function requestHandler(env: Env, { requestMs, idleMs, maxSockets = 32 }: HandlerOptions) {
  const { http, https } = createAgents(env, maxSockets);
  return {
    connectionTimeout: requestMs > 0 ? Math.min(requestMs, 3_000) : idleMs,
    requestTimeout: requestMs,
    throwOnRequestTimeout: true,
    socketTimeout: idleMs,
    httpAgent: http,
    httpsAgent: https,
  };
}
