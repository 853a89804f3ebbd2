import type { ObjectStore } from "../store/object-store.ts";

/** Where snapshots are looked for. */
export interface Places {
  /** The run's own, which it writes too. */
  readonly store: ObjectStore;
  /** The nearest first. */
  readonly scopes: readonly string[];
  /** Stores that are only read: no snapshot of `store` shares a pack with one of theirs. */
  readonly others?: {
    /** In order of preference. */
    readonly stores: readonly ObjectStore[];
    /** The scope that the run writes: of that its own store is asked first, of any other last. */
    readonly written: string;
  };
}

interface Source {
  readonly store: ObjectStore;
  readonly scope: string;
}

/** Every scope in every store, the best first. */
export function listSources({ store, scopes, others }: Places): readonly Source[] {
  const stores = others?.stores ?? [];
  return scopes.flatMap((scope) =>
    (scope === others?.written ? [store, ...stores] : [...stores, store]).map((each) => ({ store: each, scope })),
  );
}
