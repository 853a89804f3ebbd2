import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import type { InputRecord } from "../inputs/record.ts";
import { type LayerAccess, loadProbe, type ManifestPlace } from "../layers/place.ts";
import { chooseSource, type ChosenSource } from "../layers/select.ts";
import { type Access, openAccess, type UsedBuckets, usedBuckets } from "./access.ts";
import { type EntryDrafts, type EntryRequest, isOfBackend, type LiteralEntry, type TargetEntry } from "./entries.ts";
import { entriesInUse } from "./entries-in-use.ts";
import { createKeys, type RunKeys } from "./keys.ts";
import { type ProbedBackends, probeBackends } from "./probe-backends.ts";
import { findRoutes, type Route, type Routes } from "./routes.ts";
import type { RunRelay, StartedRelay } from "./run-relay.ts";
import { findWays, type Way } from "./ways.ts";
import type { BuilderSession } from "../builder/session.ts";
import { destOf, makeFolders, lockFolders } from "./local-folders.ts";
import { checkGates, type GateInput } from "./gates.ts";
import { awaitedLater } from "../host/awaited-later.ts";
import type { Values } from "../source/values.ts";
import type { StoreBackend } from "../store/place.ts";

/** What a target gets from the cache, and gives to it. */
interface TargetChoice {
  /** At most one of a backend; as they are where they are the user's own. */
  readonly cacheFrom: readonly (LiteralEntry | string)[];
  readonly cacheTo: readonly (LiteralEntry | string)[];
  /** Null where nothing is read; `reason` says why. */
  readonly source: ChosenSource | null;
  readonly reason: string;
  /** What the source was made of; null where that is not known. */
  readonly record: InputRecord | null;
  /** The backend of the source; null without one. */
  readonly declared: StoreBackend | null;
  readonly destinations: readonly Destination[];
}

export interface Destination {
  readonly backend: string;
  readonly scope: string;
  /** The cache name. */
  readonly name: string;
  readonly entry: LiteralEntry;
  readonly manifest: ManifestPlace | null;
  readonly declared: StoreBackend | null;
  /** What the cache that is there was made of; null where that is not known. */
  readonly record: InputRecord | null;
}

interface LeftOut {
  readonly backend: string;
  readonly diagnostic: Diagnostic;
  /** By which way it was to be reached, where it is a bucket; through the relay with the credentials of mounts. */
  readonly way?: Way | undefined;
}

/** The cache of one run. */
export interface CacheChoice {
  readonly targets: Readonly<Record<string, TargetChoice>>;
  /** Backends that this run goes on without. */
  readonly leftOut: readonly LeftOut[];
  /** Buckets that do not answer, of which a tier on this machine is read. */
  readonly unanswering: readonly LeftOut[];
  /** Variables for buildx: keys, where they cannot be in the entries. */
  readonly env: Readonly<Record<string, string>>;
  /** For looking into the backends again after the build; null where none was looked into. */
  readonly access: LayerAccess | null;
  /** By which way BuildKit gets to each bucket, but for those left out. */
  readonly routes: Readonly<Record<string, Route>>;
  /** Folders of this machine that the relay writes, by backend. */
  readonly tiers: Readonly<Record<string, string>>;
  /** What each target has had of the relay; nothing where that is not used. */
  relayCounts(): ReturnType<StartedRelay["counts"]>;
  /** Gives the folders of local backends to other runs again. */
  release(): void;
}

export const noCache: CacheChoice = {
  targets: {},
  leftOut: [],
  unanswering: [],
  env: {},
  access: null,
  routes: {},
  tiers: {},
  relayCounts: () => ({}),
  release() {},
};

/** What builder and tools can do, and how many platforms a target has. */
interface Gate extends Omit<GateInput, "entries" | "env"> {
  readonly platforms: (target: string) => number | null;
}

export interface CacheRequest extends EntryRequest {
  /** The entries of this request, and what bake made of their texts. */
  readonly drafts: EntryDrafts;
  readonly values: Promise<Values>;
  readonly gate: Promise<Gate>;
  /**
   * Where keys go that buildx does not find by itself: into the entries of a run file, which is on standard input
   * alone, or into the environment of buildx, since its argument list is for all to read.
   */
  readonly keys: "run file" | "environment";
  readonly session: Promise<BuilderSession>;
  readonly relay: RunRelay;
  /** A backend that fails ends the run. */
  readonly strict: boolean;
}

