import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Endpoint } from "./endpoint.ts";

export interface ProbeOptions {
  /** Options of the remote driver: cacert, cert, key, servername. */
  readonly options: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/**
 * Why nothing can be built at an endpoint, in words; null where it answers, or where only buildx can tell.
 * buildx itself says no more than "inactive".
 */
export async function probeEndpoint(
  endpoint: Endpoint,
  { options, timeoutMs = 5000 }: ProbeOptions,
): Promise<string | null> {
  const { scheme, host, port, path } = endpoint;
  if (scheme === "unix") return settle(connect({ path }), "connect", timeoutMs);
  if (scheme !== "tcp" || port === null) return null;
  if (options["cacert"] === undefined) return settle(connect({ host, port }), "connect", timeoutMs);
  const read = async (key: string) => (options[key] === undefined ? undefined : readFile(options[key]));
  let files;
  try {
    files = await Promise.all([read("cacert"), read("cert"), read("key")]);
  } catch (error) {
    return reasonOf(error);
  }
  const [ca, cert, key] = files;
  try {
    const socket = connectTls({
      host,
      port,
      ca,
      cert,
      key,
      ALPNProtocols: ["h2"],
      ...(options["servername"] === undefined ? {} : { servername: options["servername"] }),
    });
    return await settle(socket, "secureConnect", timeoutMs);
  } catch (error) {
    // Files that hold no certificate or key.
    return reasonOf(error);
  }
}

/** What an HTTP/2 client says first: the preface and an empty SETTINGS frame. Any server answers it. */
const preface = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

/** Waits for the server's first bytes: it may refuse a client's certificate only after the handshake. */
async function settle(socket: Socket, event: "connect" | "secureConnect", timeoutMs: number): Promise<string | null> {
  try {
    return await new Promise<string | null>((resolve) => {
      socket.setTimeout(timeoutMs, () => resolve(`no answer within ${timeoutMs / 1000} s`));
      socket.once("error", (error) => resolve(reasonOf(error)));
      socket.once("close", () => resolve("the server closed the connection"));
      socket.once("data", (bytes: Buffer) => resolve(isSettings(bytes) ? null : "what answers there is no BuildKit"));
      socket.once(event, () => socket.write(preface));
    });
  } finally {
    socket.on("error", () => {}).destroy();
  }
}

/** An HTTP/2 server begins with a SETTINGS frame, whose type is the fourth byte. */
function isSettings(bytes: Buffer): boolean {
  return bytes.length < 4 || bytes[3] === 4;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  return reasons[code] ?? `${error.message.trim()}${code === "" || error.message.includes(code) ? "" : ` (${code})`}`;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "the socket does not exist",
  EACCES: "no right to open it",
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was reset",
  ENOTFOUND: "the host name is not known",
  EAI_AGAIN: "the host name cannot be looked up now",
  ETIMEDOUT: "no answer",
  EHOSTUNREACH: "no way to the host",
  ENETUNREACH: "no way to the network",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the server's certificate is not of the given authority",
  SELF_SIGNED_CERT_IN_CHAIN: "the server's certificate is not of the given authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the server's certificate is not of the given authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the server's certificate is not of the given authority",
  CERT_HAS_EXPIRED: "the server's certificate has expired",
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: "the server asks for a client certificate",
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: "the server does not accept the client certificate's authority",
  ERR_SSL_WRONG_VERSION_NUMBER: "the server does not speak TLS",
};
