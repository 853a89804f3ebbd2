import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { chooseSource } from "../layers/select.ts";
import type { CacheChoice, LeftOut, TargetChoice } from "./choice.ts";
import { isOfBackend, type TargetEntry } from "./entries.ts";
import { entriesInUse } from "./entries-in-use.ts";
import { checkGates, type GateInput } from "./gates.ts";
import { type Inspection, type InspectRequest, inspectStores } from "./inspect.ts";
import { createKeys, type RunKeys } from "./keys.ts";
import { destOf, lockFolders, makeFolders } from "./local-folders.ts";
import type { ProbedBackends } from "./probe-backends.ts";
import { findRoutes, type Routes } from "./routes.ts";
import { refuseShortfall, type Shortfall, tellBusyFolders, tellShortfall } from "./shortfall.ts";

/** What builder and tools can do, and how many platforms a target has. */
interface Gate extends Omit<GateInput, "entries" | "env"> {
  readonly platforms: (target: string) => number | null;
}

export interface CacheRequest extends InspectRequest {
  readonly gate: Promise<Gate>;
  /**
   * Where keys go that buildx does not find by itself: into the entries of a run file, which is on standard input
   * alone, or into the environment of buildx, since its argument list is for all to read.
   */
  readonly keys: "run file" | "environment";
  /** A backend that fails ends the run. */
  readonly strict: boolean;
}

/**
 * Decides what each target reads and writes: lists the candidates, checks them against the builder, finds
 * credentials, looks which caches exist, makes folders, and takes the first. What fails is said once and left out.
 * @throws BkcacheError for what is known to be wrong before the build, and for any failure under `strict`.
 */
export async function chooseCache(host: Host, request: CacheRequest): Promise<CacheChoice> {
  const [inspection, gate] = await Promise.all([inspectStores(host, request), request.gate]);
  const { candidates, access, report } = inspection;
  const routes = await takeRoutes(host, request, { inspection, gate });
  const gated = passGates(host, { inspection, gate, routes });
  const shortfall = findShortfall(inspection, { routes, gated, folders: await makeFolders(candidates) });
  if (request.strict) refuseShortfall(shortfall);
  tellShortfall(host, shortfall);
  for (const finding of access.findings) host.tell({ ...finding, level: "warning" });

  const { leftOut, unanswering, tiers } = shortfall;
  const out = new Set(leftOut.map(({ backend }) => backend));
  const folders = await lockFolders(candidates.filter(({ backend }) => backend === null || !out.has(backend)));
  tellBusyFolders(host, folders.busy);
  const mayWrite = ({ backend, entry }: TargetEntry) =>
    !folders.busy.some(({ folder }) => folder === destOf(entry)) && !(backend !== null && backend in unanswering);
  const usable = candidates.filter((each) => each.direction === "from" || mayWrite(each));
  const keys = createKeys(request, routes);
  const choose = (name: string) =>
    chooseFor(
      usable.filter(({ target }) => target === name),
      { report, leftOut: out, keys },
    );
  return {
    targets: Object.fromEntries(request.targets.map((name) => [name, choose(name)])),
    leftOut,
    unanswering: Object.entries(unanswering).map(([backend, diagnostic]) => ({ backend, diagnostic })),
    env: keys.environment(out),
    access: { ...access, credentials: routes.credentials },
    routes: Object.fromEntries(Object.entries(routes.routes).filter(([name]) => !out.has(name))),
    tiers,
    relayCounts: () => routes.relay?.counts() ?? {},
    release: () => folders.release(),
  };
}

interface RouteInputs {
  readonly inspection: Inspection;
  readonly gate: Gate;
}

async function takeRoutes(host: Host, request: CacheRequest, { inspection, gate }: RouteInputs): Promise<Routes> {
  const { candidates, used, access, report, obstacles } = inspection;
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
    obstacles,
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

function isRelayed({ routes }: Routes, backend: string): boolean {
  return (routes[backend]?.way ?? "direct") !== "direct";
}

/** What the builder can do with the entries that have a way. @throws BkcacheError */
function passGates(
  host: Host,
  { inspection, gate, routes }: RouteInputs & { readonly routes: Routes },
): ReturnType<typeof checkGates> {
  const { candidates, report, access, ways } = inspection;
  // What is not reached without the relay has no entry where that cannot be used.
  const hasFailed = (name: string) => name in report.failed || name in access.failed;
  const hasNoEntry = (name: string) => name in routes.failed || (hasFailed(name) && ways[name]?.way === "relay");
  const inUse = candidates.filter(({ backend }) => backend === null || !hasNoEntry(backend));
  const gated = checkGates({
    ...gate,
    env: host.env,
    entries: entriesInUse(inUse, { platforms: gate.platforms, isRelayed: (backend) => isRelayed(routes, backend) }),
  });
  if (gated.stop.length > 0) throw BkcacheError.of(gated.stop);
  for (const warning of gated.warn) host.tell({ ...warning, level: "warning" });
  return gated;
}

interface Losses {
  readonly routes: Routes;
  readonly gated: ReturnType<typeof checkGates>;
  /** Backends whose folders cannot be made. */
  readonly folders: Readonly<Record<string, Diagnostic>>;
}

function findShortfall({ used, ways, access, report }: Inspection, { routes, gated, folders }: Losses): Shortfall {
  const { kept } = report;
  const dropped = Object.fromEntries(gated.drop.map(({ backend, diagnostic }) => [backend, diagnostic]));
  const failed = { ...report.failed, ...access.failed, ...routes.failed, ...folders, ...dropped };
  // What does not answer is read from its tier, which the relay alone has.
  const isServed = (name: string) => !(name in failed) && isRelayed(routes, name);
  const unserved = Object.entries(kept).filter(([name]) => !isServed(name));
  const tiers = Object.entries(used).filter(([name, { tierPath }]) => tierPath !== undefined && isServed(name));
  return {
    leftOut: Object.entries({ ...failed, ...Object.fromEntries(unserved) }).map(([backend, diagnostic]): LeftOut => ({
      backend,
      diagnostic,
      way: ways[backend]?.way,
    })),
    lacking: new Set(Object.keys(dropped)),
    unanswering: kept,
    tiers: Object.fromEntries(tiers.map(([name, { tierPath }]) => [name, String(tierPath)])),
    direct: routes.findings,
  };
}

interface ChoiceInputs {
  readonly report: ProbedBackends;
  readonly leftOut: ReadonlySet<string>;
  readonly keys: RunKeys;
}

function chooseFor(candidates: readonly TargetEntry[], { report, leftOut, keys }: ChoiceInputs): TargetChoice {
  const { presence, record } = report;
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
