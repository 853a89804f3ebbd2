import { isIPv4 } from "node:net";
import type { Env } from "./endpoint.ts";

export interface Proxy {
  /** The variable that names it. */
  readonly name: string;
  /** May hold a password. */
  readonly value: string;
}

/** A proxy for people. */
export interface ProxyParty {
  /** The variable that names it. */
  readonly name: string;
  /** Without user info. */
  readonly url: string;
}

/** The proxy variables that are set, one for each kind of address; of two spellings the lower-case one counts, as for curl and Node. */
export function namedProxies(env: Env): readonly Proxy[] {
  return (["https", "http"] as const).flatMap((kind) => {
    const name = [`${kind}_proxy`, `${kind.toUpperCase()}_PROXY`].find((each) => env[each]);
    return name === undefined ? [] : [{ name, value: env[name]?.trim() ?? "" }];
  });
}

/** A proxy without scheme speaks http, as Go and curl have it. Null for what Node's agents cannot use. */
export function readProxy(value: string): URL | null {
  const url = URL.parse(value.includes("://") ? value : `http://${value}`);
  if (url === null || url.hostname === "" || !/^https?:$/.test(url.protocol)) return null;
  try {
    decodeURIComponent(url.username + url.password);
    return url;
  } catch {
    return null;
  }
}

/** For people, without user info: that may stand there without a scheme, and hold what ought to be encoded. */
export function shownProxy(value: string): string {
  return (value.includes("://") ? value : `http://${value}`).replace(/:\/\/.*@/, "://");
}

/** The proxy that stands between this machine and an address; null for none. */
export function findProxy(url: URL, env: Env): Proxy | null {
  const kind = url.protocol.slice(0, -1);
  const proxy = namedProxies(env).find(({ name }) => name.toLowerCase() === `${kind}_proxy`);
  if (proxy === undefined || readProxy(proxy.value) === null) return null;
  const host = url.hostname.toLowerCase();
  const port = url.port || (kind === "https" ? "443" : "80");
  return passers(env).some((entry) => passes(entry, host, port)) ? null : proxy;
}

/** The variables as Node's agents take them, with what NO_PROXY means to Go, and so to buildx and BuildKit. */
export function proxyEnvOf(env: Env): Readonly<Record<string, string>> {
  const usable = namedProxies(env).flatMap(({ name, value }) => {
    const url = readProxy(value);
    return url === null ? [] : [[name.toLowerCase(), url.href] as const];
  });
  return { ...Object.fromEntries(usable), no_proxy: passers(env).join(",") };
}

/** Go asks no proxy for this machine itself. */
const loopback = ["localhost", "127.0.0.0-127.255.255.255", "[::1]", "::1"];

/** NO_PROXY in the forms that Node knows, which has neither networks nor the hosts below one that is named. */
function passers(env: Env): readonly string[] {
  const noProxy = env["no_proxy"] || env["NO_PROXY"] || "";
  const own = noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .flatMap((entry) => {
      if (entry === "") return [];
      const network = /^([\d.]+)\/(\d{1,2})$/.exec(entry);
      if (network !== null) return rangeOf(network[1] ?? "", Number(network[2]));
      const isWhole = entry === "*" || entry.startsWith("*.") || entry.startsWith(".") || /^[\d.]+-[\d.]+$/.test(entry);
      return isWhole || isIPv4(entry) ? [entry] : [entry, `*.${entry}`];
    });
  return [...own, ...loopback];
}

function rangeOf(address: string, bits: number): readonly string[] {
  if (!isIPv4(address) || bits > 32) return [];
  const size = 2 ** (32 - bits);
  const first = Math.floor(toNumber(address) / size) * size;
  return [`${toAddress(first)}-${toAddress(first + size - 1)}`];
}

const toNumber = (address: string): number => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
const toAddress = (value: number): string =>
  [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(value / unit) % 256).join(".");

/** By Node's own rules. Source: lib/internal/http.js */
function passes(entry: string, host: string, port: string): boolean {
  if (entry === "*" || entry === host || entry === `${host}:${port}`) return true;
  if (entry.startsWith(".")) return host === entry.slice(1) || host.endsWith(entry);
  if (entry.startsWith("*.")) return host.endsWith(entry.slice(1));
  const [first = "", last = ""] = entry.split("-");
  if (!isIPv4(host) || !isIPv4(first) || !isIPv4(last)) return false;
  return toNumber(host) >= toNumber(first) && toNumber(host) <= toNumber(last);
}
