import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";

export interface ConnectProxy {
  readonly url: string;
  /** What connections were asked for, as host:port. */
  readonly asked: readonly string[];
  /** Bytes that went either way. */
  bytes(): number;
  stop(): void;
}

export interface ConnectProxyOptions {
  /** Addresses of this machine by the names that this proxy alone knows, as host:port. */
  readonly names: Readonly<Record<string, string>>;
  /** User and password, without which it answers 407. */
  readonly user?: string;
}

/** The proxy of a company's network: the only way to hosts whose names nobody else knows. */
export async function startConnectProxy({ names, user }: ConnectProxyOptions): Promise<ConnectProxy> {
  const asked: string[] = [];
  let bytes = 0;
  const server = createServer((_, response) => void response.writeHead(403).end());
  server.on("connect", ({ url = "", headers }, client) => {
    asked.push(url);
    const credentials = user === undefined ? undefined : `Basic ${Buffer.from(user).toString("base64")}`;
    const isKnown = headers["proxy-authorization"] === credentials;
    const target = isKnown ? names[url] : undefined;
    if (target === undefined) {
      client.end(`HTTP/1.1 ${isKnown ? "403 Forbidden" : "407 Proxy Authentication Required"}\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(`http://${target}`);
    const onward = connect(Number(port), hostname, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      for (const [from, to] of [
        [onward, client],
        [client, onward],
      ] as const) {
        from.on("data", (chunk: Buffer) => (bytes += chunk.length));
        from.pipe(to);
      }
    });
    onward.on("error", () => client.destroy());
    client.on("error", () => onward.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    bytes: () => bytes,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
