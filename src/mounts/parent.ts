import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { type Damage, noDamage } from "./damage.ts";
import { manifestKey } from "./keys.ts";
import type { Listing } from "./list.ts";
import { listNewest, type ListNewest, type LoadedSnapshot, loadSnapshot } from "./load.ts";

export interface ParentOptions {
  readonly store: ObjectStore;
  readonly mount: { readonly id: string; readonly scope: string };
  /** Scopes to look in, the nearest first; the mount's own when left out. */
  readonly parentScopes?: readonly string[];
  /** A snapshot that is in memory already. */
  readonly parent?: LoadedSnapshot;
  readonly damage?: Damage;
  /** Where several mounts are looked for at once. */
  readonly listNewest?: ListNewest;
  readonly signal?: AbortSignal;
}

/** The snapshot that a save builds on. */
export interface Parent {
  readonly loaded: LoadedSnapshot | null;
  /** When the mount was equal to it; null where that is not known. */
  readonly stampTime: number | null;
  /** Snapshots that cannot be read. */
  readonly findings: Diagnostic[];
}

export function noParent(): Parent {
  return { loaded: null, stampTime: null, findings: [] };
}

export interface Parents {
  /** Whether no scope has any, so that all is to be saved. */
  areNone(): Promise<boolean>;
  /** The snapshot that the mount's note names, else the newest one. One that cannot be read is no parent. */
  find(note: Listing["note"]): Promise<Parent>;
}

/** Begins to load the newest snapshot at once, since a note names that one most often. */
export function openParents(options: ParentOptions): Parents {
  const { store, mount, parent, signal, damage = noDamage } = options;
  const scopes = options.parentScopes ?? [mount.scope];
  const findNewest = remember(async (scope: string) => {
    const where = { scope, mount: mount.id };
    const keys = await (options.listNewest?.(where, signal) ?? listNewest(store, where, signal));
    return keys.find((objectKey) => !damage.snapshots.has(objectKey));
  });
  const load = remember(async (objectKey: string) =>
    parent?.objectKey === objectKey ? parent : loadSnapshot(store, objectKey, signal && { signal }),
  );
  const [nearest] = scopes;
  if (parent === undefined && nearest !== undefined) {
    const early = findNewest(nearest).then((newest) => (newest === undefined ? null : load(newest)));
    // Who wants it learns of it.
    early.catch(() => {});
  }

  return {
    async areNone() {
      if (parent !== undefined) return false;
      const newest = await Promise.all(scopes.map(findNewest));
      return newest.every((objectKey) => objectKey === undefined);
    },
    async find(note) {
      const { findings } = noParent();
      const tryLoad = async (objectKey: string): Promise<LoadedSnapshot | null> => {
        try {
          const loaded = await load(objectKey);
          return loaded !== null && isSound(loaded, damage) ? loaded : null;
        } catch (error) {
          if (!(error instanceof BkcacheError) || error.code !== "BK5030") throw error;
          findings.push(...error.findings);
          return null;
        }
      };
      if (note !== null && note.stamp.mount === mount.id) {
        const loaded = await tryLoad(manifestKey(note.stamp));
        // Another one with this key may have been written since.
        if (loaded?.sha256 === note.stamp.sha256) return { loaded, stampTime: note.time, findings };
      }
      for (const scope of scopes) {
        const newest = await findNewest(scope);
        const loaded = newest === undefined ? null : await tryLoad(newest);
        if (loaded !== null) return { loaded, stampTime: null, findings };
      }
      return { ...noParent(), findings };
    },
  };
}

function isSound({ snapshot, objectKey }: LoadedSnapshot, damage: Damage): boolean {
  return !damage.snapshots.has(objectKey) && !snapshot.packs.some(({ id }) => damage.packs.has(id));
}

/** Asks each question once. */
function remember<T>(ask: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (key) => {
    const answer = answers.get(key) ?? ask(key);
    answers.set(key, answer);
    return answer;
  };
}
