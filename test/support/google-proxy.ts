import { readFileSync } from "node:fs";
import { request as send } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { makeCerts } from "./certs.ts";
import { makeTempDir } from "./cleanup.ts";
import { startConnectProxy } from "./connect-proxy.ts";

export interface GoogleProxy {
  /** HTTPS_PROXY, and the private CA by which the proxy speaks for Google. */
  readonly env: Readonly<Record<string, string>>;
  /** Hosts that connections were asked for. */
  readonly hosts: readonly string[];
  stop(): void;
}

const host = "storage.googleapis.com";

/** A proxy of a company that opens TLS: what goes to Google's store ends at `target` instead, and nothing else goes. */
export async function startGoogleProxy(target: string): Promise<GoogleProxy> {
  const certs = makeCerts(makeTempDir("google-certs"), host);
  const google = createTlsServer(
    { key: readFileSync(certs.serverKey), cert: readFileSync(certs.serverCert) },
    (request, response) => {
      const headers = { ...request.headers, host: new URL(target).host };
      const onward = send(`${target}${request.url}`, { method: request.method, headers }, (from) => {
        response.writeHead(from.statusCode ?? 502, from.headers);
        from.pipe(response);
      });
      onward.on("error", () => response.destroy());
      request.pipe(onward);
    },
  );
  await new Promise<void>((resolve) => google.listen(0, "127.0.0.1", resolve));
  const { port } = google.address() as AddressInfo;
  const proxy = await startConnectProxy({ names: { [`${host}:443`]: `127.0.0.1:${port}` } });
  return {
    env: { HTTPS_PROXY: proxy.url, NO_PROXY: "127.0.0.1", NODE_EXTRA_CA_CERTS: certs.ca },
    hosts: proxy.asked,
    stop() {
      proxy.stop();
      google.closeAllConnections();
      google.close();
    },
  };
}
