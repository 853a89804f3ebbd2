/**
 * What could not be read of a store. The next save builds on none of it, and writes over it: an object whose name says
 * what is in it would else stand there damaged for ever, and be taken for what is needed.
 */
export interface Damage {
  /** Keys of the manifests of snapshots that cannot be restored. */
  readonly snapshots: ReadonlySet<string>;
  /** Ids. */
  readonly packs: ReadonlySet<string>;
}

export const noDamage: Damage = { snapshots: new Set(), packs: new Set() };
