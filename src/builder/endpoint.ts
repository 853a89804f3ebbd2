import { isIP } from "node:net";

/** Address of a BuildKit daemon. */
export interface Endpoint {
  readonly scheme: "unix" | "tcp" | "npipe" | "ssh" | "docker-container" | "kube-pod";
  /** Host of tcp and ssh, container or pod name; empty for sockets. */
  readonly host: string;
  /** Null where the address names none. */
  readonly port: number | null;
  /** Path of a unix socket. */
  readonly path: string;
}

export const endpointSchemes = ["unix", "tcp", "npipe", "ssh", "docker-container", "kube-pod"] as const;

/** Reads an address as the remote driver takes it; a text that says why it cannot be one. */
export function parseEndpoint(address: string): Endpoint | string {
  const separator = address.indexOf("://");
  if (separator === -1) return `"${address}" has no scheme`;
  const word = address.slice(0, separator);
  const scheme = endpointSchemes.find((known) => known === word);
  if (scheme === undefined) return `buildx cannot connect to ${word}://`;
  const rest = address.slice(separator + 3);
  if (rest === "") return `"${address}" names nothing after ${word}://`;
  if (scheme === "unix" || scheme === "npipe") {
    return { scheme, host: "", port: null, path: rest };
  }
  // The WHATWG parser treats hosts of unknown schemes as opaque, which suits container and pod names.
  const url = URL.parse(address);
  if (url === null || url.hostname === "") return `"${address}" is not an address`;
  if (scheme === "tcp" && url.port === "") return `"${address}" has no port`;
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return { scheme, host, port: url.port === "" ? null : Number(url.port), path: url.pathname };
}

/** Whether what is sent to `host` stays on this machine. */
export function isLoopback(host: string): boolean {
  if (host === "localhost" || host === "::1") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}
