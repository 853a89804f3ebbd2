import { suggest } from "../diagnostics/nearest.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { readDuration } from "../diagnostics/units.ts";
import { declaredBackend } from "../bake/levels.ts";
import type { Plan } from "../bake/model.ts";
import { awaitFirstAnswer } from "../carry/first-answer.ts";
import { openMountStore } from "../carry/session.ts";
import { type MountSource, openMountSource } from "../carry/source.ts";
import type { Host } from "../host/host.ts";
import type { LayerLayout } from "../layers/caches.ts";
import { type LayerPlace, openLayerBucket, openLayerFolders } from "../layers/layer-place.ts";
import { prefixesOf } from "../layers/prefixes.ts";
import { draftBackend } from "../source/backend.ts";
import { evaluateTexts } from "../source/evaluate.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { StoreBackend } from "../store/place.ts";

export interface LayerSelection {
  readonly config: string | undefined;
  /** Names of backends; all that hold layers and can be listed where there are none. */
  readonly backends: readonly string[];
  /** Value of --level. */
  readonly level?: string | undefined;
  readonly onLevel?: Parameters<typeof openMountSource>[1]["onLevel"];
}

export interface OpenedPlace {
  /** Name of the backend. */
  readonly backend: string;
  readonly layers: LayerPlace;
  readonly store: ObjectStore;
}

/** A backend that could not be asked, or failed. */
export interface SilentPlace {
  readonly backend: string;
  readonly findings: readonly Diagnostic[];
}

/** What each backend gave. */
export interface OfPlaces<T> {
  readonly plan: Plan;
  readonly places: readonly T[];
  readonly silent: readonly SilentPlace[];
}

const types: ReadonlySet<string> = new Set(["local", "s3", "gcs"]);

/** Names of the backends whose layers can be listed. */
export function listedBackends({ backends }: Plan): readonly string[] {
  return Object.keys(backends).filter((name) => types.has(backends[name]?.type ?? ""));
}

/**
 * Asks each backend that holds layers. One that fails leaves the others alone.
 * @throws BkcacheError BK1002 for a name that is no backend; BK2050 where none can be listed.
 */
export async function forEachPlace<T>(
  host: Host,
  selection: LayerSelection,
  use: (place: OpenedPlace, plan: Plan) => Promise<T>,
): Promise<OfPlaces<T>> {
  const source = await openMountSource(host, selection);
  const names = chooseBackends(source.plan, selection.backends);
  const all = await fillBackends(host, source);
  const places: T[] = [];
  const silent: SilentPlace[] = [];
  for (const group of groupByPlace(all.filter(({ name }) => names.includes(name)))) {
    const [backend] = group;
    try {
      places.push(await withPlace(host, { group, all }, (place) => use(place, source.plan)));
    } catch (error) {
      if (!(error instanceof BkcacheError) || backend === undefined) throw error;
      silent.push({ backend: backend.name, findings: error.findings });
    }
  }
  return { plan: source.plan, places, silent };
}

function chooseBackends(plan: Plan, given: readonly string[]): readonly string[] {
  const { backends } = plan;
  const usable = listedBackends(plan);
  const unknown = given.filter((name) => !usable.includes(name));
  if (unknown.length > 0) {
    throw BkcacheError.of(
      unknown.map((name) => {
        const type = backends[name]?.type;
        const guess = suggest(name, usable);
        const what = type === undefined ? "is no backend" : `is of type ${type}, whose caches cannot be listed`;
        const hint = guess === undefined ? `one of ${usable.join(", ")}` : `did you mean ${guess}?`;
        return { code: "BK1002", message: `"${name}" ${what}`, hint };
      }),
    );
  }
  // Those of other levels of trust are named where they are meant.
  if (usable.length > 0) return given.length === 0 ? usable.filter((name) => declaredBackend(name) === name) : given;
  throw new BkcacheError({
    code: "BK2050",
    message: "no backend holds layer caches that can be listed",
    hint: "declare a local, s3 or gcs backend under `backends`",
  });
}

async function fillBackends(host: Host, { plan, dir }: MountSource): Promise<readonly StoreBackend[]> {
  const drafts = listedBackends(plan).map((name) => draftBackend(plan, name, { dir, env: host.env }));
  const texts = Object.fromEntries(drafts.flatMap((draft) => Object.entries(draft.texts)));
  const buildx = () => import("../builder/buildx.ts").then(({ findBuildx }) => findBuildx(host));
  const values = await evaluateTexts(host, buildx, { plan, dir, texts });
  return drafts.map((draft) => draft.fill(values));
}

/** Backends that are one place: the rules go over what lies there once. */
function groupByPlace(backends: readonly StoreBackend[]): readonly (readonly StoreBackend[])[] {
  const groups = new Map<string, StoreBackend[]>();
  for (const backend of backends) {
    const key = placeKey(backend);
    groups.set(key, [...(groups.get(key) ?? []), backend]);
  }
  return [...groups.values()];
}

function placeKey(backend: StoreBackend): string {
  const { type, path, bucket, prefix, endpointUrl, blobsPrefix } = backend;
  return JSON.stringify([type, path, bucket, prefix, endpointUrl, blobsPrefix]);
}

function textOf(backend: StoreBackend, key: string): string {
  const value = backend[key];
  return typeof value === "string" ? value : "";
}

async function withPlace<T>(
  host: Host,
  { group, all }: { readonly group: readonly StoreBackend[]; readonly all: readonly StoreBackend[] },
  use: (place: OpenedPlace) => Promise<T>,
): Promise<T> {
  const backend = group[0] as StoreBackend;
  const { signal } = host;
  const store = await openMountStore(host, backend);
  try {
    if (backend.type === "local") {
      const layers = openLayerFolders(backend.name, textOf(backend, "path"), signal);
      return await use({ backend: backend.name, store, layers });
    }
    await awaitFirstAnswer(host, store);
    // Whoever shares the blobs names them, too.
    const sharing = all.filter((each) => placeKey(each) === placeKey(backend));
    const layout: LayerLayout = {
      manifestPrefixes: [...new Set([backend, ...sharing].map((each) => prefixesOf(each).manifestsPrefix))],
      blobsPrefix: prefixesOf(backend).blobsPrefix,
    };
    const refreshes = sharing.map((each) => textOf(each, "touchRefresh")).filter((text) => text !== "");
    const touchRefresh = refreshes.length === 0 ? undefined : Math.max(...refreshes.map(readDuration));
    const options = { signal, ...(touchRefresh !== undefined && { touchRefresh }) };
    return await use({ backend: backend.name, store, layers: openLayerBucket(store, layout, options) });
  } finally {
    store.close();
  }
}
