import type { BuilderSession } from "../builder/session.ts";
import { mapRecord } from "../config/records.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import type { Reach } from "../relay/reach.ts";
import { findGoogleCredentials, resolveGcsHmac } from "../store/credentials.ts";
import type { StoreBackend } from "../store/place.ts";
import { type Access, openStore, type UsedBuckets } from "./access.ts";
import { checkGates, type GateInput } from "./gates.ts";
import type { RunRelay, StartedRelay } from "./run-relay.ts";
import { type Obstacles, unreachedStore } from "./obstacles.ts";
import { type PlannedWay, planWay, type Way, type WayInput } from "./ways.ts";

/** By which way BuildKit gets to a bucket in this run. */
export interface Route {
  readonly way: "direct" | "loopback" | "bridge";
  /** Why, as a clause for people. */
  readonly why: string;
}

export interface Routes {
  /** Of every bucket that is used. */
  readonly routes: Readonly<Record<string, Route>>;
  /** Null where no backend needs it. */
  readonly relay: StartedRelay | null;
  readonly credentials: Access["credentials"];
  /** Backends that cannot be reached. */
  readonly failed: Readonly<Record<string, Diagnostic>>;
  /** Backends that are reached, but by another way than the one that was meant. */
  readonly findings: readonly Diagnostic[];
}

export interface RouteRequest {
  readonly used: UsedBuckets;
  readonly access: Access;
  /** Backends that are left out already, and why. */
  readonly leftOut: Readonly<Record<string, Diagnostic>>;
  readonly gate: GateInput;
  readonly session: Promise<BuilderSession>;
  readonly obstacles: Promise<Obstacles>;
  readonly relay: RunRelay;
  readonly targets: readonly string[];
  readonly mayWrite: boolean;
  /** buildx takes one pair of keys for all entries. */
  readonly hasOneKey: boolean;
}

/**
 * Decides how BuildKit gets to each bucket. Where one is not reached without the relay, that is started, and tried from
 * inside of the builder.
 */
export async function findRoutes(host: Host, request: RouteRequest): Promise<Routes> {
  const { used, access, gate, hasOneKey } = request;
  const planned = await planAll(host, request);
  const byWay = (way: Way) => Object.keys(planned).filter((name) => planned[name]?.way === way);
  const direct = byWay("direct");
  // The docker driver has no cache in buckets by any way.
  const wanted = gate.builder.driver === "docker" ? [] : byWay("relay");
  const routes: Record<string, Route> = {};
  const failed: Record<string, Diagnostic> = {};
  const findings: Diagnostic[] = [];
  const credentials = { ...access.credentials };
  const goDirectly = (name: string, why: string): void => {
    routes[name] = { way: "direct", why };
    const keys = used[name]?.type === "gcs" ? resolveGcsHmac(host.env, [name]).credentials : null;
    if (keys !== null) credentials[name] = keys;
  };
  for (const name of direct) goDirectly(name, planned[name]?.why ?? "");
  if (wanted.length === 0) return { routes, relay: null, credentials, failed, findings };

  const started = await start(request, wanted);
  for (const name of wanted) {
    const { otherwise, why } = planned[name] as PlannedWay;
    const { reach } = started;
    if (name in started.failed) failed[name] = started.failed[name] as Diagnostic;
    else if (reach.way !== null) routes[name] = { way: reach.way, why };
    else if (otherwise === null) failed[name] = unreached(unreachedOf(name, why, request), reach.reason);
    else {
      goDirectly(name, `the builder does not reach the relay, which was to serve it since ${why}`);
      findings.push(unreached(unreachedOf(name, why, request), reach.reason));
    }
  }
  const isUsed = Object.values(routes).some(({ way }) => way !== "direct");
  if (hasOneKey && isUsed) {
    for (const name of direct) failed[name] = otherKeys(name);
  }
  return { routes, relay: started.relay, credentials, failed, findings };
}

