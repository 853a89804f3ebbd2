import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";

/** PEM. */
export interface TlsFiles {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The client waits for a word before it sends the body; `response.writeContinue()` says it. */
  readonly awaitsContinue: boolean;
  /** Time in ms in which a client may take or send not a byte. */
  readonly idleMs: number;
  /** Aborted where the client has gone, or the server stops. */
  readonly signal: AbortSignal;
}

/** What a client may draw out. Times in ms. */
export interface Limits {
  /** Connections at once to each address; more are closed as they come. */
  readonly connections: number;
  /** For a TLS handshake, and for the head of a request. */
  readonly headMs: number;
  /** Within a body, of a request or an answer, without a byte. */
  readonly idleMs: number;
}

export interface ServerOptions {
  /** Never rejects. */
  readonly handle: (exchange: Exchange) => Promise<void>;
  readonly tls?: TlsFiles | undefined;
  readonly limits: Limits;
}

export interface RelayServer {
  /** @returns the port */
  listen(host: string, port: number): Promise<number>;
  /** Takes no more; what is under way has so many ms to end, then it is aborted. Harmless to repeat. */
  close(graceMs: number): Promise<void>;
}

/**
 * Time in ms for which a connection without a request is kept: longer than Go's 90 s, so that it is the client that closes
 * it, never the relay while a request is on its way.
 */
const keepTimeout = 120_000;
/** Time in ms that handlers have for what they clean up after an abort. */
const abortGrace = 5_000;
const longestHead = 16 * 1024;

/** Serves HTTP; the bounds within bodies are the handler's. */
export function createServer({ handle, tls, limits }: ServerOptions): RelayServer {
  const servers = new Set<Server>();
  const underWay = new Map<Promise<void>, AbortController>();
  let closing: Promise<void> | undefined;

  const onRequest = (awaitsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    if (closing !== undefined) {
      response.writeHead(503, { connection: "close", "content-length": 0 }).end();
      return;
    }
    const controller = new AbortController();
    response.once("close", () => {
      if (!response.writableFinished) controller.abort(new Error("the client has gone"));
    });
    // Errors of a connection are seen by its `close`.
    response.on("error", () => {});
    request.on("error", () => {});
    const work = handle({ request, response, awaitsContinue, idleMs: limits.idleMs, signal: controller.signal });
    underWay.set(work, controller);
    void work.finally(() => {
      underWay.delete(work);
      if (closing !== undefined) for (const server of servers) server.closeIdleConnections();
    });
  };

  const create = (): Server => {
    const options = {
      keepAliveTimeout: keepTimeout,
      headersTimeout: limits.headMs,
      // Of an entire request: a large body over a slow line takes long. Its silence is bounded where it is read.
      requestTimeout: 0,
      connectionsCheckingInterval: limits.headMs / 4,
      maxHeaderSize: longestHead,
      noDelay: true,
    };
    const server =
      tls === undefined
        ? createHttpServer(options)
        : createHttpsServer({ ...options, cert: tls.cert, key: tls.key, handshakeTimeout: limits.headMs });
    server.maxConnections = limits.connections;
    server.on("request", onRequest(false));
    server.on("checkContinue", onRequest(true));
    return server;
  };

  const end = async (graceMs: number): Promise<void> => {
    for (const server of servers) server.close();
    await within(graceMs, [...underWay.keys()]);
    for (const controller of underWay.values()) controller.abort(new Error("the relay stops"));
    for (const server of servers) server.closeAllConnections();
    await within(abortGrace, [...underWay.keys()]);
  };

  return {
    async listen(host, port) {
      if (closing !== undefined) throw new Error("the relay has stopped");
      const server = create();
      await new Promise<void>((resolve, reject) => {
        // One that comes later, as where files run out, concerns a connection that was not made.
        server.on("error", reject);
        server.listen({ host, port, exclusive: true }, resolve);
      });
      servers.add(server);
      return (server.address() as AddressInfo).port;
    },
    close: (graceMs) => (closing ??= end(graceMs)),
  };
}

async function within(ms: number, work: readonly Promise<void>[]): Promise<void> {
  if (work.length === 0) return;
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([Promise.all(work), bound]);
  clearTimeout(timer);
}
