import type { BuilderSession } from "../builder/session.ts";
import type { Host } from "../host/host.ts";
import type { Reach } from "../relay/reach.ts";
import type { Counts } from "../relay/metrics.ts";
import type { ServingRelay } from "../relay/serve-places.ts";
import type { Keys } from "../relay/signature.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { StoreBackend } from "../store/place.ts";
import type { LiteralEntry } from "./entries.ts";

type Direction = "from" | "to";

export interface StartOptions {
  readonly session: BuilderSession;
  /** Those whose layers go through it. */
  readonly backends: readonly StoreBackend[];
  readonly targets: readonly string[];
  /** Whether anything is written in this run. */
  readonly mayWrite: boolean;
  /** One key for all that a target does, where buildx takes no more than one. */
  readonly hasOneKey: boolean;
}

/** The relay of one run: a part of bkcache that is loaded and started where a backend needs it, and not else. */
export interface RunRelay {
  /**
   * The store of a backend, opened once.
   * @throws BkcacheError for credentials and places that are no good.
   */
  store(backend: StoreBackend): Promise<ObjectStore>;
  /** Whether the tier of a backend has the manifest of this key, relative to the backend's place. */
  hasKept(backend: StoreBackend, key: string): Promise<boolean>;
  /** Starts to listen, and finds how the builder gets there. */
  start(options: StartOptions): Promise<StartedRelay>;
  /** The build failed over a layer: what it had from a tier is verified in the next run. */
  doubt(): Promise<void>;
  /** Ends what is under way, and closes the stores. */
  close(): Promise<void>;
}

export type RelayCounts = Omit<Counts, "milliseconds"> & { readonly ms: number };

export interface StartedRelay {
  readonly reach: Reach;
  /** The entry by which BuildKit speaks to the relay instead of the store, without keys. */
  entryOf(backend: string, entry: LiteralEntry): LiteralEntry;
  /** Of this run alone: with them nothing but this relay can be spoken to. */
  keysOf(target: string, direction: Direction): Keys;
  /** What each target has had of it, so far. */
  counts(): Readonly<Record<string, RelayCounts>>;
}

export function createRunRelay(host: Host): RunRelay {
  const stores = new Map<string, Promise<ObjectStore>>();
  let relay: ServingRelay | null = null;
  const store = (backend: StoreBackend): Promise<ObjectStore> => {
    const open = async () => {
      const { openStore } = await import("../store/open.ts");
      // What is worth a warning was said when place and credentials were looked for.
      return openStore(backend, { env: host.env, signal: host.signal });
    };
    const opened = stores.get(backend.name) ?? open();
    stores.set(backend.name, opened);
    return opened;
  };
  return {
    store,
    async hasKept(backend, key) {
      const [{ placeOf }, { manifestName, openTier }] = await Promise.all([
        import("../relay/serve-places.ts"),
        import("../relay/tier.ts"),
      ]);
      const { tier } = placeOf(backend);
      if (tier === null) return false;
      return (await openTier(tier).readManifest(manifestName(await store(backend), key))) !== null;
    },
    async start(options) {
      const [{ nameBuckets }, { findReach }, { newKeys }, { placeOf, servePlaces }] = await Promise.all([
        import("../relay/bucket-names.ts"),
        import("../relay/reach.ts"),
        import("../relay/relay.ts"),
        import("../relay/serve-places.ts"),
      ]);
      const places = await Promise.all(
        options.backends.map(async (backend) => ({
          name: backend.name,
          ...placeOf(backend),
          store: await store(backend),
        })),
      );
      const names = nameBuckets(options.backends.map(({ name }) => name));
      const callers = options.targets.flatMap((target) =>
        directionsOf(options).map((directions) => ({
          name: `${target} ${directions.join(" ")}`,
          target,
          directions,
          keys: newKeys(),
          mayWrite: directions.includes("to") && options.mayWrite,
        })),
      );
      const started = await servePlaces({
        places: Object.fromEntries(places.map(({ name, ...place }) => [names.get(name), place])),
        callers: callers.map(({ name, keys, mayWrite }) => ({ name, keys, mayWrite })),
        isForOneBuilder: true,
        listen: { host: "127.0.0.1", port: 0 },
        signal: host.signal,
      });
      relay = started;
      const reach = await findReach(options.session, started);
      return {
        reach,
        entryOf(backend, entry) {
          // The relay speaks for the store, with what that needs, below the place of the backend.
          const { prefix: _, disable_accept_encoding: __, ...rest } = entry;
          const url = reach.way === null ? "" : reach.url;
          const place = { bucket: names.get(backend) ?? "", region: "us-east-1", endpoint_url: url };
          return { ...rest, ...place, use_path_style: "true" };
        },
        keysOf(target, direction) {
          const caller = callers.find((each) => each.target === target && each.directions.includes(direction));
          if (caller === undefined) throw new Error(`the relay does not know ${target}`);
          return caller.keys;
        },
        counts() {
          const counted = started.counts();
          return Object.fromEntries(
            options.targets.flatMap((target) => {
              const own = callers.filter((caller) => caller.target === target).map(({ name }) => counted.get(name));
              const sum = sumCounts(own.filter((counts) => counts !== undefined));
              return sum === null ? [] : [[target, sum]];
            }),
          );
        },
      };
    },
    doubt: async () => relay?.doubt(),
    async close() {
      await relay?.close();
      for (const opened of await Promise.allSettled(stores.values())) {
        if (opened.status === "fulfilled") opened.value.close();
      }
    },
  };
}

/** What one key is for. */
function directionsOf({ hasOneKey }: StartOptions): readonly (readonly Direction[])[] {
  return hasOneKey ? [["from", "to"]] : [["from"], ["to"]];
}

function sumCounts(all: readonly Counts[]): RelayCounts | null {
  const [first, ...rest] = all;
  if (first === undefined) return null;
  const keys = Object.keys(first) as (keyof Counts)[];
  const { milliseconds, ...sum } = Object.fromEntries(
    keys.map((key) => [key, rest.reduce((total, counts) => total + counts[key], first[key])]),
  ) as Counts;
  return { ...sum, ms: Math.round(milliseconds) };
}
