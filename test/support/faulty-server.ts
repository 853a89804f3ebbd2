import { readFileSync } from "node:fs";
import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request as sendHttp,
  type RequestOptions,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer, request as sendHttps } from "node:https";
import type { AddressInfo } from "node:net";
import type { Certificates } from "./certs.ts";

/** What happens to one request instead of, or on top of, its way to the real server. */
export type Fault =
  /** It is answered with this; `body` is XML or JSON in the words of the store. */
  | { readonly kind: "status"; readonly status: number; readonly body?: string }
  /** The connection is cut before any answer; `after`: the real server has done what was asked. */
  | { readonly kind: "cut"; readonly after?: boolean }
  /** The real answer, cut off in the middle of its body. */
  | { readonly kind: "cut body"; readonly bytes: number }
  /** The real answer with fewer bytes than its head says, and then silence. */
  | { readonly kind: "stall body"; readonly bytes: number }
  /** The head promises these bytes, and the body ends early as if it were whole. */
  | { readonly kind: "short body"; readonly bytes: number }
  /** The real answer with a bit of its body changed. */
  | { readonly kind: "flip" }
  /** The request reaches the real server this much later, in ms. */
  | { readonly kind: "late"; readonly ms: number }
  /** The request reaches the real server once this has settled. */
  | { readonly kind: "held"; readonly until: Promise<unknown> }
  /** Nothing is ever answered. */
  | { readonly kind: "silence" }
  /** The answer comes byte by byte, so slowly that it takes this time in ms, though never standing still. */
  | { readonly kind: "slow body"; readonly ms: number };

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  /** How many requests were under way, this one included. */
  readonly open: number;
}

export interface FaultyServer {
  readonly endpoint: string;
  /** Asked for each request, in their order from 0; null lets it through. */
  plan: (request: SeenRequest, index: number) => Fault | null;
  readonly seen: SeenRequest[];
  /** Connections that are open now. */
  connections(): Promise<number>;
  stop(): void;
}

/**
 * A loopback server before another one (or before none), that does to requests what a plan says. What it lets through
 * keeps its headers, so signatures still hold.
 * @param tls for both of them
 */
export async function startFaultyServer(target: string | null, tls?: Certificates): Promise<FaultyServer> {
  const seen: SeenRequest[] = [];
  let open = 0;
  const send: Send =
    tls === undefined
      ? sendHttp
      : (url, options, onAnswer) => sendHttps(url, { ...options, ca: readFileSync(tls.ca) }, onAnswer);
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    open += 1;
    response.on("close", () => (open -= 1));
    const asked = {
      method: request.method ?? "",
      url: request.url ?? "",
      headers: request.headers,
      open,
    };
    const fault = faulty.plan(asked, seen.length);
    seen.push(asked);
    const onward = (onAnswer: (from: IncomingMessage) => void) =>
      forward(request, response, { target, send, onAnswer });
    handle(request, response, fault, onward);
  };
  const server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer({ cert: readFileSync(tls.serverCert), key: readFileSync(tls.serverKey) }, listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const faulty: FaultyServer = {
    endpoint: `${tls === undefined ? "http" : "https"}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    plan: () => null,
    seen,
    connections: () => new Promise((resolve) => void server.getConnections((_, count) => resolve(count))),
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  return faulty;
}

type Send = (url: string, options: RequestOptions, onAnswer: (from: IncomingMessage) => void) => ClientRequest;
type Onward = (onAnswer: (from: IncomingMessage) => void) => void;

function handle(request: IncomingMessage, response: ServerResponse, fault: Fault | null, onward: Onward): void {
  if (fault?.kind === "status") {
    // As most servers do, the body is read before the refusal.
    request.resume().on("end", () => {
      response.writeHead(fault.status, { "content-type": "application/xml" }).end(fault.body ?? "");
    });
  } else if (fault?.kind === "silence") {
    request.resume();
  } else if (fault?.kind === "late") {
    setTimeout(() => onward((from) => respond(from, response, null)), fault.ms);
  } else if (fault?.kind === "held") {
    const go = () => onward((from) => respond(from, response, null));
    fault.until.then(go, go);
  } else if (fault?.kind !== "cut") {
    onward((from) => respond(from, response, fault));
  } else if (fault.after === true) {
    onward(() => request.socket.destroy());
  } else {
    request.socket.destroy();
  }
}

interface ForwardOptions {
  readonly target: string | null;
  readonly send: Send;
  readonly onAnswer: (from: IncomingMessage) => void;
}

function forward(request: IncomingMessage, response: ServerResponse, { target, send, onAnswer }: ForwardOptions): void {
  if (target === null) {
    response.writeHead(502).end();
    return;
  }
  const onward = send(`${target}${request.url}`, { method: request.method, headers: request.headers }, onAnswer);
  onward.on("error", () => response.destroy());
  response.on("close", () => onward.destroy());
  request.pipe(onward);
}

type BodyFault = Exclude<Fault, { readonly kind: "status" | "silence" | "cut" | "late" | "held" }>;

function respond(from: IncomingMessage, response: ServerResponse, fault: BodyFault | null): void {
  if (fault === null) {
    response.writeHead(from.statusCode ?? 502, from.headers);
    from.pipe(response);
    return;
  }
  const chunks: Buffer[] = [];
  from.on("data", (chunk: Buffer) => chunks.push(chunk));
  from.on("end", () => {
    const body = Buffer.concat(chunks);
    switch (fault.kind) {
      case "cut body":
        response.writeHead(from.statusCode ?? 502, from.headers);
        response.write(body.subarray(0, fault.bytes), () => response.destroy());
        return;
      case "stall body":
        response.writeHead(from.statusCode ?? 502, from.headers);
        response.write(body.subarray(0, fault.bytes));
        return;
      case "short body": {
        // Chunked, so that only the length that the store told elsewhere can show it.
        const { "content-length": length, ...headers } = from.headers;
        response.writeHead(from.statusCode ?? 502, {
          ...headers,
          "content-length": String(length),
          connection: "close",
        });
        response.write(body.subarray(0, fault.bytes), () => response.socket?.end());
        return;
      }
      case "flip":
        if (body.length > 0) body.writeUInt8(body.readUInt8(body.length >> 1) ^ 1, body.length >> 1);
        response.writeHead(from.statusCode ?? 502, from.headers).end(body);
        return;
      case "slow body":
        response.writeHead(from.statusCode ?? 502, from.headers);
        trickle(body, response, fault.ms);
    }
  });
}

/** Sends a body in twenty parts over the time. */
function trickle(body: Buffer, response: ServerResponse, ms: number): void {
  const parts = 20;
  const size = Math.ceil(body.length / parts);
  let sent = 0;
  const timer = setInterval(() => {
    response.write(body.subarray(sent, sent + size));
    sent += size;
    if (sent < body.length) return;
    clearInterval(timer);
    response.end();
  }, ms / parts);
  response.on("close", () => clearInterval(timer));
}
