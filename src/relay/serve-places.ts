import { readSize } from "../diagnostics/units.ts";
import { prefixesOf } from "../layers/prefixes.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { StoreBackend } from "../store/place.ts";
import { createBuffers } from "./buffers.ts";
import { createServedStore } from "./create-served-store.ts";
import { type Counts, createMetrics } from "./metrics.ts";
import type { Layout } from "./names.ts";
import { createReadAhead } from "./read-ahead.ts";
import { openRelay, type Relay, type RelayOptions } from "./relay.ts";
import { openSpool } from "./spool.ts";
import { openTier, type TierOptions } from "./tier.ts";
import { createTurns } from "./turns.ts";

/** The place of a backend, which the relay serves as a bucket. */
export interface ServedPlace {
  /** Whoever opened it closes it, after the relay. */
  readonly store: ObjectStore;
  readonly layout: Layout;
  readonly tier: TierOptions | null;
}

export interface ServeOptions extends Omit<RelayOptions, "buckets"> {
  /** By the names under which they are served: at least 3 characters. */
  readonly places: Readonly<Record<string, ServedPlace>>;
  /** Whether all who ask are one builder, whose layers then come in the order in which it can use them. */
  readonly isForOneBuilder: boolean;
}

export interface ServingRelay extends Relay {
  /** What each caller has had so far, by its name. */
  counts(): ReadonlyMap<string, Counts>;
  /** A build failed over what it read: the tiers' blobs that it had are verified the next time. */
  doubt(): Promise<void>;
}

/** What the config says of a backend's place, with BuildKit's own defaults. */
export function placeOf(backend: StoreBackend): Omit<ServedPlace, "store"> {
  const { tierPath, tierMaxSize } = backend;
  return {
    layout: prefixesOf(backend),
    tier: typeof tierPath === "string" ? { path: tierPath, maxSize: readSize(String(tierMaxSize)) } : null,
  };
}

/** What requests count for that no known key has signed. */
const stranger = "(none)";

/** Opens a relay over stores, with what all its buckets share. */
export async function servePlaces({
  places,
  isForOneBuilder,
  onAnswered,
  ...options
}: ServeOptions): Promise<ServingRelay> {
  const spool = openSpool();
  const metrics = createMetrics();
  const turns = isForOneBuilder ? createTurns() : null;
  const shared = { spool, metrics, buffers: createBuffers(), ahead: createReadAhead(), turns };
  const canMend = options.callers.some(({ mayWrite }) => mayWrite);
  const served = Object.entries(places).map(([name, { store, layout, tier }]) => {
    const own = { store, layout, tier: tier && openTier(tier), canMend, signal: options.signal };
    return [name, createServedStore({ ...shared, ...own })] as const;
  });
  const closeAll = async (): Promise<void> => {
    await Promise.allSettled(served.map(([, each]) => each.close()));
    spool.close();
  };
  try {
    const relay = await openRelay({
      ...options,
      buckets: Object.fromEntries(served),
      onAnswered(answered) {
        const { caller, error, milliseconds } = answered;
        // What is not there is an answer.
        const refused = error === null || error.code === "NoSuchKey" ? 0 : 1;
        metrics.count(caller ?? stranger, { requests: 1, refused, milliseconds });
        onAnswered?.(answered);
      },
    });
    return {
      ...relay,
      counts: () => metrics.read(),
      doubt: async () => void (await Promise.all(served.map(([, each]) => each.doubt()))),
      async close(graceMs) {
        await relay.close(graceMs);
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