/**
 * Decides what each target reads and writes: lists the candidates, checks them against the builder, finds
 * credentials, looks which caches exist, makes folders, and takes the first. What fails is said once and left out.
 * @throws BkcacheError for what is known to be wrong before the build, and for any failure under `strict`.
 */
export async function chooseCache(host: Host, request: CacheRequest): Promise<CacheChoice> {
  const [inspection, gate] = await Promise.all([inspect(host, request), request.gate]);
  const { candidates, used, access, report } = inspection;
  const taken = await takeRoutes(host, request, { inspection, gate });
  const { routes, relay } = taken;
  // What is not reached without the relay has no entry where that cannot be used.
  const failedBefore = { ...report.failed, ...access.failed };
  const hasNoEntry = (name: string) =>
    name in taken.failed || (name in failedBefore && inspection.ways[name]?.way === "relay");
  const inUse = candidates.filter(({ backend }) => backend === null || !hasNoEntry(backend));
  const gated = checkGates({
    ...gate,
    env: host.env,
    entries: entriesInUse(inUse, { platforms: gate.platforms, isRelayed: isRelayedIn(routes) }),
  });
  if (gated.stop.length > 0) throw BkcacheError.of(gated.stop);
  for (const warning of gated.warn) host.tell({ ...warning, level: "warning" });

  const failed = { ...failedBefore, ...taken.failed, ...(await makeFolders(candidates)) };
  for (const { backend, diagnostic } of gated.drop) failed[backend] = diagnostic;
  // What does not answer is read from its tier, which the relay alone has.
  const { kept } = report;
  const isServed = (name: string) => !(name in failed) && (routes[name]?.way ?? "direct") !== "direct";
  for (const [name, diagnostic] of Object.entries(kept)) if (!isServed(name)) failed[name] = diagnostic;
  const leftOut = Object.entries(failed).map(([backend, diagnostic]): LeftOut => ({
    backend,
    diagnostic,
    way: inspection.ways[backend]?.way,
  }));
  // A driver that lacks a backend is no failure of the cache: the same config serves other builders.
  const faults = leftOut.filter(({ backend }) => !gated.drop.some((dropped) => dropped.backend === backend));
  const fatal = [...faults.map(({ diagnostic }) => diagnostic), ...Object.values(kept), ...taken.findings];
  if (request.strict && fatal.length > 0) throw BkcacheError.of(fatal);
  for (const { diagnostic } of leftOut) {
    host.tell({ ...diagnostic, message: `${diagnostic.message}; building without it`, level: "warning" });
  }
  for (const [name, finding] of Object.entries(kept).filter(([name]) => !(name in failed))) {
    const message = `${finding.message}; what ${String(used[name]?.["tierPath"])} has of it is read`;
    host.tell({ ...finding, message, level: "warning" });
  }
  for (const finding of taken.findings) {
    host.tell({ ...finding, message: `${finding.message}; the bucket is used directly`, level: "warning" });
  }
  for (const finding of access.findings) host.tell({ ...finding, level: "warning" });

  const out = new Set(leftOut.map(({ backend }) => backend));
  const folders = await lockFolders(candidates.filter(({ backend }) => backend === null || !out.has(backend)));
  for (const { backend, folder } of folders.busy) {
    host.tell({
      level: "info",
      message: `backend "${backend}": another run writes ${folder}; this one writes its cache elsewhere or not at all`,
    });
  }
  const mayWrite = ({ backend, entry }: TargetEntry) =>
    !folders.busy.some(({ folder }) => folder === destOf(entry)) && !(backend !== null && backend in kept);
  const keys = createKeys(request, taken);
  const targets = Object.fromEntries(
    request.targets.map((name) => [
      name,
      chooseFor(
        candidates.filter((each) => each.target === name && (each.direction === "from" || mayWrite(each))),
        report,
        out,
        keys,
      ),
    ]),
  );
  const tiers = Object.entries(used).filter(([name, { tierPath }]) => tierPath !== undefined && isServed(name));
  return {
    targets,
    leftOut,
    unanswering: Object.entries(kept).map(([backend, diagnostic]) => ({ backend, diagnostic })),
    env: request.keys === "environment" ? keys.environment(out) : {},
    access: { ...access, credentials: taken.credentials },
    routes: Object.fromEntries(Object.entries(routes).filter(([name]) => !out.has(name))),
    tiers: Object.fromEntries(tiers.map(([name, { tierPath }]) => [name, String(tierPath)])),
    relayCounts: () => relay?.counts() ?? {},
    release: () => folders.release(),
  };
}

