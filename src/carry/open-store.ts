import type { Plan } from "../bake/model.ts";
import type { Host } from "../host/host.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { awaitFirstAnswer } from "./first-answer.ts";
import { openMountStore } from "./session.ts";
import { openBackend, openMountSource } from "./source.ts";

export interface OpenedStore {
  readonly store: ObjectStore;
  readonly plan: Plan;
}

/** Uses the store of a config's mounts, for commands that need no builder. @param config value of --config */
export async function withMountStore<T>(
  host: Host,
  config: string | undefined,
  use: (opened: OpenedStore) => Promise<T>,
): Promise<T> {
  const source = await openMountSource(host, config);
  const store = await openMountStore(host, await openBackend(host, source));
  try {
    await awaitFirstAnswer(host, store);
    return await use({ store, plan: source.plan });
  } finally {
    store.close();
  }
}
