import type { Host } from "../host/host.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { StoreBackend } from "../store/place.ts";
import type { BuilderSession } from "../builder/session.ts";

/** Builder and store of one run, each opened when first used. */
export interface MountSession extends BuilderSession {
  /** The name of the backend. */
  readonly backend: string;
  store(): Promise<ObjectStore>;
  closeStore(): Promise<void>;
}

/** Adds a store to a session, which is closed with it. */
export function addStore(session: BuilderSession, backend: StoreBackend): MountSession {
  const { host } = session;
  let store: Promise<ObjectStore> | undefined;
  const closeStore = async () => {
    await store?.then((opened) => opened.close()).catch(() => {});
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
