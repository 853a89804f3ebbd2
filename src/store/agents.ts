import { readFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import { BkcacheError } from "../diagnostics/error.ts";
import { type AuthorityFile, awsBundle } from "./authorities.ts";
import type { Env } from "./endpoint.ts";
import { findProxy, namedProxies, type ProxyParty, proxyEnvOf, shownProxy } from "./proxies.ts";

/** Made when first used: Node takes as long to load TLS as to send a request. */
export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  destroy(): void;
}

/**
 * Connections that are kept: through the proxy that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name (`findProxy`), and
 * trusting AWS_CA_BUNDLE, or the profile's `ca_bundle`, besides what Node trusts.
 * @param maxSockets to one host
 * @param tunnelMs time in ms for a proxy to open a way
 * @throws BkcacheError BK5007 where that file cannot be read
 */
export function createAgents(env: Env, maxSockets: number, tunnelMs = 10_000): Agents {
  const named = awsBundle(env);
  const bundle = named === null ? null : readBundle(named);
  const shared = { keepAlive: true, maxSockets, proxyEnv: proxyEnvOf(env) };
  let http: HttpAgent | undefined;
  let https: HttpsAgent | undefined;
  return {
    get http() {
      http ??= behindProxy(new HttpAgent(shared), "http", { env, tunnelMs });
      return http;
    },
    get https() {
      https ??= behindProxy(
        new HttpsAgent({ ...shared, ...(bundle !== null && { secureContext: contextOf(bundle) }) }),
        "https",
        { env, tunnelMs },
      );
      return https;
    },
    destroy() {
      http?.destroy();
      https?.destroy();
    },
  };
}

interface ProxyOptions {
  readonly env: Env;
  readonly tunnelMs: number;
}

/**
 * Has errors of connections that were to go through a proxy say so, in `proxy`; Node's are those of any connection. For a proxy
 * that takes a connection and says nothing Node waits without an end, whatever the request's time-out or signal.
 */
function behindProxy<T extends HttpAgent>(agent: T, kind: "http" | "https", { env, tunnelMs }: ProxyOptions): T {
  if (namedProxies(env).length === 0) return agent;
  const create = agent.createConnection.bind(agent);
  agent.createConnection = (options, done) => {
    const { host, port } = options as { readonly host?: string; readonly port?: number };
    const proxy = findProxy(new URL(`${kind}://${host?.includes(":") ? `[${host}]` : host}:${port}`), env);
    if (proxy === null) return create(options, done);
    const party: ProxyParty = { name: proxy.name, url: shownProxy(proxy.value) };
    const name = (error: unknown): void => void (error instanceof Error && Object.assign(error, { proxy: party }));
    let isSilent = false;
    const socket = create(options, (error, made) => {
      clearTimeout(timer);
      if (isSilent) return;
      name(error);
      done?.(error, made);
    });
    const giveUp = (): void => {
      isSilent = true;
      const silent = Object.assign(new Error("the proxy says nothing"), { code: "ERR_PROXY_SILENT", proxy: party });
      done?.(silent, undefined as never);
      socket?.destroy();
    };
    // Without a tunnel there is nothing to wait for but the answer, for which the request has its own bounds.
    const timer = kind === "https" ? setTimeout(giveUp, tunnelMs) : undefined;
    // Until the connection stands.
    socket?.once("error", name);
    return socket;
  };
  return agent;
}

const contexts = new Map<string, SecureContext>();

/**
 * Trusts a bundle besides what Node trusts. Of an agent's `ca`, Node parses the hundreds of certificates for each connection, and
 * makes them part of a name for each request.
 */
function contextOf(bundle: string): SecureContext {
  // `ca` replaces what Node trusts, so that has to be said again.
  const context = contexts.get(bundle) ?? createSecureContext({ ca: [...getCACertificates("default"), bundle] });
  contexts.set(bundle, context);
  return context;
}

function readBundle({ name, path }: AuthorityFile): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new BkcacheError({
      code: "BK5007",
      message: `${name} names ${path}, which cannot be read`,
      hint: `name a file of PEM certificates, or unset ${name}`,
      cause,
    });
  }
}
