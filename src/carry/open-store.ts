import type { Plan } from "../bake/model.ts";
import type { LevelInForce } from "../cache/level.ts";
import type { Host } from "../host/host.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { awaitFirstAnswer } from "./first-answer.ts";
import { openMountStore } from "./session.ts";
import { openBackends, openMountSource } from "./source.ts";

export interface OpenedStore {
  readonly store: ObjectStore;
  readonly plan: Plan;
  /** As in `MountSource`. */
  readonly level: LevelInForce | null;
}

/** Uses the store of a config's mounts, for commands that need no builder. */
export async function withMountStore<T>(
  host: Host,
  request: Parameters<typeof openMountSource>[1],
  use: (opened: OpenedStore) => Promise<T>,
): Promise<T> {
  const source = await openMountSource(host, request);
  const store = await openMountStore(host, (await openBackends(host, source)).own);
  try {
    await awaitFirstAnswer(host, store);
    return await use({ store, plan: source.plan, level: source.level });
  } finally {
    store.close();
  }
}
