import { readFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { getCACertificates } from "node:tls";
import { BkcacheError } from "../diagnostics/error.ts";
import type { Env } from "./endpoint.ts";

export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/**
 * Connections that are kept: through the proxy that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name, as buildx does, and
 * trusting AWS_CA_BUNDLE besides what Node trusts.
 * @param maxSockets to one host
 * @throws BkcacheError BK5007 where AWS_CA_BUNDLE cannot be read
 */
export function createAgents(env: Env, maxSockets: number): Agents {
  const bundle = env["AWS_CA_BUNDLE"];
  const shared = { keepAlive: true, maxSockets, proxyEnv: { ...env } };
  return {
    http: new HttpAgent(shared),
    https: new HttpsAgent({
      ...shared,
      // `ca` replaces what Node trusts, so that has to be said again.
      ...(bundle && { ca: [...getCACertificates("default"), readBundle(bundle)] }),
    }),
  };
}

function readBundle(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new BkcacheError({
      code: "BK5007",
      message: `AWS_CA_BUNDLE names ${path}, which cannot be read`,
      hint: "name a file of PEM certificates, or unset AWS_CA_BUNDLE",
      cause,
    });
  }
}