/** What the stores say of the candidates. */
interface Inspection {
  readonly candidates: readonly TargetEntry[];
  readonly used: UsedBuckets;
  /** As far as they follow from the config. */
  readonly ways: ReturnType<typeof findWays>;
  readonly access: Access;
  readonly report: ProbedBackends;
}

async function inspect(host: Host, request: CacheRequest): Promise<Inspection> {
  // It may take a while until the values are known.
  if (asksByKeys(host, request)) void awaitedLater(loadProbe().then(({ warmUp }) => warmUp()));
  const candidates = await request.drafts.complete(host, await request.values);
  const used = usedBuckets(candidates);
  const ways = findWays(used, host.env);
  const access = await openAccess(host, used, { ways, relay: request.relay });
  return { candidates, used, ways, access, report: await probeBackends(candidates, access, request.relay) };
}

interface RouteInputs {
  readonly inspection: Inspection;
  readonly gate: Gate;
}

async function takeRoutes(host: Host, request: CacheRequest, { inspection, gate }: RouteInputs): Promise<Routes> {
  const { candidates, used, access, report } = inspection;
  const { session, relay, targets, use } = request;
  const hasOneKey = request.keys === "environment";
  const taken = await findRoutes(host, {
    used,
    access,
    leftOut: { ...report.failed, ...access.failed },
    gate: {
      ...gate,
      env: host.env,
      entries: entriesInUse(candidates, { platforms: gate.platforms, isRelayed: () => false }),
    },
    session,
    relay,
    targets,
    mayWrite: use.layers.write && !use.isLocalOnly,
    hasOneKey,
  });
  const direct = (type: string) =>
    Object.keys(used).filter((name) => used[name]?.type === type && taken.routes[name]?.way === "direct");
  if (!hasOneKey || direct("s3").length === 0) return taken;
  const failed = Object.fromEntries(direct("gcs").map((name) => [name, ofOneStore(name, direct("s3"))]));
  return { ...taken, failed: { ...failed, ...taken.failed } };
}

function ofOneStore(name: string, first: readonly string[]): Diagnostic {
  return {
    code: "BK5002",
    message: `backend "${name}": a build takes the keys of one kind of store, and those of ${first.join(", ")} come first`,
    hint: "declare the build as a target of the config and use `bkcache bake`, which takes both",
  };
}

/** Whether a bucket is looked into by S3's protocol. */
function asksByKeys({ env }: Host, { plan, targets, use }: CacheRequest): boolean {
  const ways = findWays(plan.backends, env);
  const isAsked = (name: string) => ways[name]?.way === "direct" || plan.backends[name]?.type === "s3";
  return targets.some((name) => {
    const cache = plan.targets[name]?.cache;
    const directions = [use.layers.read ? cache?.from : undefined, use.layers.write ? cache?.to : undefined];
    return directions.some((direction) => direction?.kind === "policy" && direction.backends.some(isAsked));
  });
}

function isRelayedIn(routes: Routes["routes"]): (backend: string) => boolean {
  return (backend) => (routes[backend]?.way ?? "direct") !== "direct";
}

function chooseFor(
  candidates: readonly TargetEntry[],
  { presence, record }: ProbedBackends,
  leftOut: ReadonlySet<string>,
  keys: RunKeys,
): TargetChoice {
  const own = (direction: "from" | "to") =>
    candidates.filter((each) => each.direction === direction && each.backend === null).map(({ entry }) => entry);
  const reads = candidates.filter(isOfBackend("from"));
  const { source: found, reason } = chooseSource(reads, presence, leftOut);
  const place = reads.find(({ name, backend }) => name === found?.name && backend === found.backend);
  const writes = candidates.filter(isOfBackend("to")).filter(({ backend }) => !leftOut.has(backend));
  return {
    cacheFrom: [...own("from"), ...(found === null ? [] : [keys.passed(found)])],
    cacheTo: [...own("to"), ...writes.map((each) => keys.passed(each))],
    source: found && { ...found, entry: keys.placed(found) },
    reason: own("from").length > 0 ? "the target has cacheFrom of its own" : reason,
    record: place === undefined ? null : record(place),
    declared: place?.declared ?? null,
    destinations: writes.map((each) => {
      const { backend, scope, name, manifest, declared } = each;
      return { backend, scope, name, entry: keys.placed(each), manifest, declared, record: record(each) };
    }),
  };
}
