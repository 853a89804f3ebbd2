import { findGoogleCredentials } from "../store/credentials.ts";
import { hasOwnAuthorities } from "../store/authorities.ts";
import { type Env, resolveEndpointUrl } from "../store/endpoint.ts";
import { findProxy } from "../store/proxies.ts";

/** By what BuildKit gets to the layers of a bucket: by itself, or through bkcache's relay. */
export type Way = "direct" | "relay";

export interface PlannedWay {
  readonly way: Way;
  /** What is left where the builder does not reach the relay, or does not get to the store; null for nothing. */
  readonly otherwise: Way | null;
  /** Why, as a clause for people. */
  readonly why: string;
}

/** A declared backend, as far as it says by which way it is to be reached. */
type WayBackend = { readonly type: string } & Readonly<Record<string, unknown>>;

export interface WayInput {
  readonly backend: WayBackend;
  /** Google's credentials on this machine, as far as they can be told without asking anybody. */
  readonly google: GoogleCredentials;
  /** Why the builder's BuildKit cannot speak to the store itself, as a clause; null where it can, or is not known. */
  readonly obstacle?: string | null;
  /** The builder is asked whether it gets to the store. */
  readonly isAsked?: boolean;
}

export interface GoogleCredentials {
  readonly hasHmac: boolean;
  /** Application default credentials that lie in a file. Without one, the machine's own service may have some. */
  readonly hasDefault: boolean;
}

/** Null for a backend that is in no bucket. */
export function planWay({ backend, google, obstacle = null, isAsked = false }: WayInput): PlannedWay | null {
  const { type, relay = "auto", auth, tierPath } = backend;
  if (type !== "s3" && type !== "gcs") return null;
  const canGoDirectly = type === "s3" || auth === "hmac" || google.hasHmac;
  const throughRelay = (why: string): PlannedWay => ({
    way: "relay",
    otherwise: canGoDirectly && relay !== "always" ? "direct" : null,
    why,
  });
  const direct = (why: string): PlannedWay => ({ way: "direct", otherwise: null, why });
  if (relay === "off") return direct("relay: off says so");
  if (relay === "always") return throughRelay("relay: always says so");
  if (tierPath !== undefined) return throughRelay("it has a tier");
  if (obstacle !== null) return throughRelay(obstacle);
  if (type === "s3") return { ...direct("it is the fastest way"), otherwise: isAsked ? "relay" : null };
  if (auth === "hmac") return direct("auth: hmac says so");
  if (google.hasHmac && !google.hasDefault) return direct("HMAC keys are all the credentials that there are");
  return throughRelay("BuildKit takes no Google credentials but HMAC keys");
}

/** The ways of every backend in a bucket, as far as they are known before there is a builder. */
export function findWays(
  backends: Readonly<Record<string, WayBackend>>,
  env: Env,
): Readonly<Record<string, PlannedWay>> {
  const google = findGoogleCredentials(env);
  const ways: Record<string, PlannedWay> = {};
  for (const [name, backend] of Object.entries(backends)) {
    const way = planWay({ backend, google, isAsked: isAsked(backend, env) });
    if (way !== null) ways[name] = way;
  }
  return ways;
}

/** Whether it may be worth asking the builder about the store. */
function isAsked({ type, endpointUrl }: WayBackend, env: Env): boolean {
  if (type !== "s3") return false;
  // A text with variables is known later.
  const text = typeof endpointUrl === "object" ? null : resolveEndpointUrl(endpointUrl as string | undefined, env);
  return isSeenOtherwise(URL.parse(text ?? "") ?? new URL("https://s3.amazonaws.com"), env);
}

/** Whether this machine gets to an address by what the builder need not have: a proxy, or an authority for its certificate. */
export function isSeenOtherwise(url: URL, env: Env): boolean {
  return findProxy(url, env) !== null || (url.protocol === "https:" && hasOwnAuthorities(env));
}

/** For people. */
export function describeWay({ way, otherwise, why }: PlannedWay): string {
  const [taken, left] =
    way === "direct"
      ? ["directly", "; through the relay where the builder does not reach or trust it"]
      : ["through the relay", "; directly where the builder does not reach it"];
  return `${taken}, since ${why}${otherwise === null ? "" : left}`;
}