async function planAll(
  host: Host,
  { used, leftOut, gate, obstacles, hasOneKey }: RouteRequest,
): Promise<Readonly<Record<string, PlannedWay>>> {
  const isAllOut = Object.keys(used).every((name) => name in leftOut);
  const known = {
    google: findGoogleCredentials(host.env),
    gate,
    obstacles: isAllOut ? new Map<string, string>() : await obstacles,
  };
  const planned: Record<string, PlannedWay> = {};
  for (const [name, backend] of Object.entries(used)) {
    const way = name in leftOut ? null : planOnBuilder(backend, known);
    if (way !== null) planned[name] = way;
  }
  if (!hasOneKey || Object.values(planned).every(({ way }) => way === "direct")) return planned;
  const why = "buildx takes one pair of keys for all, and those of the relay are needed";
  return mapRecord(planned, (way, name) =>
    way.way === "relay" || used[name]?.["relay"] === "off" ? way : { way: "relay", otherwise: "direct", why },
  );
}

interface OnBuilder extends Pick<WayInput, "google"> {
  readonly gate: GateInput;
  readonly obstacles: Obstacles;
}

/** The way to a bucket by what this builder can do, and whether it gets there. Null for a backend that is in no bucket. */
export function planOnBuilder(backend: StoreBackend, { google, gate, obstacles }: OnBuilder): PlannedWay | null {
  const found = obstacles.get(backend.name) ?? null;
  const way = planWay({ backend, google, obstacle: obstacleOf(backend.name, gate) ?? found });
  // Directly it would try for seconds, and fail.
  return way !== null && way.why === found ? { ...way, otherwise: null } : way;
}

/** Why this builder's BuildKit cannot speak to the store itself; null where it can. */
function obstacleOf(backend: string, gate: GateInput): string | null {
  const own = gate.entries.filter((entry) => entry.backend === backend);
  // Levels of the user's own say what is said of it, not what BuildKit can do.
  const { stop, warn } = checkGates({ ...gate, features: [], entries: own, rules: {} });
  if (stop.some(({ code }) => code === "BK4012" || code === "BK4013")) return "this BuildKit cannot speak to the store";
  return warn.some(({ code }) => code === "BK4016") ? "the builder does not reach the store's address" : null;
}

interface Started {
  readonly reach: Reach;
  readonly relay: StartedRelay | null;
  /** Backends whose store cannot be opened. */
  readonly failed: Readonly<Record<string, Diagnostic>>;
}

async function start({ relay, session, used, targets, mayWrite, hasOneKey }: RouteRequest, wanted: readonly string[]) {
  const failed: Record<string, Diagnostic> = {};
  const backends: StoreBackend[] = [];
  for (const name of wanted) {
    const backend = used[name] as StoreBackend;
    const store = await openStore(relay, backend);
    if ("code" in store) failed[name] = store;
    else backends.push(backend);
  }
  const none = (reason: string): Started => ({ reach: { way: null, reason }, relay: null, failed });
  if (backends.length === 0) return none("no store can be opened");
  try {
    const started = await relay.start({ session: await session, backends, targets, mayWrite, hasOneKey });
    return { reach: started.reach, relay: started, failed } satisfies Started;
  } catch (error) {
    // Whatever it is, it is no reason to fail a build.
    return none(`it cannot be started: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function unreachedOf(name: string, why: string, { used, gate }: RouteRequest): Unreached {
  return { name, type: used[name]?.type ?? "", builder: gate.builder.name, why };
}

interface Unreached {
  /** Of the backend. */
  readonly name: string;
  readonly type: string;
  readonly builder: string;
  /** Why the relay was to serve it. */
  readonly why: string;
}

/** What to do where the builder does not get to the relay. */
export function unreached({ name, type, builder, why }: Unreached, reason: string): Diagnostic {
  const lacksBoth = why === unreachedStore;
  const ways = [
    ...(lacksBoth ? ["give the builder the proxy of this machine (--driver-opt env.HTTPS_PROXY=...)"] : []),
    "give the builder this machine's network (docker buildx create --driver-opt network=host)",
    ...(type === "gcs" ? ["set GCS_HMAC_ACCESS_ID and GCS_HMAC_SECRET"] : []),
    "run `bkcache relay` where the builder reaches it",
  ];
  return {
    code: "BK4017",
    message: `backend "${name}": builder ${builder} ${lacksBoth ? "reaches neither the store nor" : "does not reach"} bkcache's relay on this machine: ${reason}`,
    hint: `${ways.slice(0, -1).join(", ")}, or ${ways.at(-1)}`,
  };
}

function otherKeys(name: string): Diagnostic {
  return {
    code: "BK5002",
    message: `backend "${name}": a build takes one pair of keys, and those of the relay come first`,
    hint: "remove `relay: off` of the backend, or declare the build as a target of the config and use `bkcache bake`",
  };
}
