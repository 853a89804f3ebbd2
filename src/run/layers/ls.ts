import type { Host } from "../../host/host.ts";
import type { Writer } from "../../mounts/snapshot.ts";
import type { LayerListing, LayerUsage, ListedCache } from "../../layers/listing.ts";
import type { Amount } from "../../layers/survey.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import {
  describeName,
  isMeant,
  nameCache,
  type NamedLayers,
  type NameFilter,
  requireKnown,
  wordsFor,
} from "../../layers/names.ts";
import { readWriters } from "../../inputs/beside-caches.ts";
import { forEachPlace, type LayerSelection, type OfPlaces } from "../../upkeep/layer-places.ts";

/** One layer cache of a backend. */
type NamedCache = ListedCache &
  NamedLayers & {
    /** Null where no record beside the cache says it. */
    readonly writer: Writer | null;
  };

interface ListedPlace extends Pick<LayerListing, "findings"> {
  readonly backend: string;
  /** For people. */
  readonly place: string;
  /** The youngest first. */
  readonly caches: readonly NamedCache[];
}

export type ListedLayers = OfPlaces<ListedPlace>;

/** What layer caches the backends have. */
export async function listLayers(host: Host, request: LayerSelection & NameFilter): Promise<ListedLayers> {
  const found = new Set<string>();
  const listed = await forEachPlace(host, request, async ({ backend, layers, store }, plan): Promise<ListedPlace> => {
    const { caches, findings } = await layers.list();
    const named = caches.map((cache) => nameCache(plan, cache));
    for (const { name } of named) for (const word of wordsFor(plan, name)) found.add(word);
    const wanted = named.filter(({ name }) => isMeant(plan, name, request));
    const writers = await readWriters(
      store,
      wanted.map(({ name }) => name),
      host.signal,
    );
    const withWriter = (cache: ListedCache & NamedLayers): NamedCache => ({
      ...cache,
      writer: writers.get(cache.name) ?? null,
    });
    return { backend, place: layers.place, caches: wanted.map(withWriter), findings };
  });
  if (listed.silent.length === 0) requireKnown(request.names, [...found, ...Object.keys(listed.plan.targets)]);
  return listed;
}

/** One target's share. */
export interface TargetUsage {
  readonly label: string;
  readonly caches: number;
  /** Of all its caches, those that they share once for each. */
  readonly bytes: number;
  /** Bytes that no cache but one has. */
  readonly ownBytes: number;
}

export interface MeasuredPlace extends Pick<LayerUsage, "manifests" | "used" | "unused" | "findings"> {
  readonly backend: string;
  readonly place: string;
  /** The largest first. */
  readonly targets: readonly TargetUsage[];
  /** Contents of mounts, with their manifests and notes. */
  readonly mounts: Amount;
  /** Records and notes that belong to layers and runs. */
  readonly records: Amount;
}

/** What takes room in each backend. */
export async function measureLayers(host: Host, request: LayerSelection): Promise<OfPlaces<MeasuredPlace>> {
  return forEachPlace(host, request, async ({ backend, layers, store }, plan): Promise<MeasuredPlace> => {
    const { caches, manifests, used, unused, findings } = await layers.measure();
    const targets = new Map<string, TargetUsage>();
    for (const { name, bytes, sharedBytes } of caches) {
      const { label } = describeName(plan, name);
      const before = targets.get(label) ?? { label, caches: 0, bytes: 0, ownBytes: 0 };
      targets.set(label, {
        label,
        caches: before.caches + 1,
        bytes: before.bytes + bytes,
        ownBytes: before.ownBytes + bytes - sharedBytes,
      });
    }
    const others = await measureOthers(store, host.signal);
    const sorted = [...targets.values()].sort((a, b) => b.bytes - a.bytes || (a.label < b.label ? -1 : 1));
    return { backend, place: layers.place, targets: sorted, manifests, used, unused, findings, ...others };
  });
}

/** Prefixes of what mounts keep; docs/pack-format.md. */
const ofMounts = ["v1/p/", "v1/m/", "v1/gc/"];

async function measureOthers(
  store: ObjectStore,
  signal: AbortSignal,
): Promise<Pick<MeasuredPlace, "mounts" | "records">> {
  const mounts = { count: 0, bytes: 0 };
  const records = { count: 0, bytes: 0 };
  for await (const { key, size } of store.list("v1/", { signal })) {
    const amount = ofMounts.some((prefix) => key.startsWith(prefix)) ? mounts : records;
    amount.count += 1;
    amount.bytes += size;
  }
  return { mounts, records };
}
