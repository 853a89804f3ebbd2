import { reachedNodes } from "../../builder/node-for.ts";
import type { MountRecord } from "../../builder/gateway/records.ts";
import { BkcacheError, type Diagnostic } from "../../diagnostics/error.ts";
import { suggest } from "../../diagnostics/nearest.ts";
import type { Host } from "../../host/host.ts";
import { type InventoryItem, listSnapshots } from "../../mounts/inventory.ts";
import { isNamed, labelMounts, labelRecord } from "../../carry/labels.ts";
import { awaitFirstAnswer } from "../../carry/first-answer.ts";
import { openMountStore } from "../../carry/session.ts";
import { type MountSource, openBackends, openMountSource } from "../../carry/source.ts";

export interface ListRequest {
  readonly config: string | undefined;
  /** Value of --level. */
  readonly level?: string | undefined;
  readonly builder: string | undefined;
  /** Names or ids of mounts; all where there are none. */
  readonly names: readonly string[];
  /** Where to look. */
  readonly local: boolean;
  readonly remote: boolean;
  /** Called as soon as it is known what the builder has, where no name is given that only the bucket may know. */
  readonly onLocal?: (local: NonNullable<MountListing["local"]>) => void;
}

/** One folder that the builder has for a mount. */
export interface LocalMount {
  readonly record: MountRecord;
  /** For people. */
  readonly name: string;
  /** What the node builds for, where the builder has several. */
  readonly node: string | null;
  /** Whether another record has the same id, so that builds take one of them by chance. */
  readonly isTwin: boolean;
}

/** One snapshot in the store. */
export interface RemoteSnapshot {
  /** For people; `mount` of the item is its whole name in the store. */
  readonly name: string;
  readonly item: InventoryItem;
}

/** One of the two places; what it has is null where it could not be asked. */
interface Place<T> {
  /** Name of the builder or backend, where that is known. */
  readonly name: string | null;
  /** The newest first. */
  readonly found: readonly T[] | null;
  /** Why not all, or nothing, is known. */
  readonly findings: readonly Diagnostic[];
}

export interface MountListing {
  /** Null for a place that was not asked. */
  readonly local: Place<LocalMount> | null;
  readonly remote: Place<RemoteSnapshot> | null;
}

/** What the builder has of cache mounts and what the store has. A place that does not answer is a value. */
export async function listMounts(host: Host, request: ListRequest): Promise<MountListing> {
  const source = await openMountSource(host, request);
  const hear = (local: Place<LocalMount>): Place<LocalMount> => {
    if (request.names.length === 0) request.onLocal?.(local);
    return local;
  };
  const [local, remote] = await Promise.all([
    request.local ? listLocal(host, source, request).catch(toSilence).then(hear) : null,
    request.remote ? listRemote(host, source, request).catch(toSilence) : null,
  ]);
  requireKnown(source, request.names, { local, remote });
  return { local, remote };
}

/** @throws BkcacheError BK1002 for a name that neither the config nor a place has, where each place could be asked. */
function requireKnown({ plan }: MountSource, names: readonly string[], { local, remote }: MountListing): void {
  if (local?.found === null || remote?.found === null) return;
  const ofPlaces = [
    ...(local?.found ?? []).flatMap(({ name, record }) => [name, record.mountId ?? "", record.recordId]),
    ...(remote?.found ?? []).flatMap(({ name, item }) => [name, item.mount]),
  ];
  const declared = Object.entries(plan.mounts).flatMap(([name, { id }]) => [name, id]);
  const known = new Set([...declared, ...ofPlaces]);
  const unknown = names.filter(
    (given) => !known.has(given) && remote?.found?.some(({ item }) => isNamed(plan, item.mount, given)) !== true,
  );
  if (unknown.length === 0) return;
  throw BkcacheError.of(
    unknown.map((given) => {
      const guess = suggest(given, Object.keys(plan.mounts));
      const hint = guess === undefined ? "`bkcache mounts ls` lists those that there are" : `did you mean ${guess}?`;
      return { code: "BK1002", message: `there is no mount "${given}"`, hint };
    }),
  );
}

function toSilence(error: unknown): Place<never> {
  if (!(error instanceof BkcacheError)) throw error;
  return { name: null, found: null, findings: error.findings };
}

async function listLocal(host: Host, source: MountSource, request: ListRequest): Promise<Place<LocalMount>> {
  const [{ findBuildx }, { openBuilderSession }] = await Promise.all([
    import("../../builder/buildx.ts"),
    import("../../builder/session.ts"),
  ]);
  const buildx = await findBuildx(host);
  const session = await openBuilderSession(host, buildx, {
    flag: request.builder,
    definition: source.builder,
    dir: source.dir,
  });
  const { builder } = session;
  try {
    const places = reachedNodes(builder);
    const isOne = builder.nodes.length < 2;
    const found = await Promise.all(
      places.map(async (place) => {
        const records = await (await session.gateway(place)).listMountRecords();
        const twins = findTwins(records);
        return records.map((record): LocalMount => ({
          record,
          name: labelRecord(source.plan, record),
          node: isOne ? null : place.platform,
          isTwin: twins.has(record.recordId),
        }));
      }),
    );
    const isWanted = ({ name, record }: LocalMount) =>
      request.names.length === 0 ||
      [name, record.mountId ?? "", record.recordId].some((each) => request.names.includes(each));
    const age = ({ record: { lastUsedAt, createdAt } }: LocalMount) => lastUsedAt ?? createdAt ?? 0;
    return {
      name: builder.name,
      found: found
        .flat()
        .filter(isWanted)
        .sort((a, b) => age(b) - age(a) || (a.record.recordId < b.record.recordId ? -1 : 1)),
      findings: [],
    };
  } finally {
    await session.close();
  }
}

/** Ids of records that share their mount's id. Of those with a base each may be another owner's. */
export function findTwins(records: readonly MountRecord[]): ReadonlySet<string> {
  const keys = records.map(({ namespace, mountId, hasBase }) =>
    mountId === null || hasBase ? null : `${namespace}\0${mountId}`,
  );
  return new Set(
    records
      .filter((_, index) => keys[index] !== null && keys.filter((key) => key === keys[index]).length > 1)
      .map(({ recordId }) => recordId),
  );
}

async function listRemote(host: Host, source: MountSource, request: ListRequest): Promise<Place<RemoteSnapshot>> {
  const { own: backend } = await openBackends(host, source);
  const store = await openMountStore(host, backend);
  try {
    await awaitFirstAnswer(host, store);
    // All of them: what packs share is told by all.
    const { items, findings } = await listSnapshots({ store, signal: host.signal });
    const { plan } = source;
    const labels = labelMounts(
      plan,
      items.map(({ mount }) => mount),
    );
    const named = items.map((item): RemoteSnapshot => ({ item, name: labels.get(item.mount) ?? item.mount }));
    const isWanted = ({ item, name }: RemoteSnapshot) =>
      request.names.length === 0 || request.names.some((given) => given === name || isNamed(plan, item.mount, given));
    return { name: backend.name, found: named.filter(isWanted), findings };
  } finally {
    store.close();
  }
}
