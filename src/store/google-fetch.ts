import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { Readable } from "node:stream";
import type { Agents } from "./agents.ts";
import { transferError } from "./failure.ts";

export interface GoogleFetchOptions {
  readonly agents: Agents;
  /** Time in ms in which not a byte moves. */
  readonly idleMs: number;
  /** Addresses that stand for others. */
  readonly instead: ReadonlyMap<string, string>;
}

/** What the SDK's client takes of an answer. */
interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly url: string;
  readonly headers: Headers;
  readonly body: Readable;
  text(): Promise<string>;
  json(): Promise<unknown>;
}

/**
 * How the SDK's client sends requests, in the shape of `fetch`. Its own way knows neither an idle time-out nor a pool of
 * connections through a proxy.
 */
export function createGoogleFetch({ agents, idleMs, instead }: GoogleFetchOptions): typeof fetch {
  const send = (input: URL | string, init: RequestInit = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const url = new URL(instead.get(String(input)) ?? input);
      const isTls = url.protocol === "https:";
      const signal = init.signal ?? undefined;
      const request = (isTls ? requestHttps : requestHttp)(url, {
        method: init.method ?? "GET",
        headers: Object.fromEntries(new Headers(init.headers)),
        agent: isTls ? agents.https : agents.http,
        ...(signal !== undefined && { signal }),
      });
      request.setTimeout(idleMs, () => request.destroy(transferError("ETIMEDOUT", `no byte for ${idleMs} ms`)));
      request.on("error", reject);
      request.on("response", (response) => {
        // From here on who reads may take his time.
        request.setTimeout(0);
        const status = response.statusCode ?? 0;
        const headers = new Headers();
        for (const [name, value] of Object.entries(response.headers)) headers.set(name, String(value));
        const text = async (): Promise<string> => {
          const chunks: Buffer[] = [];
          for await (const chunk of response) chunks.push(chunk as Buffer);
          return Buffer.concat(chunks).toString();
        };
        resolve({
          ok: status >= 200 && status < 300,
          status,
          url: url.href,
          headers,
          body: response,
          text,
          json: async () => JSON.parse(await text()) as unknown,
        });
      });
      const body: unknown = init.body;
      if (body instanceof Readable) body.pipe(request);
      else if (body instanceof URLSearchParams) request.end(body.toString());
      else request.end(body);
    });
  return send as unknown as typeof fetch;
}
