import type { MountShell } from "../builder/gateway/shell.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { LoadedSnapshot } from "./load.ts";
import { saveMount } from "./save.ts";

/** A snapshot of a store that is only read. */
export interface ForeignSnapshot {
  readonly loaded: LoadedSnapshot;
  readonly store: ObjectStore;
}

interface AsRestoredOptions {
  readonly shell: MountShell;
  readonly foreign: ForeignSnapshot;
  readonly maxSize: number | null;
  readonly now: number;
  readonly signal?: AbortSignal;
}

/**
 * Whether a mount holds what the snapshot has that it was filled from: whether a save on top of it would write nothing. It ends
 * with the first thing that one would write.
 * @throws BkcacheError BK5032 for the mount, and the store's own.
 */
export async function isAsRestored(options: AsRestoredOptions): Promise<boolean> {
  const { shell, foreign, maxSize, now, signal } = options;
  const { snapshot } = foreign.loaded;
  const changed = new Error("the mount is not as it was restored");
  const refuse = () => Promise.reject(changed);
  try {
    const { kind } = await saveMount({
      store: { ...foreign.store, put: refuse, upload: refuse, delete: refuse, touch: async () => true },
      shell,
      mount: { id: snapshot.mount, scope: snapshot.scope, key: null, ...(maxSize !== null && { maxSize }) },
      parent: foreign.loaded,
      writer: snapshot.writer,
      now,
      ...(signal && { signal }),
    });
    return kind === "unchanged";
  } catch (error) {
    if (error === changed) return false;
    throw error;
  }
}
