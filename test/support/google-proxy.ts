import { readFileSync } from "node:fs";
import { createServer, request as send } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Server } from "node:net";
import { makeCerts } from "./certs.ts";
import { makeTempDir } from "./cleanup.ts";

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
  const hosts: string[] = [];
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
  const googlePort = await listen(google);
  const proxy = createServer((_, response) => void response.writeHead(403).end());
  proxy.on("connect", (request, client) => {
    hosts.push(request.url ?? "");
    if (request.url !== `${host}:443`) {
      client.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    const onward = connect(googlePort, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(client).pipe(onward);
    });
    onward.on("error", () => client.destroy());
    client.on("error", () => onward.destroy());
  });
  const port = await listen(proxy);
  return {
    env: { HTTPS_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: "127.0.0.1", NODE_EXTRA_CA_CERTS: certs.ca },
    hosts,
    stop() {
      for (const server of [proxy, google]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
