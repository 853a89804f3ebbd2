import type { Host } from "../host/host.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { StoreBackend } from "../store/place.ts";
import type { BuilderSession } from "../builder/session.ts";

/** Builder and store of one run, each opened when first used. */
export interface MountSession extends BuilderSession {
  /** The name of the backend. */
  readonly backend: string;
  store(): Promise<ObjectStore>;
  /** Those of other levels of trust, which are only read; in order of preference. */
  otherStores(): Promise<readonly ObjectStore[]>;
  closeStore(): Promise<void>;
}

/** The backend that holds the contents of mounts, and those that they are read from as well. */
export interface MountBackends {
  readonly own: StoreBackend;
  readonly others: readonly StoreBackend[];
}

/** Adds stores to a session, which are closed with it. */
export function addStore(session: BuilderSession, { own: backend, others }: MountBackends): MountSession {
  const { host } = session;
  let store: Promise<ObjectStore> | undefined;
  let otherStores: Promise<readonly ObjectStore[]> | undefined;
  const closeStore = async () => {
    await store?.then((opened) => opened.close()).catch(() => {});
    await otherStores?.then((opened) => opened.forEach((each) => each.close())).catch(() => {});
  };
  return {
    ...session,
    backend: backend.name,
    store() {
      if (store === undefined) {
        store = openMountStore(host, backend);
        store.catch(() => {});
      }
      return store;
    },
    otherStores() {
      if (otherStores === undefined) {
        otherStores = Promise.all(others.map((each) => openMountStore(host, each)));
        otherStores.catch(() => {});
      }
      return otherStores;
    },
    closeStore,
    async close() {
      await session.close();
      await closeStore();
    },
  };
}

/** The store of the mounts' contents. */
export async function openMountStore(host: Host, backend: StoreBackend): Promise<ObjectStore> {
  const { openStore } = await import("../store/open.ts");
  return openStore(backend, {
    env: host.env,
    signal: host.signal,
    warn: (finding) => host.tell({ ...finding, level: "warning" }),
  });
}
