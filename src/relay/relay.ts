import { randomBytes } from "node:crypto";
import { createHandler, type HandlerOptions, type RelayCaller } from "./handle.ts";
import { createServer, type Limits, type TlsFiles } from "./server.ts";
import type { ServedStore } from "./served-store.ts";
import type { Keys } from "./signature.ts";

export interface RelayOptions {
  /** By the names under which they are served: at least 3 characters. */
  readonly buckets: Readonly<Record<string, ServedStore>>;
  readonly callers: readonly RelayCaller[];
  readonly listen: {
    readonly host: string;
    /** 0: any that is free. */
    readonly port: number;
    readonly tls?: TlsFiles | undefined;
  };
  readonly limits?: Partial<Limits>;
  /** Called after each request. */
  readonly onAnswered?: HandlerOptions["onAnswered"];
  /** Answers what is asked without a signature, such as a page of health. */
  readonly page?: HandlerOptions["page"];
  /** Aborts what is under way, and stops. */
  readonly signal: AbortSignal;
}

export interface Relay {
  readonly address: { readonly host: string; readonly port: number };
  /** Serves the same on one more address, such as that of a bridge. Returns the port. */
  listen(host: string): Promise<number>;
  /** A path that answers 404 and tells when it was asked for, which shows that the relay can be reached from there. */
  expectProbe(): Probe;
  /**
   * Stops: takes no more, and has what is under way end.
   * @param graceMs after which it is aborted
   */
  close(graceMs?: number): Promise<void>;
}

export interface Probe {
  readonly path: string;
  /** Never settles where nobody asks. */
  readonly asked: Promise<void>;
  close(): void;
}

/** BuildKit takes up to 20 connections for each target of a build. */
const usualLimits: Limits = { connections: 512, headMs: 20_000, idleMs: 60_000 };
/** Time in ms. */
const grace = 10_000;

/** Starts an endpoint that speaks S3's protocol, for those who have its keys. */
export async function openRelay(options: RelayOptions): Promise<Relay> {
  const { listen, signal } = options;
  const probes = new Map<string, () => void>();
  const handle = createHandler({
    buckets: new Map(Object.entries(options.buckets)),
    callers: options.callers,
    page(method, path) {
      const onAsked = probes.get(path);
      if (onAsked === undefined) return options.page?.(method, path) ?? null;
      onAsked();
      return { status: 404, headers: { "content-length": 0 } };
    },
    now: () => Date.now(),
    onAnswered: options.onAnswered ?? (() => {}),
  });
  signal.throwIfAborted();
  const server = createServer({
    handle,
    tls: listen.tls,
    limits: { ...usualLimits, ...options.limits },
  });
  const port = await server.listen(listen.host, listen.port);
  const onAbort = (): void => void server.close(0);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  return {
    address: { host: listen.host, port },
    listen: async (host) => server.listen(host, 0),
    expectProbe() {
      const path = `/probe-${randomBytes(16).toString("hex")}`;
      const asked = new Promise<void>((resolve) => probes.set(path, resolve));
      return { path, asked, close: () => void probes.delete(path) };
    },
    async close(graceMs = grace) {
      signal.removeEventListener("abort", onAbort);
      await server.close(graceMs);
    },
  };
}

/** Keys for one run, in the form that AWS gives its own. */
export function newKeys(): Keys {
  return {
    accessKeyId: `BKCA${randomBytes(8).toString("hex").toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString("base64url"),
  };
}
